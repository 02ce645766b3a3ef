"""Runs last (conftest.py): destroys the account's stacks and looks for what is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from deploy.sdk.clients import client
from deploy.stacks.stack import STACKS
from tests.deploy.aws.account import Account
from tests.deploy.aws.test_roles import allowed

Look = Callable[[], list[Any]]
LOOKS: dict[str, Look] = {
    "vpc": lambda: client("ec2").describe_vpcs(Filters=[{"Name": "isDefault", "Values": ["false"]}])["Vpcs"],
    "security group": lambda: [
        each for each in client("ec2").describe_security_groups()["SecurityGroups"] if each["GroupName"] != "default"
    ],
    "flow log": lambda: client("ec2").describe_flow_logs()["FlowLogs"],
    "gateway endpoint": lambda: [
        each for each in client("ec2").describe_vpc_endpoints()["VpcEndpoints"] if each["State"] != "deleted"
    ],
    "database": lambda: client("rds").describe_db_instances()["DBInstances"],
    "snapshot": lambda: client("rds").describe_db_snapshots()["DBSnapshots"],
    "parameter group": lambda: client("rds").describe_db_parameter_groups()["DBParameterGroups"],
    "secret": lambda: client("secretsmanager").list_secrets()["SecretList"],
    "parameter": lambda: client("ssm").describe_parameters()["Parameters"],
    "key alias": lambda: [
        each for each in client("kms").list_aliases()["Aliases"] if not each["AliasName"].startswith("alias/aws/")
    ],
    "repository": lambda: client("ecr").describe_repositories()["repositories"],
    "cluster": lambda: active_clusters(),
    "log group": lambda: client("logs").describe_log_groups()["logGroups"],
    "load balancer": lambda: client("elbv2").describe_load_balancers()["LoadBalancers"],
    "target group": lambda: client("elbv2").describe_target_groups()["TargetGroups"],
    "alarm": lambda: client("cloudwatch").describe_alarms()["MetricAlarms"],
    "dashboard": lambda: client("cloudwatch").list_dashboards()["DashboardEntries"],
    "event rule": lambda: client("events").list_rules()["Rules"],
    "topic": lambda: client("sns").list_topics()["Topics"],
    "role": lambda: client("iam").list_roles()["Roles"],
    "identity provider": lambda: client("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"],
}


def active_clusters() -> list[Any]:
    ecs = client("ecs")
    found = ecs.describe_clusters(clusters=ecs.list_clusters()["clusterArns"])["clusters"]
    return [each for each in found if each["status"] == "ACTIVE"]


@pytest.fixture(scope="module")
def smoke_may(applied: Account) -> set[str]:
    """What the smoke run's role may do, asked while it is there."""
    return set(allowed("papyrus-prd-alb-smoke"))


@pytest.fixture(scope="module")
def destroyed(smoke_may: set[str], applied: Account) -> Account:
    applied.destroy_all()
    return applied


def test_smoke_may_do_what_terraform_does_to_destroy_a_balancer(smoke_may: set[str], destroyed: Account) -> None:
    called = destroyed.balancer().actions_called()
    assert "elasticloadbalancing:DeleteLoadBalancer" in called
    assert called - smoke_may == set()


@pytest.mark.parametrize("name", STACKS)
def test_state_knows_nothing_any_more(destroyed: Account, name: str) -> None:
    assert destroyed.stack(name).resources() == []


@pytest.mark.parametrize("kind", LOOKS)
def test_nothing_of_ours_is_left(destroyed: Account, kind: str) -> None:
    assert LOOKS[kind]() == []


def test_only_the_bucket_of_states_is_left(destroyed: Account) -> None:
    assert [each["Name"] for each in client("s3").list_buckets()["Buckets"]] == [destroyed.store.bucket]


def test_key_waits_for_its_deletion(destroyed: Account) -> None:
    kms = client("kms")
    keys = [kms.describe_key(KeyId=each["KeyId"])["KeyMetadata"] for each in kms.list_keys()["Keys"]]
    assert {each["KeyState"] for each in keys if each["KeyManager"] == "CUSTOMER"} == {"PendingDeletion"}
