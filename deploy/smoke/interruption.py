"""How a run ends in order when it is told to stop."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Protocol

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE = 3
SLICE_SECONDS = 0.1


class Interrupted(Exception):
    """The run was told to stop; what follows is the clean-up."""


class Abandoned(Exception):
    """The run was told to stop even cleaning up."""


class Interruptible(Protocol):
    """What can be asked to stop early and leave things in order, as a Terraform run can."""

    def interrupt(self) -> None: ...


class Interruption:
    """Notes signals instead of dying by them. Use as a context manager, in the main thread.

    The first ends the work at its next call or wait and begins the clean-up. The next ones are told what goes on;
    the third, counted from the first, abandons the clean-up. No exception is raised inside a call: what is half
    done would not be known.
    """

    def __init__(self, *, say: Callable[[str], None]) -> None:
        self._say = say
        self._count = 0
        self._running: Interruptible | None = None
        self._kept: dict[signal.Signals, Any] = {}
        self.signal: signal.Signals | None = None
        self.is_cleaning_up = False

    def __enter__(self) -> Interruption:
        self._kept = {each: signal.signal(each, self._receive) for each in SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each, handler in self._kept.items():
            signal.signal(each, handler)

    def check(self) -> None:
        """Raise Interrupted when the work must end, Abandoned when even the clean-up must."""
        if self.is_abandoned:
            raise Abandoned
        if self.signal and not self.is_cleaning_up:
            raise Interrupted

    def wait(self, seconds: float) -> None:
        """Sleep, but raise as check() does as soon as a signal comes."""
        ends_at = time.monotonic() + seconds
        while (left := ends_at - time.monotonic()) > 0:
            self.check()
            time.sleep(min(left, SLICE_SECONDS))
        self.check()

    @contextmanager
    def reaching(self, running: Interruptible) -> Iterator[None]:
        """Pass the first signal on to `running` for the time of the block; in the clean-up only the third."""
        self.check()
        self._running = running
        try:
            yield
        finally:
            self._running = None

    @property
    def is_abandoned(self) -> bool:
        return self._count >= PATIENCE

    def _receive(self, number: int, frame: FrameType | None) -> None:
        name = signal.Signals(number).name
        self._count += 1
        is_first = self.signal is None
        self.signal = self.signal or signal.Signals(number)
        self._say(f"{name}: {self._answer(is_first=is_first)}")
        if self._running and (self.is_abandoned or (is_first and not self.is_cleaning_up)):
            self._running.interrupt()

    def _answer(self, *, is_first: bool) -> str:
        if self.is_abandoned:
            return "the clean-up is abandoned; the list of what is left follows."
        left = PATIENCE - self._count
        again = "Once more abandons it" if left == 1 else f"{left} more abandon it"
        if is_first and not self.is_cleaning_up:
            return f"stopping, then cleaning up. {again}, and what is left then costs money."
        return f"the clean-up goes on, for what it would leave costs money. {again} and lists what is left."
