"""Destroy what a smoke run left behind, by its tags: `python -m deploy.sweep --run-id X` or `--expired`.

A run that is killed cannot clean up, and Terraform's state may know nothing of what it made. Exit code 0: nothing of
the run, or nothing expired, is left. 1: something is, and is listed. 2: wrong arguments. 3: AWS or Terraform refused.
"""

from __future__ import annotations

import argparse
import getpass
import json
import re
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from deploy import ephemeral
from deploy.command_line import argument_types
from deploy.ephemeral import Kind, Part
from deploy.evidence.masking import Mask
from deploy.sdk.clients import client, region
from deploy.sdk.refusals import sentence_of
from deploy.stacks.stack import Stack, TerraformFailed
from deploy.stacks.state_store import StateStore, account_store

STACK = "20-alb"
# No run lasts so long.
LOCK_AGE = timedelta(hours=1)
NO_LOCK = ("NoSuchKey", "NoSuchBucket", "404")
FRACTION = re.compile(r"\.\d+")
LEFT = 1
REFUSED = 3
DEADLINE = 300.0
SECONDS_BETWEEN_TRIES = 5.0

# Service, call and its argument.
CALLS = {
    Kind.LISTENER: ("elbv2", "delete_listener", "ListenerArn"),
    Kind.LOAD_BALANCER: ("elbv2", "delete_load_balancer", "LoadBalancerArn"),
    Kind.TARGET_GROUP: ("elbv2", "delete_target_group", "TargetGroupArn"),
    Kind.SECURITY_GROUP: ("ec2", "delete_security_group", "GroupId"),
    Kind.INTERFACE: ("ec2", "delete_network_interface", "NetworkInterfaceId"),
}

Say = Callable[[str], None]
Wait = Callable[[float], None]


def destroy_parts(find: Callable[[], list[Part]], *, say: Say, wait: Wait, seconds: float = DEADLINE) -> list[Part]:
    """Destroy what `find` returns until it returns nothing, for `seconds` at most; return what is left.

    A part that others still use is tried again: AWS lets go of a load balancer's interfaces minutes after it.
    """
    ends_at = time.monotonic() + seconds
    while left := find():
        refusals = [refusal for part in left if (refusal := _refusal(part, say=say))]
        if time.monotonic() >= ends_at:
            return find()
        if refusals:
            say(f"{len(refusals)} cannot be destroyed yet, trying again: {refusals[0]}")
            wait(SECONDS_BETWEEN_TRIES)
        elif find() == left:
            # The calls succeeded, and AWS is still at it.
            wait(SECONDS_BETWEEN_TRIES)
    return []


def _refusal(part: Part, *, say: Say) -> str | None:
    """Destroy `part`; return why not when AWS refuses."""
    try:
        _destroy(part)
    except ClientError as error:
        return None if ephemeral.is_gone(error) else f"{part}: {error.response['Error']['Code']}"
    except _Unknown:
        return f"{part}: this program does not know how to destroy it; do it by hand"
    say(f"destroyed {part}")
    return None


class _Unknown(Exception):
    """There is no call for this kind of part."""


def _destroy(part: Part) -> None:
    if part.kind is Kind.OTHER:
        raise _Unknown
    if part.kind is Kind.ALARM:
        client("cloudwatch").delete_alarms(AlarmNames=[part.identity])
    elif part.kind is Kind.RULE:
        _revoke(part)
    else:
        service, call, argument = CALLS[part.kind]
        getattr(client(service), call)(**{argument: part.identity})


def _revoke(rule: Part) -> None:
    ec2 = client("ec2")
    revoke = ec2.revoke_security_group_egress if rule.is_egress else ec2.revoke_security_group_ingress
    revoke(GroupId=rule.parent, SecurityGroupRuleIds=[rule.identity])


@dataclass(frozen=True, kw_only=True)
class Lock:
    """A lock on the state of 20-alb: since when, and by whom (user@machine)."""

    created_at: datetime
    owner: str

    def is_of_this_user(self) -> bool:
        """Tell whether this user of this machine took it."""
        return self.owner == f"{getpass.getuser()}@{socket.gethostname()}"


