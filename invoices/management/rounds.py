"""Commands that do their work once, or again and again until they are told to stop."""

from __future__ import annotations

import signal
import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable

from django.db import connection
from django.utils.translation import gettext as _

# More is a slip of a finger; from some number on not even the clock can wait so long.
MOST_SECONDS = 24 * 60 * 60


def add_every(parser: ArgumentParser) -> None:
    """Let the command take `--every SECONDS`; None without it."""
    parser.add_argument(
        "--every",
        type=_seconds,
        metavar=_("SECONDS"),
        help=_("do so again after this many seconds, until the process is told to stop (SIGTERM)"),
    )


def until_stopped(work: Callable[[], None], *, every: float) -> None:
    """Do `work` in rounds; return once the process is told to stop."""
    # As Ctrl-C, right where the command is: the work may be cut short at any point, since it is repeatable.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        while True:
            try:
                work()
            finally:
                # A connection that was left idle between rounds may be dead, and would take up a place until then.
                connection.close()
            time.sleep(every)
    except KeyboardInterrupt:
        return


def _seconds(typed: str) -> float:
    text = _("--every takes a number of seconds above 0, at most %(most)s (%(typed)s was given).")
    refusal = ArgumentTypeError(text % {"most": MOST_SECONDS, "typed": typed})
    try:
        seconds = float(typed)
    except ValueError:
        raise refusal from None
    if not 0 < seconds <= MOST_SECONDS:
        raise refusal
    return seconds
