"""What 20-alb makes, made and destroyed in a second, for runs whose interest lies elsewhere.

Terraform's provider waits a minute for a load balancer, and a test for each step times each signal cannot.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from deploy.ephemeral import Part
from deploy.sdk.clients import client
from deploy.smoke.balancer import LoadBalancer, Log


class QuickBalancer:
    """Makes security group, rule, load balancer, target group and listener with the tags of 20-alb.

    `network` are the outputs of 00-network. Like Terraform it destroys only what it made itself.
    """

    def __init__(self, *, network: Mapping[str, Any]) -> None:
        self._network = network
        self._made: dict[str, str] = {}

    def plan(self, variables: Mapping[str, object], log: Log) -> None:
        log("Plan: a few to add")

    def apply(self, variables: Mapping[str, object], log: Log) -> LoadBalancer:
        tags = tags_of(run_id=str(variables["run_id"]), expires_at=str(variables["expires_at"]))
        name = f"papyrus-{variables['run_id']}"
        self._make_security(name=name, tags=tags)
        self._make_balancer(name=name, tags=tags)
        log("Apply complete!")
        found = client("elbv2").describe_load_balancers(LoadBalancerArns=[self._made["balancer"]])["LoadBalancers"][0]
        return LoadBalancer(
            arn=found["LoadBalancerArn"],
            dns_name=found["DNSName"],
            zones=tuple(zone["ZoneName"] for zone in found["AvailabilityZones"]),
            target_group_arn=self._made["targets"],
        )

    def destroy(self, variables: Mapping[str, object], log: Log) -> None:
        if "balancer" in self._made:
            client("elbv2").delete_load_balancer(LoadBalancerArn=self._made["balancer"])
        if "targets" in self._made:
            client("elbv2").delete_target_group(TargetGroupArn=self._made["targets"])
        if "rule" in self._made:
            client("ec2").revoke_security_group_ingress(
                GroupId=self._network["task_security_group_id"], SecurityGroupRuleIds=[self._made["rule"]]
            )
        if "group" in self._made:
            client("ec2").delete_security_group(GroupId=self._made["group"])
        log("Destroy complete!")

    def owner(self, parts: Iterable[Part]) -> str | None:
        return next((part.run_id for part in parts if part.identity == self._made.get("targets")), None)

    def _make_security(self, *, name: str, tags: list[dict[str, str]]) -> None:
        ec2 = client("ec2")
        self._made["group"] = ec2.create_security_group(
            GroupName=f"{name}-alb",
            Description=name,
            VpcId=self._network["vpc_id"],
            TagSpecifications=[{"ResourceType": "security-group", "Tags": tags}],
        )["GroupId"]
        allowed = {
            "IpProtocol": "tcp",
            "FromPort": 5000,
            "ToPort": 5000,
            "UserIdGroupPairs": [{"GroupId": self._made["group"]}],
        }
        self._made["rule"] = ec2.authorize_security_group_ingress(
            GroupId=self._network["task_security_group_id"],
            IpPermissions=[allowed],
            TagSpecifications=[{"ResourceType": "security-group-rule", "Tags": tags}],
        )["SecurityGroupRules"][0]["SecurityGroupRuleId"]

    def _make_balancer(self, *, name: str, tags: list[dict[str, str]]) -> None:
        elbv2 = client("elbv2")
        self._made["balancer"] = elbv2.create_load_balancer(
            Name=name,
            Subnets=list(self._network["public_subnets"].values()),
            SecurityGroups=[self._made["group"]],
            Tags=tags,
        )["LoadBalancers"][0]["LoadBalancerArn"]
        self._made["targets"] = elbv2.create_target_group(
            Name=name,
            Protocol="HTTP",
            Port=5000,
            TargetType="ip",
            VpcId=self._network["vpc_id"],
            HealthCheckPath="/healthz",
            HealthCheckIntervalSeconds=10,
            HealthCheckTimeoutSeconds=5,
            HealthyThresholdCount=2,
            UnhealthyThresholdCount=2,
            Matcher={"HttpCode": "200-399"},
            Tags=tags,
        )["TargetGroups"][0]["TargetGroupArn"]
        elbv2.create_listener(
            LoadBalancerArn=self._made["balancer"],
            Protocol="HTTP",
            Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": self._made["targets"]}],
            Tags=tags,
        )


def tags_of(*, run_id: str, expires_at: str) -> list[dict[str, str]]:
    """Return the tags that 20-alb gives to all it makes."""
    tags = {"Ephemeral": "true", "RunId": run_id, "ExpiresAt": expires_at, "Project": "papyrus"}
    return [{"Key": key, "Value": value} for key, value in tags.items()]
