"""`python -m deploy.once COMMAND …`: run a command in a task of its own, where the database is reached, and show it."""

from __future__ import annotations

import sys
import uuid
from argparse import REMAINDER, ArgumentParser, Namespace
from collections.abc import Sequence
from enum import IntEnum

from deploy.command_line import argument_types, steps
from deploy.command_line.steps import Patience, Say, StepFailed
from deploy.ecs.revisions import ImageRefused, digest_of, find_image, revise
from deploy.ecs.services import Service
from deploy.ecs.tasks import Command, Runner, TaskFailed


class Code(IntEnum):
    """How running a command ends."""

    SUCCEEDED = 0
    IMAGE_REFUSED = 3
    NO_SERVICE = 4
    FAILED = 5


MEANINGS: dict[int, str] = {
    Code.SUCCEEDED: "the command exited with 0",
    Code.IMAGE_REFUSED: "the image is named by a tag, or the repository does not have it; nothing was run",
    Code.NO_SERVICE: "the web service or the family does not exist; nothing was run",
    Code.FAILED: "the command did not start, was late, or did not exit with 0",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    known = parser()
    options = known.parse_args(arguments)
    if not options.command and not options.family:
        known.error("name the command to run, such as: python manage.py dbcheck")
    if options.digest and not options.family:
        known.error("--digest goes with --family: without one the web service's own image runs")
    return steps.run(lambda say: _run(options, say=say))


def _run(options: Namespace, *, say: Say) -> Code:
    try:
        service = Service(cluster=options.cluster, name=options.web).describe()
        task_definition = _task_definition(options, of_service=service["taskDefinition"])
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
        runner.show(Command(task_definition=task_definition, arguments=options.command))
    except TaskFailed as failure:
        raise StepFailed(Code.FAILED, str(failure)) from failure
    return Code.SUCCEEDED


def _task_definition(options: Namespace, *, of_service: str) -> str:
    """Return the web service's task definition, or the one that is asked for, with an image that is there.

    Raises LookupError when there is no such family.
    """
    if not options.family:
        return of_service
    try:
        image = find_image(repository=options.repository, digest=options.digest or digest_of(of_service))
    except ImageRefused as refused:
        remedy = "" if options.digest else " Or name one by --digest."
        raise StepFailed(Code.IMAGE_REFUSED, f"{refused}{remedy}") from refused
    return revise(family=options.family, image=image)


def parser() -> ArgumentParser:
    """Return the command line."""
    made = steps.parser(
        program="once",
        summary="Run a command once with the web service's image, or a task of another family with that image, and "
        "show what it printed, masked.",
        codes=MEANINGS,
    )
    steps.add_names(made)
    made.add_argument(
        "--family",
        help="run a task of this family instead, such as papyrus-database-roles; COMMAND may then be left out",
    )
    made.add_argument("--digest", help="the family's image (default: the one that the web service runs)")
    made.add_argument("--repository", default="papyrus", help="ECR repository (default: %(default)s)")
    made.add_argument(
        "--seconds", type=argument_types.seconds, default=900, help="for the command to end (default: %(default)s)"
    )
    made.add_argument("command", nargs=REMAINDER, help="such as: python manage.py dbcheck")
    return made


if __name__ == "__main__":
    sys.exit(main())
