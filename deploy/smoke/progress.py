"""What a run tells whoever watches it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress

from deploy.smoke.steps import Step


class Progress:
    """Lines with the seconds since the start, masked by `mask` before anybody sees them."""

    def __init__(self, *, mask: Callable[[str], str]) -> None:
        self.mask = mask
        self._started = time.monotonic()
        self._step_started = self._started

    def begin(self, step: Step) -> None:
        """Say that `step` begins."""
        self._step_started = time.monotonic()
        self.say(f"{_name(step)}: {step.title} …")

    def succeed(self, step: Step) -> None:
        """Say that `step` succeeded and how long it took."""
        self.say(f"{_name(step)}: ok, {time.monotonic() - self._step_started:.1f} s")

    def fail(self, step: Step, reason: str) -> None:
        """Say that `step` failed, and why."""
        self.say(f"{_name(step)}: FAILED after {time.monotonic() - self._step_started:.1f} s. {reason}")

    def detail(self, text: str) -> None:
        """Say something within a step."""
        self.say(f"  {text}")

    def say(self, text: str) -> None:
        """Print `text` with the time; safe in a signal handler."""
        line = f"[{time.monotonic() - self._started:6.1f} s] {self.mask(text)}\n"
        # Past Python's buffers, which a signal handler must not enter twice. And a terminal that was closed must
        # not end the clean-up.
        with suppress(OSError):
            os.write(sys.stdout.fileno(), line.encode())


def _name(step: Step) -> str:
    return step.name.lower().replace("_", "-")
