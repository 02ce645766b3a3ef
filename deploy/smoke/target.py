"""The task as a target of the load balancer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from deploy.sdk.clients import client
from deploy.smoke.steps import StepFailed

SECONDS_BETWEEN_LOOKS = 2.0
HEALTHY = "healthy"


def register(*, target_group_arn: str, address: str, port: int) -> None:
    """Make `address`:`port` a target of the group."""
    client("elbv2").register_targets(TargetGroupArn=target_group_arn, Targets=[{"Id": address, "Port": port}])


def wait_until_healthy(
    *, target_group_arn: str, seconds: float, wait: Callable[[float], None], detail: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Return what the load balancer says about its targets once all of them are healthy.

    `detail` is told each change, `wait` sleeps. Raises StepFailed with the load balancer's reason after `seconds`.
    """
    ends_at = time.monotonic() + seconds
    said = ""
    while True:
        targets = health_of(target_group_arn)
        state = "; ".join(_sentence(target) for target in targets) or "no target is registered"
        if targets and all(target["TargetHealth"]["State"] == HEALTHY for target in targets):
            return targets
        if time.monotonic() >= ends_at:
            raise StepFailed(
                f"After {seconds:.0f} s the target is not healthy: {state}. Look at the task's log, and whether "
                "GET /healthz answers on the container's port."
            )
        if state != said:
            detail(state)
            said = state
        wait(SECONDS_BETWEEN_LOOKS)


def health_of(target_group_arn: str) -> list[dict[str, Any]]:
    """Return the description of each registered target's health."""
    found = client("elbv2").describe_target_health(TargetGroupArn=target_group_arn)
    return list(found["TargetHealthDescriptions"])


def deregister_all(target_group_arn: str) -> None:
    """Take every target out of the group."""
    targets = [target["Target"] for target in health_of(target_group_arn)]
    if targets:
        client("elbv2").deregister_targets(
            TargetGroupArn=target_group_arn,
            Targets=[{"Id": target["Id"], "Port": target["Port"]} for target in targets],
        )


def _sentence(target: dict[str, Any]) -> str:
    health = target["TargetHealth"]
    reason = ": ".join(filter(None, [health.get("Reason"), health.get("Description")]))
    return f"{target['Target']['Id']} is {health['State']}" + (f" ({reason})" if reason else "")
