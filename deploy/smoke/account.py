"""What the permanent stacks say about the account the run works in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deploy.sdk.clients import client
from deploy.smoke.steps import StepFailed
from deploy.stacks.state_store import StateStore

NEEDED_STACKS = ("00-network", "10-rds", "15-ecs")
MONITOR_STACK = "30-monitor"
STATE_VERSION = 4


@dataclass(frozen=True, kw_only=True)
class Account:
    """The permanent parts that the run meets. `public_subnets` maps zone names to subnet ids."""

    vpc_id: str
    public_subnets: Mapping[str, str]
    database_identifier: str
    database_secret_arn: str
    cluster_name: str
    web_service_name: str
    log_group_name: str
    container_port: int
    alarm_topic_arn: str | None


def read_account(store: StateStore) -> Account:
    """Return what the stacks' outputs in `store` say.

    Raises StepFailed when a stack that is needed was not applied. Without 30-monitor the run's alarms tell nobody.
    """
    found: dict[str, Any] = {}
    for stack in NEEDED_STACKS:
        outputs = outputs_in_state(store, stack=stack)
        if not outputs:
            raise StepFailed(f"The stack {stack} has no outputs in the state bucket. Apply it first.")
        found |= outputs
    try:
        return Account(
            vpc_id=found["vpc_id"],
            public_subnets=found["public_subnets"],
            database_identifier=found["database_identifier"],
            database_secret_arn=found["database_secret_arn"],
            cluster_name=found["cluster_name"],
            web_service_name=found["web_service_name"],
            log_group_name=found["log_group_name"],
            container_port=int(found["container_port"]),
            alarm_topic_arn=outputs_in_state(store, stack=MONITOR_STACK).get("topic_arn"),
        )
    except KeyError as missing:
        raise StepFailed(f"No stack has the output {missing}. Apply {', '.join(NEEDED_STACKS)} again.") from missing


def outputs_in_state(store: StateStore, *, stack: str) -> dict[str, Any]:
    """Return the outputs of `stack` as its state has them; nothing when it was never applied.

    Terraform would say the same after checking its provider for seconds, once for each stack. Raises StepFailed when
    the state is in another format than the one we read.
    """
    s3 = client("s3")
    try:
        state = json.loads(s3.get_object(Bucket=store.bucket, Key=f"{stack}.tfstate")["Body"].read())
    except (s3.exceptions.NoSuchKey, s3.exceptions.NoSuchBucket):
        return {}
    if state.get("version") != STATE_VERSION:
        raise StepFailed(
            f"The state of {stack} has the format {state.get('version')}; this program reads {STATE_VERSION}. Use the "
            "version of Terraform that the stacks name."
        )
    return {name: each["value"] for name, each in state["outputs"].items()}
