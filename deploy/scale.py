"""`python -m deploy.scale`: say how many tasks the services run, or change it."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from deploy.command_line import argument_types, steps
from deploy.command_line.steps import Patience, Say, StepFailed
from deploy.ecs.services import Service
from deploy.sdk.clients import client

# One worker: two would draw the same waiting PDFs twice. The web's bound is what the database has connections for.
MOST = {"web": 4, "worker": 1}


class Code(IntEnum):
    """How scaling ends."""

    SCALED = 0
    NO_SERVICE = 4
    LATE = 7


MEANINGS: dict[int, str] = {
    Code.SCALED: "as many tasks run as are wanted",
    Code.NO_SERVICE: "a service does not exist; nothing was changed",
    Code.LATE: "the wanted number of tasks did not run in time; alarms that were off stay off until a scaling succeeds",
}


@dataclass(frozen=True, kw_only=True)
class Scaling:
    """A service, the alarm that rings when it has no task, and how many it is to have; None leaves it as it is."""

    service: Service
    alarm: str
    tasks: int | None

    def quiet(self) -> None:
        """Switch the alarm off when no task is wanted."""
        if self.tasks == 0:
            client("cloudwatch").disable_alarm_actions(AlarmNames=[self.alarm])

    def ask(self) -> None:
        """Ask for the tasks."""
        if self.tasks is not None:
            self.service.scale(self.tasks)

    def wait(self, patience: Patience) -> None:
        """Wait until as many tasks run as are wanted, then switch the alarm on if that is any."""
        if self.tasks is None:
            return
        _wait(self.service, tasks=self.tasks, patience=patience)
        if self.tasks > 0:
            client("cloudwatch").enable_alarm_actions(AlarmNames=[self.alarm])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = parser().parse_args(arguments)
    return steps.run(lambda say: _scale(options, say=say))


def _scale(options: Namespace, *, say: Say) -> Code:
    scalings = [
        Scaling(
            service=Service(cluster=options.cluster, name=getattr(options, kind)),
            alarm=alarm_name(options.cluster, kind=kind),
            tasks=getattr(options, f"{kind}_tasks"),
        )
        for kind in MOST
    ]
    for each in scalings:
        say(f"Before: {_counts(each.service)}")
    for each in scalings:
        each.quiet()
    for each in scalings:
        each.ask()
    patience = Patience(seconds=options.seconds, between=options.poll_seconds)
    for each in scalings:
        each.wait(patience)
    for each in scalings:
        if each.tasks is not None:
            say(f"After:  {_counts(each.service)}")
    return Code.SCALED


def alarm_name(cluster: str, *, kind: str) -> str:
    """Return the name that the stack 30-monitor gives the alarm of the web or the worker service without a task."""
    return f"{cluster}-no-running-task-{kind}"


def _wait(service: Service, *, tasks: int, patience: Patience) -> None:
    def runs_as_wanted() -> bool | None:
        described = _described(service)
        return True if described["runningCount"] == tasks and not described["pendingCount"] else None

    if patience.wait_for(runs_as_wanted) is None:
        latest = (_described(service).get("events") or [{"message": "ECS says nothing about it"}])[0]["message"]
        raise StepFailed(
            Code.LATE,
            f"{_counts(service)} after {patience.seconds:.0f} s. ECS goes on trying. Its latest event: {latest}",
        )


def _counts(service: Service) -> str:
    described = _described(service)
    return f"{service.name} runs {described['runningCount']} of {described['desiredCount']} tasks"


def _described(service: Service) -> Mapping[str, Any]:
    try:
        return service.describe()
    except LookupError as missing:
        raise StepFailed(Code.NO_SERVICE, str(missing.args[0])) from missing


def parser() -> ArgumentParser:
    """Return the command line."""
    made = steps.parser(
        program="scale",
        summary="Show how many tasks the services run; with a number, ask for so many and wait until they run.",
        codes=MEANINGS,
    )
    for kind, most in MOST.items():
        made.add_argument(
            f"--{kind}-tasks",
            type=argument_types.number(least=0, most=most),
            metavar="NUMBER",
            help=f"0 to {most} tasks of the {kind} service",
        )
    steps.add_names(made)
    made.add_argument(
        "--seconds", type=argument_types.seconds, default=600, help="for each service (default: %(default)s)"
    )
    return made


if __name__ == "__main__":
    sys.exit(main())
