"""What a command line refuses before anything is done."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable

import pytest

from deploy.command_line.argument_types import host_and_port, number, run_id, seconds


@pytest.mark.parametrize(
    ("read", "text", "found"),
    [
        (seconds, "0", 0.0),
        (seconds, "0.5", 0.5),
        (seconds, "86400", 86400.0),
        (run_id, "gh-12345678901-1", "gh-12345678901-1"),
        (run_id, "r", "r"),
        (run_id, "a" * 24, "a" * 24),
        (host_and_port, "127.0.0.1:8080", "127.0.0.1:8080"),
        (number(least=1, most=2160), "2160", 2160),
    ],
)
def test_type_reads_what_is_in_bounds(read: Callable[[str], object], text: str, found: object) -> None:
    assert read(text) == found


@pytest.mark.parametrize(
    ("read", "texts", "complaint"),
    [
        (seconds, ["nan", "inf", "-1", "86401", "soon", ""], "is not a number of seconds from 0 to 86400"),
        (
            run_id,
            ["A B", "A", "a_b", "-a", "a-", "a--b", "a\n", "a" * 25, ""],
            "is not 1 to 24 lower-case letters, digits and single inner hyphens",
        ),
        (
            host_and_port,
            ["foo", "foo:", ":80", "foo:0", "foo:65536", "foo:http", "foo:+80"],
            "is not HOST:PORT with a port from 1 to 65535",
        ),
        (number(least=1, most=2160), ["0", "-1", "2161", "1e3", "٣", "1_0", ""], "is not a number from 1 to 2160"),
    ],
)
def test_type_refuses_what_is_not(read: Callable[[str], object], texts: list[str], complaint: str) -> None:
    for text in texts:
        with pytest.raises(ArgumentTypeError, match=f"^“{text}” {complaint}$".replace("+", r"\+")):
            read(text)
