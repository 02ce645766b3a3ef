"""What a task printed, read from CloudWatch Logs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from botocore.exceptions import ClientError

from deploy.sdk.clients import client
from deploy.sdk.refusals import code_of


def lines(*, task_definition: str, container: str, task_id: str) -> list[str]:
    """Return the lines of `container` in the task that have arrived so far, oldest first."""
    group, stream = _stream_of(task_definition=task_definition, container=container, task_id=task_id)
    found: list[str] = []
    token: dict[str, str] = {}
    while True:
        try:
            page = client("logs").get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True, **token)
        except ClientError as error:
            if code_of(error) == "ResourceNotFoundException":  # the stream comes with its first line
                return found
            raise
        found += [event["message"].rstrip("\n") for event in page["events"]]
        # The end is reached when the token no longer changes.
        if token.get("nextToken") == page["nextForwardToken"] or not page["events"]:
            return found
        token = {"nextToken": page["nextForwardToken"]}


def last_object(printed: Iterable[str], *, key: str) -> dict[str, Any] | None:
    """Return the last of the `printed` lines that is a JSON object with `key`."""
    for line in reversed(list(printed)):
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict) and key in value:
            return value
    return None


def _stream_of(*, task_definition: str, container: str, task_id: str) -> tuple[str, str]:
    described = client("ecs").describe_task_definition(taskDefinition=task_definition)["taskDefinition"]
    definition = next(each for each in described["containerDefinitions"] if each["name"] == container)
    options = definition["logConfiguration"]["options"]
    return options["awslogs-group"], f"{options['awslogs-stream-prefix']}/{container}/{task_id}"