def clear_lock(state: StateStore, *, is_stale: Callable[[Lock], bool], say: Say) -> None:
    """Take the lock from the state of 20-alb if there is one that `is_stale`.

    Raises TerraformFailed.
    """
    lock = _lock_on(state)
    if lock is None:
        return
    if not is_stale(lock):
        say(
            f"the state of {STACK} is locked by {lock.owner} since {lock.created_at:%H:%M} UTC, who may be at work; "
            "if not, python -m deploy.sweep --expired --unlock takes the lock away"
        )
        return
    with tempfile.TemporaryDirectory(prefix="papyrus-sweep-") as folder:
        stack = Stack(name=STACK, state=state, work_folder=Path(folder))
        stack.init(_unheard)
        stack.unlock()
    say(f"took the lock of {lock.created_at:%Y-%m-%d %H:%M} UTC from the state of {STACK}")


def _lock_on(state: StateStore) -> Lock | None:
    try:
        found = client("s3").get_object(Bucket=state.bucket, Key=f"{STACK}.tfstate.tflock")
    except ClientError as error:
        if error.response["Error"]["Code"] in NO_LOCK:
            return None
        raise
    told = json.loads(found["Body"].read())
    # Go writes nanoseconds, which Python does not read.
    return Lock(created_at=datetime.fromisoformat(FRACTION.sub("", told["Created"])), owner=told["Who"])


def _unheard(line: str) -> None:
    """Terraform's own words of success interest nobody here; those of failure come with the exception."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = _parser().parse_args(arguments)
    say = _speaker(Mask())
    try:
        return _sweep(options, say=say)
    except (BotoCoreError, ClientError) as error:
        say(sentence_of(error))
    except TerraformFailed as failure:
        say(str(failure))
    return REFUSED


def _sweep(options: argparse.Namespace, *, say: Say) -> int:
    now = datetime.now(UTC)
    everything = ephemeral.find_parts()
    chosen = _choose(everything, options, now=now)
    destroys = "would destroy" if options.dry_run else "is to destroy"
    for part in everything:
        say(f"{destroys if part in chosen else 'leaves'} {part}, which has until {part.expires_at}")
    if options.dry_run:
        return _told(chosen, options, say=say)
    store = StateStore(bucket=options.state_bucket, region=region()) if options.state_bucket else account_store()
    clear_lock(store, is_stale=lambda lock: options.unlock or now - lock.created_at > LOCK_AGE, say=say)
    left = destroy_parts(
        lambda: _choose(ephemeral.find_parts(), options, now=now), say=say, wait=time.sleep, seconds=options.seconds
    )
    for part in left:
        say(f"LEFT: {part}")
    return _told(left, options, say=say)


def _told(left: Sequence[Part], options: argparse.Namespace, *, say: Say) -> int:
    which = f"of run {options.run_id}" if options.run_id else "expired"
    say(f"{'something' if left else 'nothing'} {which} is left in {region()}")
    return LEFT if left else 0


def _choose(parts: list[Part], options: argparse.Namespace, *, now: datetime) -> list[Part]:
    if options.run_id:
        return ephemeral.of_run(parts, run_id=options.run_id)
    return ephemeral.expired(parts, now=now)


def _speaker(mask: Callable[[str], str]) -> Say:
    def say(text: str) -> None:
        print(mask(text), flush=True)

    return say


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.sweep", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--run-id", type=argument_types.run_id, help="destroy what this run made, whether expired or not"
    )
    which.add_argument("--expired", action="store_true", help="destroy what any run made and whose ExpiresAt is past")
    parser.add_argument(
        "--unlock", action="store_true", help="take away a young lock on the state, too: no other run is at work"
    )
    parser.add_argument(
        "--seconds", type=argument_types.seconds, default=DEADLINE, help="try for so long (%(default)s)"
    )
    parser.add_argument("--dry-run", action="store_true", help="list only; exit code 1 when there is something")
    parser.add_argument(
        "--state-bucket", help="bucket of Terraform's state, whose stale lock goes too (this account's)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
