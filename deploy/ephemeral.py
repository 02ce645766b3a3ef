"""What carries the tags of a temporary load balancer, found by asking AWS and not by Terraform's state.

A run that is killed in the middle of `terraform apply` leaves parts that no state knows. Their tags were set in the
call that made them: Ephemeral=true, RunId and ExpiresAt. Nothing without these tags is ever listed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from botocore.exceptions import ClientError

from deploy.sdk.clients import client

EPHEMERAL = "Ephemeral"
RUN_ID = "RunId"
EXPIRES_AT = "ExpiresAt"
TAGGED = {"Name": f"tag:{EPHEMERAL}", "Values": ["true"]}
TAGS_AT_ONCE = 20


class Kind(StrEnum):
    """The kinds of parts, in the order in which they can be destroyed."""

    ALARM = "alarm"
    LISTENER = "listener"
    LOAD_BALANCER = "load balancer"
    TARGET_GROUP = "target group"
    RULE = "security group rule"
    SECURITY_GROUP = "security group"
    INTERFACE = "network interface"
    OTHER = "part of an unknown kind"


@dataclass(frozen=True, kw_only=True)
class Part:
    """One tagged part. `identity` is what its API calls it by, `parent` the security group of a rule."""

    kind: Kind
    identity: str
    run_id: str
    expires_at: datetime | None
    parent: str = ""
    is_egress: bool = False

    def __str__(self) -> str:
        return f"{self.kind} {self.identity} of run {self.run_id}"


def find_parts() -> list[Part]:
    """Return everything that is tagged as temporary, in the order in which it can be destroyed."""
    finders: tuple[Callable[[], Iterator[Part]], ...] = (
        _alarms,
        _load_balancing_parts,
        _rules,
        _security_groups,
        _interfaces,
        _others,
    )
    order = list(Kind)
    return sorted((part for finder in finders for part in finder()), key=lambda part: order.index(part.kind))


def of_run(parts: Iterable[Part], *, run_id: str) -> list[Part]:
    """Return those of `parts` that the run made."""
    return [part for part in parts if part.run_id == run_id]


def expired(parts: Iterable[Part], *, now: datetime) -> list[Part]:
    """Return those of `parts` whose time is over. A part whose ExpiresAt is no instant is not among them."""
    return [part for part in parts if part.expires_at is not None and part.expires_at <= now]


def _alarms() -> Iterator[Part]:
    cloudwatch = client("cloudwatch")
    for page in cloudwatch.get_paginator("describe_alarms").paginate():
        for alarm in page["MetricAlarms"]:
            with _unless_gone():
                found = cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])
                yield from _part(Kind.ALARM, alarm["AlarmName"], tags=found["Tags"])


def _load_balancing_parts() -> Iterator[Part]:
    balancers = list(_arns("describe_load_balancers", "LoadBalancer"))
    yield from _tagged(Kind.LOAD_BALANCER, balancers)
    for balancer in balancers:
        with _unless_gone():
            listeners = list(_arns("describe_listeners", "Listener", LoadBalancerArn=balancer))
            yield from _tagged(Kind.LISTENER, listeners)
    yield from _tagged(Kind.TARGET_GROUP, list(_arns("describe_target_groups", "TargetGroup")))


def _arns(call: str, noun: str, **arguments: str) -> Iterator[str]:
    for page in client("elbv2").get_paginator(call).paginate(**arguments):
        yield from (each[f"{noun}Arn"] for each in page[f"{noun}s"])


def _tagged(kind: Kind, arns: Sequence[str]) -> Iterator[Part]:
    """Ask for the tags of many at once; one by one when one of them is gone by now, for AWS then tells none."""
    for start in range(0, len(arns), TAGS_AT_ONCE):
        some = arns[start : start + TAGS_AT_ONCE]
        try:
            yield from _parts_with_tags(kind, some)
        except ClientError as error:
            if not is_gone(error):
                raise
            for arn in some:
                with _unless_gone():
                    yield from _parts_with_tags(kind, [arn])


def _parts_with_tags(kind: Kind, arns: Sequence[str]) -> list[Part]:
    found = client("elbv2").describe_tags(ResourceArns=arns)["TagDescriptions"]
    return [part for each in found for part in _part(kind, each["ResourceArn"], tags=each["Tags"])]


def is_gone(error: ClientError) -> bool:
    """Tell whether AWS says that the part is not there: TargetGroupNotFound, InvalidGroup.NotFound and the like."""
    return "NotFound" in error.response["Error"]["Code"]


@contextmanager
def _unless_gone() -> Iterator[None]:
    """Pass over what another run destroyed since it was listed."""
    try:
        yield
    except ClientError as error:
        if not is_gone(error):
            raise


def _rules() -> Iterator[Part]:
    pages = client("ec2").get_paginator("describe_security_group_rules").paginate(Filters=[TAGGED])
    for page in pages:
        for rule in page["SecurityGroupRules"]:
            yield from _part(
                Kind.RULE,
                rule["SecurityGroupRuleId"],
                tags=rule.get("Tags", []),
                parent=rule["GroupId"],
                is_egress=rule["IsEgress"],
            )


def _security_groups() -> Iterator[Part]:
    for page in client("ec2").get_paginator("describe_security_groups").paginate(Filters=[TAGGED]):
        for group in page["SecurityGroups"]:
            yield from _part(Kind.SECURITY_GROUP, group["GroupId"], tags=group.get("Tags", []))


def _interfaces() -> Iterator[Part]:
    for page in client("ec2").get_paginator("describe_network_interfaces").paginate(Filters=[TAGGED]):
        for interface in page["NetworkInterfaces"]:
            yield from _part(Kind.INTERFACE, interface["NetworkInterfaceId"], tags=interface.get("TagSet", []))


# These are asked above, or elsewhere. The tagging API names them for a while after they are gone, and some not at all.
ASKED_ABOVE = (
    ":cloudwatch:",
    ":elasticloadbalancing:",
    ":security-group-rule/",
    ":security-group/",
    ":network-interface/",
    # A rehearsal's database is asked for and deleted by `python -m deploy.restore --clean`.
    ":rds:",
)


def _others() -> Iterator[Part]:
    """Find what has the tags and is of no kind that is expected, so that nobody is told that all is gone."""
    tagging = client("resourcegroupstaggingapi")
    wanted = [{"Key": EPHEMERAL, "Values": ["true"]}]
    for page in tagging.get_paginator("get_resources").paginate(TagFilters=wanted):
        for found in page["ResourceTagMappingList"]:
            if not any(mark in found["ResourceARN"] for mark in ASKED_ABOVE):
                yield from _part(Kind.OTHER, found["ResourceARN"], tags=found["Tags"])


def _part(
    kind: Kind, identity: str, *, tags: list[dict[str, Any]], parent: str = "", is_egress: bool = False
) -> Iterator[Part]:
    """Yield the part if it has the tags of a temporary one."""
    named = {tag["Key"]: tag["Value"] for tag in tags}
    if named.get(EPHEMERAL) == "true" and named.get(RUN_ID):
        yield Part(
            kind=kind,
            identity=identity,
            run_id=named[RUN_ID],
            expires_at=_instant(named),
            parent=parent,
            is_egress=is_egress,
        )


def _instant(tags: Mapping[str, str]) -> datetime | None:
    try:
        instant = datetime.fromisoformat(tags[EXPIRES_AT])
    except (KeyError, ValueError):
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
