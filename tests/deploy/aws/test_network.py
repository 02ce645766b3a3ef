"""What 00-network made, as AWS tells it."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.sdk.clients import client
from tests.deploy.aws.account import Account


@pytest.fixture
def network(applied: Account) -> dict[str, Any]:
    return applied.outputs("00-network")


def rules(network: dict[str, Any]) -> list[dict[str, Any]]:
    """Every rule of every security group in the VPC."""
    ec2 = client("ec2")
    ours = [{"Name": "vpc-id", "Values": [network["vpc_id"]]}]
    groups = {each["GroupId"] for each in ec2.describe_security_groups(Filters=ours)["SecurityGroups"]}
    found = ec2.describe_security_group_rules()["SecurityGroupRules"]
    return [rule for rule in found if rule["GroupId"] in groups]


def doors(network: dict[str, Any], group: str, *, is_egress: bool) -> list[tuple[int, int, str]]:
    """From port, to port, and whom a group's rules name, sorted."""
    return sorted(
        (rule["FromPort"], rule["ToPort"], rule.get("CidrIpv4") or rule["ReferencedGroupInfo"]["GroupId"])
        for rule in rules(network)
        if rule["GroupId"] == group and rule["IsEgress"] is is_egress
    )


def test_public_subnets_are_in_three_zones_and_reach_the_internet(network: dict[str, Any]) -> None:
    assert sorted(network["public_subnets"]) == ["us-west-2a", "us-west-2b", "us-west-2c"]
    assert {gateways(subnet) for subnet in network["public_subnets"].values()} == {("igw",)}


def test_private_subnets_are_in_two_zones_and_reach_nothing_outside(network: dict[str, Any]) -> None:
    assert sorted(network["private_subnets"]) == ["us-west-2a", "us-west-2b"]
    assert {gateways(subnet) for subnet in network["private_subnets"].values()} == {()}


def gateways(subnet: str) -> tuple[str, ...]:
    """Kinds of gateways that the subnet's own route table sends the whole internet to."""
    of_subnet = [{"Name": "association.subnet-id", "Values": [subnet]}]
    (table,) = client("ec2").describe_route_tables(Filters=of_subnet)["RouteTables"]
    everywhere = [each for each in table["Routes"] if each.get("DestinationCidrBlock") == "0.0.0.0/0"]
    return tuple(each["GatewayId"].split("-")[0] for each in everywhere)


def test_subnets_give_no_public_address_unasked(network: dict[str, Any]) -> None:
    ids = [*network["public_subnets"].values(), *network["private_subnets"].values()]
    subnets = client("ec2").describe_subnets(SubnetIds=ids)["Subnets"]
    assert [each["MapPublicIpOnLaunch"] for each in subnets] == [False] * 5


def test_database_lets_in_the_tasks_group_only(network: dict[str, Any]) -> None:
    group = network["database_security_group_id"]
    assert doors(network, group, is_egress=False) == [(5432, 5432, network["task_security_group_id"])]
    assert doors(network, group, is_egress=True) == []


def test_tasks_let_in_the_load_balancer_only(applied: Account, network: dict[str, Any]) -> None:
    balancer = applied.outputs("20-alb")["load_balancer_security_group_id"]
    assert doors(network, network["task_security_group_id"], is_egress=False) == [(5000, 5000, balancer)]


def test_tasks_reach_https_and_the_database_only(network: dict[str, Any]) -> None:
    expected = [(443, 443, "0.0.0.0/0"), (5432, 5432, network["database_security_group_id"])]
    assert doors(network, network["task_security_group_id"], is_egress=True) == expected


def test_nothing_but_the_load_balancer_is_open_to_addresses(applied: Account, network: dict[str, Any]) -> None:
    open_to_addresses = [
        (rule["GroupId"], rule["FromPort"], rule["ToPort"])
        for rule in rules(network)
        if not rule["IsEgress"] and (rule.get("CidrIpv4") or rule.get("CidrIpv6") or rule.get("PrefixListId"))
    ]
    assert open_to_addresses == [(applied.outputs("20-alb")["load_balancer_security_group_id"], 80, 80)]


def test_default_group_has_no_rules(network: dict[str, Any]) -> None:
    named = [{"Name": "vpc-id", "Values": [network["vpc_id"]]}, {"Name": "group-name", "Values": ["default"]}]
    (group,) = client("ec2").describe_security_groups(Filters=named)["SecurityGroups"]
    assert (group["IpPermissions"], group["IpPermissionsEgress"]) == ([], [])


def test_storage_is_reached_by_a_free_endpoint_and_no_gateway_is_paid_for(network: dict[str, Any]) -> None:
    ec2 = client("ec2")
    ours = [{"Name": "vpc-id", "Values": [network["vpc_id"]]}]
    endpoints = ec2.describe_vpc_endpoints(Filters=ours)["VpcEndpoints"]
    assert [(each["VpcEndpointType"], each["ServiceName"]) for each in endpoints] == [
        ("Gateway", "com.amazonaws.us-west-2.s3")
    ]
    assert ec2.describe_nat_gateways(Filter=ours)["NatGateways"] == []


def test_refused_connections_are_logged(network: dict[str, Any]) -> None:
    (log,) = client("ec2").describe_flow_logs()["FlowLogs"]
    assert (log["ResourceId"], log["TrafficType"]) == (network["vpc_id"], "REJECT")
