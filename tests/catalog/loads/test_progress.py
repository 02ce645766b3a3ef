from __future__ import annotations

import io

import pytest
from django.utils import translation

from catalog.loads.progress import ProgressBar
from catalog.loads.staging import Step


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def english() -> object:
    with translation.override("en"):
        yield


def test_terminal_shows_rows_rate_and_what_remains(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter([100.0, 110.0, 110.1, 140.0])
    monkeypatch.setattr("catalog.loads.progress.time.monotonic", lambda: next(seconds))
    terminal = Terminal()
    bar = ProgressBar(terminal)
    for rows, fraction in ((0, 0.0), (5_000, 0.25), (5_500, 0.27), (20_000, 1.0)):
        bar.report(Step.READING, rows, fraction)
    bar.end()
    drawn = terminal.getvalue().split("\r\033[K")
    assert drawn == [
        "",
        "Reading …",
        "Reading ██████░░░░░░░░░░░░░░░░░░ 5,000 rows, 500 rows/s, 30 s left",
        "Reading ████████████████████████ 20,000 rows, 500 rows/s, 0 s left\n",
    ]


def test_what_is_no_terminal_gets_a_line_for_each_step() -> None:
    log = io.StringIO()
    bar = ProgressBar(log)
    for step in (Step.READING, Step.READING, Step.COMPARING, Step.WRITING):
        bar.report(step, 1, 0.5)
    bar.end()
    assert log.getvalue() == "Reading …\nComparing …\nWriting …\n"
