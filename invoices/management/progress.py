"""How far a long command has come, on stderr."""

from __future__ import annotations

import time
from typing import TextIO

from django.utils.translation import gettext as _

SECONDS_ON_A_TERMINAL = 0.5
SECONDS_ELSEWHERE = 60


class Progress:
    """A line that is drawn anew on a terminal; elsewhere, such as in a log, a further line each minute."""

    def __init__(self, stream: TextIO, *, of_what: str, total: int) -> None:
        self._stream, self._of_what, self._total = stream, of_what, total
        self._is_terminal = stream.isatty()
        self._done = 0
        self._began = self._told = time.monotonic()

    def advance(self, count: int) -> None:
        """Count what was done, and tell of it if the last time was long ago."""
        self._done += count
        if time.monotonic() - self._told >= (SECONDS_ON_A_TERMINAL if self._is_terminal else SECONDS_ELSEWHERE):
            self._told = time.monotonic()
            self._stream.write(f"\r\033[K{self._line()}" if self._is_terminal else f"{self._line()}\n")
            self._stream.flush()

    def end(self) -> None:
        """Tell how much it was in all."""
        self._stream.write(f"\r\033[K{self._line()}\n" if self._is_terminal else f"{self._line()}\n")

    def _line(self) -> str:
        rate = self._done / max(time.monotonic() - self._began, 0.001)
        text = _("%(what)s: %(done)s of %(total)s, %(rate)s a second")
        total = max(self._total, self._done)
        return text % {
            "what": self._of_what, "done": f"{self._done:,}", "total": f"{total:,}", "rate": f"{rate:,.0f}",
        }  # fmt: skip
