"""The line that a request left in CloudWatch Logs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from deploy.sdk.clients import client
from deploy.smoke.exchange import Exchange
from deploy.smoke.steps import StepFailed

SECONDS_BETWEEN_LOOKS = 3.0
# The clocks of the caller and of the service differ.
CLOCK_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """The event as CloudWatch gives it, and its message, one JSON object on one line."""

    event: dict[str, Any]
    message: str


def fetch(*, log_group: str, route: str, found: Exchange, seconds: float, wait: Callable[[float], None]) -> LogLine:
    """Return the request line of `found`: the one whose request_id is the root of the trace that was sent.

    Raises StepFailed when it does not come within `seconds`, or names another route or status than was answered.
    """
    ends_at = time.monotonic() + seconds
    while True:
        for event in _events(log_group=log_group, found=found):
            fields = _fields(event["message"])
            if fields.get("msg") == "request" and fields.get("request_id") == found.root:
                _require(fields, route=route, status=found.status)
                return LogLine(event=event, message=event["message"])
        if time.monotonic() >= ends_at:
            raise StepFailed(
                f"CloudWatch Logs has no line of GET /{route} in {log_group} after {seconds:.0f} s (request_id "
                f"{found.root}). Look at the task's log configuration and its execution role."
            )
        wait(SECONDS_BETWEEN_LOOKS)


def _events(*, log_group: str, found: Exchange) -> Iterator[dict[str, Any]]:
    pages = (
        client("logs")
        .get_paginator("filter_log_events")
        .paginate(
            logGroupName=log_group,
            startTime=int((found.sent_at - CLOCK_SECONDS) * 1000),
            filterPattern=f'"{found.root}"',
        )
    )
    for page in pages:
        yield from page["events"]


def _fields(message: str) -> dict[str, Any]:
    try:
        fields = json.loads(message)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


def _require(fields: dict[str, Any], *, route: str, status: int) -> None:
    logged = (fields.get("route"), fields.get("status"))
    if logged != (route, status):
        raise StepFailed(
            f"The log line says route and status {logged}, but GET /{route} answered {status}. Somebody between the "
            "load balancer and the service changed the request."
        )
