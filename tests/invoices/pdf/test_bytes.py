"""The same document is the same bytes: in another run, process, thread or environment."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from invoices.domain.document import Document
from invoices.pdf import render, render_many
from tests.invoices.pdf.documents import RECIPIENT, document, line, return_note

ROOT = Path(__file__).parents[3]
PROGRAM = """
import sys
{before}
from hashlib import sha256
from invoices.pdf import render
from tests.invoices.pdf.test_bytes import notes
print(*(sha256(render(note)).hexdigest() for note in notes()))
"""
# An import that fails, as on a machine without rl-accel.
NO_ACCELERATOR = "sys.modules['_rl_accel'] = None"


def notes() -> list[Document]:
    return [
        document(),
        document(45, is_void=True),
        document(3, recipient=replace(RECIPIENT, name="株式会社𠮷野葛\U000e0100城龘")),
        return_note(),
    ]


def digests() -> list[str]:
    return [sha256(render(note)).hexdigest() for note in notes()]


@pytest.mark.parametrize(
    ("before", "environment"),
    [
        ("", {"PYTHONHASHSEED": "1"}),
        ("", {"PYTHONHASHSEED": "4242", "TZ": "America/New_York", "LC_ALL": "C"}),
        ("", {"SOURCE_DATE_EPOCH": "1234567890"}),
        (NO_ACCELERATOR, {}),
    ],
    ids=["hash seed", "another locale and zone", "source date", "without accelerator"],
)
def test_render_gives_the_same_bytes_when_the_process_differs(before: str, environment: dict[str, str]) -> None:
    command = [sys.executable, "-c", PROGRAM.format(before=before)]
    variables = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, env=variables)
    assert answer.stdout.split() == digests()


def test_render_gives_the_same_bytes_when_repeated() -> None:
    assert [render(note) for note in notes()] == [render(note) for note in reversed(notes())][::-1]


def test_render_gives_the_same_bytes_when_eight_threads_draw_at_once() -> None:
    different = [
        document(1 + number % 30, number=f"DN-2026-{number:06d}", subject=chr(0x4E00 + number) * 3)
        for number in range(80)
    ]
    alone = [render(note) for note in different]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(render, different * 3))
    assert together == alone * 3


def test_render_gives_other_bytes_when_a_line_differs() -> None:
    assert render(document(1)) != render(document(lines=(line(2),)))


def test_render_stamps_the_issue_date_and_not_the_clock() -> None:
    assert b"D:20261123000000+09'00'" in render(document(1))


def test_identifiers_differ_when_documents_differ() -> None:
    one, two = (render(document(1, number=number)).rsplit(b"/ID", 1)[1][:80] for number in ("A-1", "A-2"))
    assert one != two


def test_render_many_is_render_when_there_is_one_document() -> None:
    assert render_many([document()]) == render(document())
