"""What must be there before anything that costs money is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from deploy.sdk.clients import account_id, client, region
from deploy.sdk.refusals import sentence_of
from deploy.smoke.steps import StepFailed

EVERYWHERE = "0.0.0.0/0"
INTERNET_GATEWAY = "igw-"


def check_credentials() -> str:
    """Return the id of the account that the credentials belong to.

    Raises StepFailed when AWS does not accept them.
    """
    try:
        return account_id()
    except (BotoCoreError, ClientError) as error:
        raise StepFailed(f"AWS does not tell whose credentials these are. {sentence_of(error)}") from error


def check_routes(*, vpc_id: str, public_subnets: Mapping[str, str]) -> None:
    """Make sure that each of `public_subnets` (zone: subnet id) has a working route to an internet gateway.

    Raises StepFailed when one has none: a load balancer there would answer nobody. Also when they are in another region
    than we ask, where nothing would be found.
    """
    if elsewhere := [zone for zone in public_subnets if not zone.startswith(region())]:
        raise StepFailed(f"The stacks are in the zones {', '.join(elsewhere)}, and AWS_REGION is {region()}. Set it.")
    pages = (
        client("ec2").get_paginator("describe_route_tables").paginate(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])
    )
    tables = [table for page in pages for table in page["RouteTables"]]
    closed = [
        f"{subnet} ({zone})" for zone, subnet in public_subnets.items() if not _is_open(_table_of(subnet, tables))
    ]
    if closed or not public_subnets:
        raise StepFailed(
            f"No route to an internet gateway from the public subnets {', '.join(closed) or '(there are none)'}. "
            "Apply 00-network again."
        )


def _table_of(subnet: str, tables: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the route table of `subnet`: its own, else the VPC's main one."""
    main: dict[str, Any] = {}
    for table in tables:
        for association in table["Associations"]:
            if association.get("SubnetId") == subnet:
                return table
            if association.get("Main"):
                main = table
    return main


def _is_open(table: dict[str, Any]) -> bool:
    return any(
        route.get("DestinationCidrBlock") == EVERYWHERE
        and route.get("GatewayId", "").startswith(INTERNET_GATEWAY)
        and route.get("State", "active") == "active"
        for route in table.get("Routes", [])
    )
