"""Types of command-line arguments: what they refuse ends a command with 2 before it has done anything."""

from __future__ import annotations

import math
import re
from argparse import ArgumentTypeError
from collections.abc import Callable

# A run's id is part of names: a load balancer's has room for 24 characters, a database's takes no two hyphens in a row.
RUN_ID = re.compile(r"(?=.{1,24}\Z)[a-z0-9]+(-[a-z0-9]+)*")
MOST_SECONDS = 24 * 60 * 60
MOST_PORT = 65535


def seconds(text: str) -> float:
    """Read a time to wait: 0 seconds to a day."""
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not 0 <= found <= MOST_SECONDS:
        raise ArgumentTypeError(f"“{text}” is not a number of seconds from 0 to {MOST_SECONDS}")
    return found


def run_id(text: str) -> str:
    """Read the id of a run."""
    if not RUN_ID.fullmatch(text):
        raise ArgumentTypeError(f"“{text}” is not 1 to 24 lower-case letters, digits and single inner hyphens")
    return text


def host_and_port(text: str) -> str:
    """Read HOST:PORT."""
    host, _, port = text.rpartition(":")
    if not host or not _is_whole(port) or not 1 <= int(port) <= MOST_PORT:
        raise ArgumentTypeError(f"“{text}” is not HOST:PORT with a port from 1 to {MOST_PORT}")
    return text


def number(*, least: int, most: int) -> Callable[[str], int]:
    """Return what reads a whole number from `least` to `most`, neither below 0."""

    def read(text: str) -> int:
        if not _is_whole(text) or not least <= int(text) <= most:
            raise ArgumentTypeError(f"“{text}” is not a number from {least} to {most}")
        return int(text)

    return read


def _is_whole(text: str) -> bool:
    # Python would also read digits of other scripts, and underscores.
    return text.isascii() and text.isdigit()
