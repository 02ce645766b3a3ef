"""`python -m deploy.once COMMAND …`: run a command in a task of its own, where the database is reached, and show it."""

from __future__ import annotations

import sys
import uuid
from argparse import REMAINDER, ArgumentParser, Namespace
from collections.abc import Sequence
from enum import IntEnum

from deploy.command_line import argument_types, steps
from deploy.command_line.steps import Patience, Say, StepFailed
from deploy.ecs.services import Service
from deploy.ecs.tasks import Command, Runner, TaskFailed


class Code(IntEnum):
    """How running a command ends."""

    SUCCEEDED = 0
    NO_SERVICE = 4
    FAILED = 5


MEANINGS: dict[int, str] = {
    Code.SUCCEEDED: "the command exited with 0",
    Code.NO_SERVICE: "the web service does not exist; nothing was run",
    Code.FAILED: "the command did not start, was late, or did not exit with 0",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    known = parser()
    options = known.parse_args(arguments)
    if not options.command:
        known.error("name the command to run, such as: python manage.py dbcheck")
    return steps.run(lambda say: _run(options, say=say))


def _run(options: Namespace, *, say: Say) -> Code:
    try:
        service = Service(cluster=options.cluster, name=options.web).describe()
    except LookupError as missing:
        raise StepFailed(Code.NO_SERVICE, str(missing.args[0])) from missing
    runner = Runner(
        cluster=options.cluster,
        network=service["networkConfiguration"],
        started_by=f"once-{uuid.uuid4().hex[:12]}",
        patience=Patience(seconds=options.seconds, between=options.poll_seconds),
        say=say,
    )
    try:
        runner.show(Command(task_definition=service["taskDefinition"], arguments=options.command))
    except TaskFailed as failure:
        raise StepFailed(Code.FAILED, str(failure)) from failure
    return Code.SUCCEEDED


def parser() -> ArgumentParser:
    """Return the command line."""
    made = steps.parser(
        program="once",
        summary="Run a command once with the web service's image and settings, and show what it printed, masked.",
        codes=MEANINGS,
    )
    steps.add_names(made)
    made.add_argument(
        "--seconds", type=argument_types.seconds, default=900, help="for the command to end (default: %(default)s)"
    )
    made.add_argument("command", nargs=REMAINDER, help="such as: python manage.py dbcheck")
    return made


if __name__ == "__main__":
    sys.exit(main())
