"""One check for all who ask at once, with a deadline that holds even when the check never returns."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

Outcome = TypeVar("Outcome")
Outcome_co = TypeVar("Outcome_co", covariant=True)

SHARED_SECONDS = 1.0


class Attempt(Protocol[Outcome_co]):
    """A check about to run."""

    def run(self) -> Outcome_co:
        """Return what the check found; never raise."""

    def abandon(self) -> None:
        """End the check early, called from another thread."""


@dataclass(kw_only=True)
class _Run(Generic[Outcome]):
    attempt: Attempt[Outcome]
    ends_at: float
    finished_at: float | None = None
    outcome: Outcome | None = None


class SharedCheck(Generic[Outcome]):
    """Run attempts one at a time; share what one found with all callers until SHARED_SECONDS after its end.

    An attempt that takes longer than `deadline` seconds counts as `late`, whatever it finds in the end. While
    one hangs nobody starts another, so that a database in trouble is not asked again and again.
    """

    def __init__(
        self,
        *,
        begin: Callable[[], Attempt[Outcome]],
        deadline: float,
        late: Outcome,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._begin = begin
        self._deadline = deadline
        self._late = late
        self._latest: _Run[Outcome] | None = None
        self._changed = threading.Condition()

    def answer(self) -> Outcome:
        """Return what the attempt that runs or just ended found, else a new one, within the deadline."""
        with self._changed:
            run = self._latest
            if run is None or self._is_stale(run):
                run = self._latest = self._start()
            self._changed.wait_for(lambda: run.outcome is not None, timeout=run.ends_at - self._clock())
            if run.outcome is not None:
                return run.outcome
        run.attempt.abandon()
        return self._late

    def _start(self) -> _Run[Outcome]:
        run = _Run(attempt=self._begin(), ends_at=self._clock() + self._deadline)
        # A daemon, since a thread that hangs must not keep the process from stopping.
        threading.Thread(target=self._complete, args=(run,), name="shared-check", daemon=True).start()
        return run

    def _complete(self, run: _Run[Outcome]) -> None:
        outcome = run.attempt.run()
        with self._changed:
            run.finished_at = self._clock()
            run.outcome = outcome if run.finished_at <= run.ends_at else self._late
            self._changed.notify_all()

    def _is_stale(self, run: _Run[Outcome]) -> bool:
        return run.finished_at is not None and self._clock() - run.finished_at >= SHARED_SECONDS
