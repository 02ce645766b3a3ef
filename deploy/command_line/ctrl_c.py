"""Ctrl-C that is not lost.

Python raises KeyboardInterrupt wherever the main thread is, and drops it when that is the finaliser of an object, as
when boto3 closes its connections: about once in a hundred times while a command waits for AWS. So it is remembered as
well, and a command that waits asks for it.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_came = False


@contextmanager
def remembered() -> Iterator[None]:
    """Remember Ctrl-C from now on. Where it is ignored, as for a job in the background, it stays ignored."""
    global _came
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    _came = False
    signal.signal(signal.SIGINT, _remember)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def check() -> None:
    """Raise KeyboardInterrupt when Ctrl-C came and the exception was dropped."""
    if _came:
        raise KeyboardInterrupt


def _remember(number: int, frame: FrameType | None) -> None:
    global _came
    _came = True
    raise KeyboardInterrupt
