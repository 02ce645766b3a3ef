"""Restoring the database beside the original, checking it and comparing its rows, with the time each part took."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from deploy.command_line import steps
from deploy.command_line.steps import Patience, Say, StepFailed
from deploy.ecs.services import Service
from deploy.ecs.tasks import Command, Runner, TaskFailed
from deploy.health import database_check
from deploy.restoration import row_counts, temporary_database
from deploy.restoration.row_counts import RowCounts
from deploy.restoration.temporary_database import NotAvailable, Run

COUNT = ("python", "manage.py", "count_rows")


class Code(IntEnum):
    """How a rehearsal ends."""

    REHEARSED = 0
    NOT_FOUND = 3
    SNAPSHOT_FAILED = 4
    RESTORE_FAILED = 5
    CHECK_FAILED = 6
    ROWS_DIFFER = 7
    LEFT_BEHIND = 8
    TASK_FAILED = 9


MEANINGS: dict[int, str] = {
    Code.REHEARSED: "the database was restored, checked and compared, and nothing is left",
    Code.NOT_FOUND: "the database instance or the web service does not exist",
    Code.SNAPSHOT_FAILED: "the snapshot did not become available in time",
    Code.RESTORE_FAILED: "the restored instance did not become available in time",
    Code.CHECK_FAILED: "the restored database's check found something",
    Code.ROWS_DIFFER: "the restored database has other rows than the original",
    Code.LEFT_BEHIND: "a snapshot or an instance could not be deleted, and costs money",
    Code.TASK_FAILED: "a task that counts or checks did not run",
    steps.Code.NO_EVIDENCE: "the evidence could not be written",
    steps.Code.INTERRUPTED: "told to stop (Ctrl-C, SIGTERM); what was made is deleted",
}


@dataclass(kw_only=True)
class Rehearsal:
    """One rehearsal of `run`: `found` and `seconds` fill while it goes on, and are good for evidence at any time.

    `has_begun` is whether AWS was asked to make anything, so that something may have to be deleted.
    """

    run: Run
    database: str
    service: Service
    instance_patience: Patience
    task_patience: Patience
    say: Say
    found: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    has_begun: bool = False

    def carry_out(self) -> None:
        """Take a snapshot, restore it, check and compare what was restored. Raises StepFailed."""
        service = _looked_up(self.service.describe)
        original = _looked_up(lambda: temporary_database.describe(self.database))
        ask = _Questions(runner=self._runner(service), task_definition=service["taskDefinition"])
        before = ask.rows()
        self._take_snapshot()
        after = ask.rows()
        with self._timed("restore"):
            restored = self._restore(original)
        with self._timed("check"):
            self._require_good(ask.checks(of=restored))
        # From the order to restore until the database is known to be good: what users would wait.
        self.found["recovery_seconds"] = round(self.seconds["restore"] + self.seconds["check"], 1)
        self._compare(before=before, after=after, restored=ask.rows(of=restored))

    def _runner(self, service: Mapping[str, Any]) -> Runner:
        return Runner(
            cluster=self.service.cluster,
            network=service["networkConfiguration"],
            started_by=self.run.name,
            patience=self.task_patience,
            say=self.say,
        )

    def _take_snapshot(self) -> None:
        with self._timed("snapshot"):
            self.has_begun = True
            try:
                temporary_database.take_snapshot(run=self.run, database=self.database, patience=self.instance_patience)
            except NotAvailable as failure:
                raise StepFailed(Code.SNAPSHOT_FAILED, f"{failure} Look at the database's events.") from failure

    def _restore(self, original: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            restored = temporary_database.restore_instance(
                run=self.run, original=original, patience=self.instance_patience
            )
        except NotAvailable as failure:
            raise StepFailed(Code.RESTORE_FAILED, f"{failure} Look at its events in RDS.") from failure
        endpoint: Mapping[str, Any] = restored["Endpoint"]
        return endpoint

    def _require_good(self, answer: Mapping[str, Any]) -> None:
        self.found["check"] = answer
        if faults := database_check.faults(answer):
            raise StepFailed(
                Code.CHECK_FAILED, f"The check of the restored database found: {', '.join(faults)}. Do not rely on it."
            )

    def _compare(self, *, before: RowCounts, after: RowCounts, restored: RowCounts) -> None:
        differing = row_counts.differences(before=before, after=after, restored=restored)
        self.found["rows"] = {"before": before, "after": after, "restored": restored, "differences": differing}
        if differing:
            raise StepFailed(
                Code.ROWS_DIFFER, f"The restored database is not the original: {'; '.join(differing)}. Find out why."
            )
        self.say(f"{len(restored)} tables with {sum(restored.values())} rows are as in the original.")

    @contextmanager
    def _timed(self, part: str) -> Iterator[None]:
        started = time.monotonic()
        self.say(f"{part} …")
        try:
            yield
        finally:
            self.seconds[part] = round(time.monotonic() - started, 1)
            self.say(f"{part}: {self.seconds[part]} s")


@dataclass(frozen=True, kw_only=True)
class _Questions:
    """What is asked of a database by tasks of the web service, which alone reach it."""

    runner: Runner
    task_definition: str

    def rows(self, *, of: Mapping[str, Any] | None = None) -> RowCounts:
        counts: RowCounts = self._ask(COUNT, of=of, key="rows")["rows"]
        return counts

    def checks(self, *, of: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._ask(database_check.COMMAND, of=of, key=database_check.KEY)

    def _ask(self, arguments: Sequence[str], *, of: Mapping[str, Any] | None, key: str) -> dict[str, Any]:
        command = Command(task_definition=self.task_definition, arguments=[*_turned_to(of), *arguments])
        try:
            return self.runner.ask(command, key=key)
        except TaskFailed as failure:
            raise StepFailed(Code.TASK_FAILED, str(failure)) from failure


def _turned_to(endpoint: Mapping[str, Any] | None) -> list[str]:
    """Return what turns a command to another database than the task definition's secret names.

    ECS refuses an override of what comes from a secret, so `env` sets it in the container. Nor may the application
    read that secret again.
    """
    if endpoint is None:
        return []
    return ["env", "-u", "DATABASE_SECRET_ARN", f"PGHOST={endpoint['Address']}", f"PGPORT={endpoint['Port']}"]


def _looked_up(look: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return look()
    except LookupError as missing:
        raise StepFailed(Code.NOT_FOUND, str(missing.args[0])) from missing
