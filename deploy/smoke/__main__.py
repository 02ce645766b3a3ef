"""`python -m deploy.smoke`: the command line of the smoke run."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from deploy.command_line import argument_types
from deploy.evidence.folder import set_name
from deploy.evidence.masking import Mask
from deploy.sdk.clients import place, region
from deploy.sdk.refusals import sentence_of
from deploy.smoke.balancer import Balancer, TerraformBalancer
from deploy.smoke.course import Course
from deploy.smoke.interruption import Interruption
from deploy.smoke.order import Order, new_run_id
from deploy.smoke.progress import Progress
from deploy.smoke.run import run
from deploy.smoke.steps import Step, exit_codes
from deploy.stacks.state_store import StateStore, account_store

DESCRIPTION = """\
Make a temporary load balancer, ask the running service through it, keep the evidence, and take everything away again.

Exit codes (what is left counts most, then the first step that failed, then a signal):
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = parser().parse_args(arguments)
    progress = Progress(mask=Mask())
    try:
        store = StateStore(bucket=options.state_bucket, region=region()) if options.state_bucket else account_store()
    except (BotoCoreError, ClientError) as error:
        progress.fail(Step.PREFLIGHT, f"AWS does not tell which account this is. {sentence_of(error)}")
        return Step.PREFLIGHT.exit_code
    order = order_of(options, store=store, now=datetime.now(UTC))
    with tempfile.TemporaryDirectory(prefix="papyrus-smoke-") as folder, Interruption(say=progress.say) as interruption:
        return execute(
            order,
            balancer=TerraformBalancer(state=store, work_folder=Path(folder), interruption=interruption),
            course=Course(interruption=interruption, progress=progress),
        )


def execute(order: Order, *, balancer: Balancer, course: Course) -> int:
    """Do what `order` says, tell how it went, and return the exit code."""
    course.progress.say(f"Smoke run {order.run_id} ({order.label})")
    code = run(order=order, balancer=balancer, course=course)
    course.progress.say(f"Smoke run {order.run_id}: {'passed' if code == 0 else 'NOT passed'}, exit code {code}")
    return code


def order_of(options: argparse.Namespace, *, store: StateStore, now: datetime) -> Order:
    """Return what the command line asks for."""
    return Order(
        run_id=options.run_id or new_run_id(now),
        started_at=now,
        state=store,
        evidence=options.evidence or Path("docs/evidence") / set_name(now),
        label=options.label,
        is_dry_run=options.dry_run,
        connect_to=options.connect_to,
        healthy_seconds=options.healthy_seconds,
        answer_seconds=options.answer_seconds,
        log_seconds=options.log_seconds,
    )


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    made = argparse.ArgumentParser(
        prog="python -m deploy.smoke",
        description=DESCRIPTION + exit_codes(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--dry-run", action="store_true", help="look and plan, but make nothing")
    made.add_argument("--run-id", type=argument_types.run_id, help="id in tags and names (default: made of the time)")
    made.add_argument("--evidence", type=Path, metavar="FOLDER", help="default: docs/evidence/ and the time")
    made.add_argument("--label", default=place(), help="where the run took place, for the manifest (%(default)s)")
    made.add_argument("--state-bucket", help="bucket of Terraform's state (default: this account's)")
    made.add_argument(
        "--connect-to",
        type=argument_types.host_and_port,
        metavar="HOST:PORT",
        default=os.environ.get("SMOKE_CONNECT_TO") or None,
        help="connect there instead of to the load balancer's name, as curl's option; for rehearsals "
        "(default: SMOKE_CONNECT_TO)",
    )
    made.add_argument(
        "--healthy-seconds", type=argument_types.seconds, default=180, help="wait so long for a healthy target (180)"
    )
    made.add_argument(
        "--answer-seconds", type=argument_types.seconds, default=180, help="wait so long for a connection (180)"
    )
    made.add_argument(
        "--log-seconds", type=argument_types.seconds, default=120, help="wait so long for the log lines (120)"
    )
    return made


if __name__ == "__main__":
    sys.exit(main())
