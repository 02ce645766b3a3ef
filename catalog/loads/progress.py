"""A line on the terminal that says how far a load has come."""

from __future__ import annotations

import time
from typing import TextIO

from django.utils.translation import gettext as _

from catalog.loads.staging import Step

WIDTH = 24
SECONDS_BETWEEN = 0.2


class ProgressBar:
    """Rows, rows a second and the time that remains of the step; on what is no terminal a line for each step."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._step: Step | None = None
        self._started = self._drawn = 0.0

    def report(self, step: Step, rows: int, fraction: float) -> None:
        """Draw the bar anew, at most five times a second."""
        now = time.monotonic()
        if step is not self._step:
            self._begin(step, now)
        if self._is_terminal and (now - self._drawn >= SECONDS_BETWEEN or fraction >= 1):
            self._drawn = now
            self._stream.write(f"\r\033[K{self._line(step, rows, fraction, now - self._started)}")
            self._stream.flush()

    def end(self) -> None:
        """Leave what was drawn, and go on below it."""
        if self._is_terminal and self._step is not None:
            self._stream.write("\n")

    def _begin(self, step: Step, now: float) -> None:
        self.end()
        self._step, self._started, self._drawn = step, now, 0.0
        if not self._is_terminal:
            self._stream.write(f"{_labels()[step]} …\n")

    def _line(self, step: Step, rows: int, fraction: float, seconds: float) -> str:
        label = _labels()[step]
        if fraction <= 0 or seconds <= 0:
            return f"{label} …"
        done = round(WIDTH * min(fraction, 1))
        bar = "█" * done + "░" * (WIDTH - done)
        text = _("%(rows)s rows, %(rate)s rows/s, %(remaining)s s left")
        remaining = round(seconds / fraction - seconds) if fraction < 1 else 0
        return f"{label} {bar} " + text % {
            "rows": f"{rows:,}", "rate": f"{round(rows / seconds):,}", "remaining": f"{remaining:,}",
        }  # fmt: skip


def _labels() -> dict[Step, str]:
    return {Step.READING: _("Reading"), Step.COMPARING: _("Comparing"), Step.WRITING: _("Writing")}
