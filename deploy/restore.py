"""`python -m deploy.restore`: rehearse a restore of the database, and measure how long one takes."""

from __future__ import annotations

import sys
import uuid
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import IntEnum

from botocore.exceptions import BotoCoreError, ClientError

from deploy.command_line import argument_types, steps
from deploy.command_line.steps import Patience, Say, StepFailed
from deploy.ecs.services import Service
from deploy.evidence.folder import EvidenceFolder, Result
from deploy.restoration import temporary_database
from deploy.restoration.rehearsal import MEANINGS, Code, Rehearsal
from deploy.restoration.temporary_database import Leftover, Run
from deploy.sdk.clients import account_id, region
from deploy.smoke.interruption import Abandoned, Interrupted, Interruption

HOURS_TO_LIVE = 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = parser().parse_args(arguments)
    return steps.run(lambda say: _signed_in(options, say=say))


def _signed_in(options: Namespace, *, say: Say) -> IntEnum:
    # Before anything else: without credentials nothing is made, and neither leftovers nor evidence can come of it.
    account_id()
    return _clean(options, say=say) if options.clean else _rehearse(options, say=say)


def _rehearse(options: Namespace, *, say: Say) -> IntEnum:
    started_at = datetime.now(UTC)
    evidence = steps.evidence_folder(options, started_at=started_at)
    with Interruption(say=say) as interruption:
        rehearsal = _rehearsal(options, started_at=started_at, interruption=interruption, say=say)
        failure: StepFailed | None = None
        try:
            failure = _failure_of(rehearsal, now=started_at)
        finally:
            interruption.is_cleaning_up = True
            left = _delete_what_was_made(rehearsal)
    _write(rehearsal, evidence=evidence, failure=failure, left=left)
    return _verdict(failure, left=left, say=say)


def _delete_what_was_made(rehearsal: Rehearsal) -> list[Leftover]:
    if not rehearsal.has_begun:
        return []
    return _delete_all_of(rehearsal.run.run_id, patience=rehearsal.instance_patience, say=rehearsal.say)


def _failure_of(rehearsal: Rehearsal, *, now: datetime) -> StepFailed | None:
    try:
        _delete_expired(now=now, patience=rehearsal.instance_patience, say=rehearsal.say)
        rehearsal.carry_out()
    except StepFailed as failure:
        return failure
    except (Interrupted, Abandoned):
        return StepFailed(steps.Code.INTERRUPTED, "The rehearsal was told to stop. What it had made is deleted.")
    except (ClientError, BotoCoreError) as error:
        return steps.refusal(error)
    return None


def _verdict(failure: StepFailed | None, *, left: Sequence[Leftover], say: Say) -> IntEnum:
    if left:
        if failure:
            say(str(failure))
        raise _left_behind(left)
    if failure:
        raise failure
    return Code.REHEARSED


def _clean(options: Namespace, *, say: Say) -> IntEnum:
    """Delete what the named run left, or without a name whatever is expired."""
    patience = Patience(seconds=options.instance_seconds, between=options.poll_seconds)
    if options.run_id:
        left = _delete_all_of(options.run_id, patience=patience, say=say)
    else:
        left = _delete_expired(now=datetime.now(UTC), patience=patience, say=say)
    if left:
        raise _left_behind(left)
    say(f"Nothing is left in {region()}.")
    return Code.REHEARSED


def _delete_expired(*, now: datetime, patience: Patience, say: Say) -> list[Leftover]:
    expired = [each for each in temporary_database.leftovers() if each.expires_at < now]
    return temporary_database.delete(expired, patience=patience, say=say)


def _delete_all_of(run_id: str, *, patience: Patience, say: Say) -> list[Leftover]:
    def ours() -> list[Leftover]:
        return [each for each in temporary_database.leftovers() if each.run_id == run_id]

    try:
        return temporary_database.delete(ours(), patience=patience, say=say)
    except Abandoned:
        return ours()
    except (ClientError, BotoCoreError) as error:
        say(f"What is left cannot be seen, so both the instance and the snapshot may be. {steps.refusal(error)}")
        return temporary_database.possible(run_id)


def _left_behind(left: Sequence[Leftover]) -> StepFailed:
    return StepFailed(
        Code.LEFT_BEHIND,
        f"Still there, and costing money: {', '.join(map(str, left))}. Run `python -m deploy.restore --clean --run-id "
        f"{left[0].run_id}`.",
    )


def _write(
    rehearsal: Rehearsal, *, evidence: EvidenceFolder, failure: StepFailed | None, left: Sequence[Leftover]
) -> None:
    report = {
        "result": str(failure) if failure else "rehearsed",
        "seconds": rehearsal.seconds,
        "left_behind": [str(each) for each in left],
        **rehearsal.found,
    }
    evidence.write_json("restore", report)
    manifest = evidence.finish(result=Result.FAILED if failure or left else Result.PASSED)
    rehearsal.say(f"Evidence: {manifest.parent}")


def _rehearsal(options: Namespace, *, started_at: datetime, interruption: Interruption, say: Say) -> Rehearsal:
    def patience(seconds: float) -> Patience:
        return Patience(seconds=seconds, between=options.poll_seconds, pause=interruption.wait)

    return Rehearsal(
        run=Run(run_id=options.run_id or uuid.uuid4().hex[:12], expires_at=started_at + timedelta(hours=HOURS_TO_LIVE)),
        database=options.database,
        service=Service(cluster=options.cluster, name=options.web),
        instance_patience=patience(options.instance_seconds),
        task_patience=patience(options.task_seconds),
        say=say,
    )


def parser() -> ArgumentParser:
    """Return the command line."""
    made = steps.parser(
        program="restore",
        summary="Restore a fresh snapshot of the database into a temporary instance, check it, compare its rows, "
        "measure the time it took, and delete it again in any case.",
        codes=MEANINGS,
    )
    made.add_argument("--database", default="papyrus-prd", help="RDS instance (default: %(default)s)")
    steps.add_evidence(made)
    made.add_argument(
        "--run-id", type=argument_types.run_id, help="marks everything the run makes (default: a new one)"
    )
    made.add_argument("--clean", action="store_true", help="only delete what run --run-id left, or what is expired")
    steps.add_names(made)
    made.add_argument(
        "--instance-seconds",
        type=argument_types.seconds,
        default=3600,
        help="for each of snapshot, instance, deletion (%(default)s)",
    )
    made.add_argument(
        "--task-seconds", type=argument_types.seconds, default=600, help="for each task to end (default: %(default)s)"
    )
    return made


if __name__ == "__main__":
    sys.exit(main())
