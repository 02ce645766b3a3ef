"""`python -m deploy.password USER`: give a user a password on AWS, where only tasks reach the database.

It goes by a parameter of its own, encrypted, which is deleted in any case. So it stands in no argument, override, log
or file, and CloudTrail hides it.
"""

from __future__ import annotations

import signal
import sys
import uuid
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import IntEnum
from getpass import getpass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from deploy.command_line import argument_types, steps
from deploy.command_line.steps import Patience, Say, StepFailed
from deploy.ecs.services import Service
from deploy.ecs.tasks import Command, Runner, TaskFailed
from deploy.sdk.clients import client
from deploy.sdk.refusals import sentence_of
from deploy.stacks.state_store import ENVIRONMENT

# The task role may read what is under the first two.
PARAMETERS = f"/papyrus/{ENVIRONMENT}/passwords"
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Code(IntEnum):
    """How giving a password ends."""

    GIVEN = 0
    NO_PASSWORD = 3
    NO_SERVICE = 4
    FAILED = 5
    LEFT_BEHIND = 8


MEANINGS: dict[int, str] = {
    Code.GIVEN: "the user has the password",
    Code.NO_PASSWORD: "none was typed, or not twice the same; nothing was changed",
    Code.NO_SERVICE: "the web service does not exist; nothing was changed",
    Code.FAILED: "the task did not start, was late, or refused: no such user, or too weak a password",
    Code.LEFT_BEHIND: "the parameter is still there; the sentence says how to delete it",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = parser().parse_args(arguments)
    return steps.run(lambda say: _give(options, say=say))


def _give(options: Namespace, *, say: Say) -> Code:
    try:
        service = Service(cluster=options.cluster, name=options.web).describe()
    except LookupError as missing:
        raise StepFailed(Code.NO_SERVICE, str(missing.args[0])) from missing
    password = _asked_for(options.username)
    with _parameter(password) as name:
        arguments = ["python", "manage.py", "set_password", "--parameter", name, "--", options.username]
        try:
            _runner(options, service=service, say=say).show(
                Command(task_definition=service["taskDefinition"], arguments=arguments)
            )
        except TaskFailed as failure:
            raise StepFailed(Code.FAILED, str(failure)) from failure
    return Code.GIVEN


def _asked_for(username: str) -> str:
    """Return the password, typed twice at a terminal, else the first line of what is piped in."""
    typed = {_typed(f"New password of {username}: "), _typed("Once more: ")} if sys.stdin.isatty() else {_piped()}
    if len(typed) > 1:
        raise StepFailed(Code.NO_PASSWORD, "The two passwords differ. Nothing was changed.")
    if "" in typed:
        raise StepFailed(Code.NO_PASSWORD, "No password was given. Nothing was changed.")
    return typed.pop()


def _typed(question: str) -> str:
    with suppress(EOFError):
        return getpass(question)
    return ""


def _piped() -> str:
    return sys.stdin.readline().rstrip("\n")


@contextmanager
def _parameter(password: str) -> Iterator[str]:
    """Yield the name of a parameter with `password`, and delete it whatever happens, also when told to stop."""
    name = f"{PARAMETERS}/{uuid.uuid4().hex[:12]}"
    before = {number: signal.signal(number, signal.default_int_handler) for number in STOPPING}
    try:
        client("ssm").put_parameter(Name=name, Type="SecureString", Value=password)
        yield name
    finally:
        for number in STOPPING:
            signal.signal(number, signal.SIG_IGN)
        try:
            _delete(name)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _delete(name: str) -> None:
    ssm = client("ssm")
    try:
        ssm.delete_parameter(Name=name)
    except ssm.exceptions.ParameterNotFound:
        return
    except (BotoCoreError, ClientError) as error:
        raise StepFailed(
            Code.LEFT_BEHIND,
            f"The parameter that holds the password may still be there. {sentence_of(error)} Run "
            f"`aws ssm delete-parameter --name {name}`.",
        ) from error


def _runner(options: Namespace, *, service: dict[str, Any], say: Say) -> Runner:
    return Runner(
        cluster=options.cluster,
        network=service["networkConfiguration"],
        started_by=f"password-{uuid.uuid4().hex[:12]}",
        patience=Patience(seconds=options.seconds, between=options.poll_seconds),
        say=say,
    )


def parser() -> ArgumentParser:
    """Return the command line."""
    made = steps.parser(
        program="password",
        summary="Ask for a password and give it to a user of the service, by a task; it ends their sessions.",
        codes=MEANINGS,
    )
    steps.add_names(made)
    made.add_argument(
        "--seconds", type=argument_types.seconds, default=900, help="for the task to end (default: %(default)s)"
    )
    made.add_argument("username", metavar="USER")
    return made


if __name__ == "__main__":
    sys.exit(main())
