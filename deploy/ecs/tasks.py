"""One-off tasks: run a command in the container of a task definition, and learn how it ended and what it printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from deploy.command_line.steps import Patience, Say
from deploy.ecs import task_output
from deploy.sdk.clients import client

CONTAINER = "papyrus"
SECONDS_FOR_OUTPUT = 120.0
LINES_OF_A_FAILURE = 15


class TaskFailed(Exception):
    """A task did not start, did not end in time, or ended badly. The text says why."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """What to run in a revision's container: `arguments`, or the revision's own command when there are none."""

    task_definition: str
    arguments: Sequence[str] = ()

    def __str__(self) -> str:
        return f"“{' '.join(self.arguments)}”" if self.arguments else f"“{revision(self.task_definition)}”"


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A task that ended: `problem` says what was bad about it, None when it exited with 0."""

    task_id: str
    command: Command
    problem: str | None

    def __str__(self) -> str:
        return f"Task {self.task_id} ({self.command})"


@dataclass(frozen=True, kw_only=True)
class Runner:
    """Runs commands in `cluster`, in a service's `network`, each with `patience`; `started_by` marks its tasks."""

    cluster: str
    network: Mapping[str, Any]
    started_by: str
    patience: Patience
    say: Say

    def finish(self, command: Command) -> Finished:
        """Run `command` until it has ended, well or badly.

        Raises TaskFailed when the task cannot be started or is late; a late one is stopped.
        """
        task_id = self._start(command)
        self.say(f"Task {task_id} runs {command} …")
        stopped = self.patience.wait_for(lambda: self._stopped(task_id))
        if stopped is None:
            client("ecs").stop_task(cluster=self.cluster, task=task_id, reason="It was late.")
            raise TaskFailed(f"Task {task_id} ({command}) had not ended after {self.patience.seconds:.0f} s.")
        return Finished(task_id=task_id, command=command, problem=problem_of(stopped))

    def succeed(self, command: Command) -> None:
        """Run `command` and say its last lines when it fails. Raises TaskFailed then."""
        finished = self.finish(command)
        if finished.problem:
            for line in self._lines(finished)[-LINES_OF_A_FAILURE:]:
                self.say(f"  {line}")
            raise TaskFailed(f"{finished} failed: {finished.problem}.")

    def show(self, command: Command) -> None:
        """Run `command` and say all its lines. Raises TaskFailed when it does not exit with 0."""
        finished = self.finish(command)
        # Lines arrive some seconds after they were printed, and nobody says which is the last: wait until none follows.
        lines: list[str] = []
        patience = replace(self.patience, seconds=SECONDS_FOR_OUTPUT, between=max(self.patience.between, 1.0))
        patience.wait_for(lambda: self._all_arrived(finished, lines))
        for line in lines:
            self.say(f"  {line}")
        if finished.problem:
            raise TaskFailed(f"{finished} failed: {finished.problem}.")

    def _all_arrived(self, finished: Finished, lines: list[str]) -> bool | None:
        """Put what has arrived into `lines`, and tell whether a second look found no more than the first."""
        found = self._lines(finished)
        is_all = bool(found) and len(found) == len(lines)
        lines[:] = found
        return is_all or None

    def ask(self, command: Command, *, key: str) -> dict[str, Any]:
        """Run `command` and return the last JSON object with `key` that it printed, whatever its exit code.

        Raises TaskFailed when it printed none.
        """
        finished = self.finish(command)
        # Lines arrive some seconds after they were printed. Those of a task that failed may never come.
        patience = replace(self.patience, seconds=5.0 if finished.problem else SECONDS_FOR_OUTPUT)
        found = patience.wait_for(lambda: task_output.last_object(self._lines(finished), key=key))
        if found is None:
            problem = finished.problem or f"it printed no JSON object with “{key}”"
            raise TaskFailed(f"{finished} gave no answer: {problem}.")
        return found

    def _lines(self, finished: Finished) -> list[str]:
        return task_output.lines(
            task_definition=finished.command.task_definition, container=CONTAINER, task_id=finished.task_id
        )

    def _start(self, command: Command) -> str:
        override = {"name": CONTAINER, "command": list(command.arguments)} if command.arguments else None
        answer = client("ecs").run_task(
            cluster=self.cluster,
            taskDefinition=command.task_definition,
            launchType="FARGATE",
            networkConfiguration=self.network,
            startedBy=self.started_by,
            overrides={"containerOverrides": [override] if override else []},
        )
        if not answer["tasks"]:
            reasons = ", ".join(failure.get("reason", "unknown") for failure in answer["failures"])
            raise TaskFailed(f"ECS did not start {command}: {reasons or 'it gave no reason'}.")
        return task_id_of(answer["tasks"][0])

    def _stopped(self, task_id: str) -> dict[str, Any] | None:
        found = client("ecs").describe_tasks(cluster=self.cluster, tasks=[task_id])["tasks"]
        if not found:
            raise TaskFailed(f"Task {task_id} is unknown to ECS; it was removed while it was waited for.")
        return found[0] if found[0]["lastStatus"] == "STOPPED" else None


def task_id_of(task: Mapping[str, Any]) -> str:
    """Return the short id at the end of the task's ARN."""
    return str(task["taskArn"]).rsplit("/", 1)[-1]


def revision(task_definition: str) -> str:
    """Return `family:revision` of a task definition's ARN."""
    return task_definition.rsplit("/", 1)[-1]


def problem_of(task: Mapping[str, Any]) -> str | None:
    """Return what is bad about how `task` ended: its exit code, or why it has none. None when it exited with 0."""
    container: Mapping[str, Any] = next((each for each in task["containers"] if each["name"] == CONTAINER), {})
    exit_code = container.get("exitCode")
    if exit_code == 0:
        return None
    reasons = [container.get("reason"), task.get("stoppedReason")]
    found = "it never ran" if exit_code is None else f"exit code {exit_code}"
    return "; ".join([found, *(reason.rstrip(".") for reason in reasons if reason)])
