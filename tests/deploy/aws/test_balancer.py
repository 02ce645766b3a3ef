"""What 20-alb made, as AWS tells it."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.sdk.clients import client
from tests.deploy.aws.account import EXPIRES_AT, RUN_ID, Account

TEMPORARY = {"Project": "papyrus", "Ephemeral": "true", "RunId": RUN_ID, "ExpiresAt": EXPIRES_AT}


@pytest.fixture
def outputs(applied: Account) -> dict[str, Any]:
    return applied.outputs("20-alb")


def test_load_balancer_is_public_and_in_every_zone(applied: Account, outputs: dict[str, Any]) -> None:
    (found,) = client("elbv2").describe_load_balancers(LoadBalancerArns=[outputs["load_balancer_arn"]])["LoadBalancers"]
    # The provider does not name the default, and moto tells only what it was told.
    assert (found.get("Scheme", "internet-facing"), found["Type"]) == ("internet-facing", "application")
    assert sorted(each["ZoneName"] for each in found["AvailabilityZones"]) == outputs["load_balancer_zones"]
    assert found["SecurityGroups"] == [outputs["load_balancer_security_group_id"]]


def test_load_balancer_can_be_destroyed(outputs: dict[str, Any]) -> None:
    found = client("elbv2").describe_load_balancer_attributes(LoadBalancerArn=outputs["load_balancer_arn"])
    attributes = {each["Key"]: each["Value"] for each in found["Attributes"]}
    assert attributes["deletion_protection.enabled"] == "false"


def test_listener_passes_http_on_to_the_target_group(outputs: dict[str, Any]) -> None:
    (found,) = client("elbv2").describe_listeners(LoadBalancerArn=outputs["load_balancer_arn"])["Listeners"]
    assert (found["Protocol"], found["Port"], found["ListenerArn"]) == ("HTTP", 80, outputs["listener_arn"])
    (action,) = found["DefaultActions"]
    assert (action["Type"], action["TargetGroupArn"]) == ("forward", outputs["target_group_arn"])


def test_target_group_asks_for_health_as_agreed(outputs: dict[str, Any]) -> None:
    (found,) = client("elbv2").describe_target_groups(TargetGroupArns=[outputs["target_group_arn"]])["TargetGroups"]
    assert (found["TargetType"], found["Protocol"], found["Port"]) == ("ip", "HTTP", 5000)
    assert (found["HealthCheckProtocol"], found["HealthCheckPath"]) == ("HTTP", "/healthz")
    assert found["Matcher"] == {"HttpCode": "200-399"}
    assert found["HealthCheckIntervalSeconds"] == 10
    assert (found["HealthyThresholdCount"], found["UnhealthyThresholdCount"]) == (2, 2)


def test_targets_leave_sooner_than_their_containers_stop(outputs: dict[str, Any]) -> None:
    found = client("elbv2").describe_target_group_attributes(TargetGroupArn=outputs["target_group_arn"])["Attributes"]
    assert {"Key": "deregistration_delay.timeout_seconds", "Value": "30"} in found


def test_balancing_parts_are_tagged_as_temporary(outputs: dict[str, Any]) -> None:
    arns = [outputs[name] for name in ("load_balancer_arn", "target_group_arn", "listener_arn")]
    for described in client("elbv2").describe_tags(ResourceArns=arns)["TagDescriptions"]:
        tags = {each["Key"]: each["Value"] for each in described["Tags"]}
        assert TEMPORARY.items() <= tags.items(), described["ResourceArn"]


def test_group_and_every_rule_are_tagged_as_temporary(outputs: dict[str, Any]) -> None:
    ec2, group = client("ec2"), outputs["load_balancer_security_group_id"]
    (found,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    assert TEMPORARY.items() <= {each["Key"]: each["Value"] for each in found["Tags"]}.items()
    all_rules = ec2.describe_security_group_rules()["SecurityGroupRules"]
    ours = [each for each in all_rules if group in (each["GroupId"], referenced(each))]
    assert len(ours) == 3
    for rule in ours:
        tags = {each["Key"]: each["Value"] for each in rule["Tags"]}
        assert TEMPORARY.items() <= tags.items(), rule["SecurityGroupRuleId"]
    assert outputs["task_ingress_rule_id"] in [each["SecurityGroupRuleId"] for each in ours]


def referenced(rule: dict[str, Any]) -> str:
    return str(rule.get("ReferencedGroupInfo", {}).get("GroupId", ""))


def test_alarms_are_tagged_as_temporary(applied: Account) -> None:
    cloudwatch = client("cloudwatch")
    alarms = cloudwatch.describe_alarms(AlarmNamePrefix=f"papyrus-{RUN_ID}")["MetricAlarms"]
    assert len(alarms) == 3
    for alarm in alarms:
        tags = cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]
        assert TEMPORARY.items() <= {each["Key"]: each["Value"] for each in tags}.items(), alarm["AlarmName"]
