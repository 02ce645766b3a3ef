"""Measure how fast notes are drawn, beside Typst and WeasyPrint: python -m tests.bench.bench_pdf

All three draw the same content with the same font files, in turns in one run, so that a busy machine is busy for all.
Exits with 1 when a bound is missed.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator

from invoices.domain.document import Document
from invoices.pdf import render
from tests.bench.bounds import Bound
from tests.bench.pdf_many import milliseconds, numbered
from tests.bench.pdf_peers import Typst, WeasyPrint
from tests.invoices.pdf.documents import document

ROUNDS = 40
WEASYPRINT_EVERY = 8
LONG_ROUNDS = 5
MANY_ROUNDS = 3
LONG, SHORT = 2000, 1000
MANY = 1000


def main() -> int:
    bounds = [*compared(), *long_note(), *many_notes()]
    for bound in bounds:
        print(bound)
    return 0 if all(bound.is_kept for bound in bounds) else 1


def compared() -> Iterator[Bound]:
    """Time one note of 20 lines by each, in turns; each round has another note, as in a day's work."""
    typst, weasyprint = Typst(), WeasyPrint()
    times: dict[str, list[float]] = {"ours": [], "Typst": [], "WeasyPrint": []}
    drawers: dict[str, Callable[[Document], bytes]] = {
        "ours": render,
        "Typst": typst.render,
        "WeasyPrint": weasyprint.render,
    }
    for draw in drawers.values():
        draw(document())
    for turn in range(ROUNDS):
        note = numbered(turn)
        for name, draw in drawers.items():
            if name != "WeasyPrint" or turn % WEASYPRINT_EVERY == 0:
                times[name].append(milliseconds(lambda draw=draw, note=note: draw(note)))  # type: ignore[misc]
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    for name, median in medians.items():
        size = len(drawers[name](document())) / 1000
        print(f"{name:<12} {median:>8.2f} ms  {median / medians['ours']:>6.1f} ×  {size:>6.1f} kB")
    yield Bound(name="one note of 20 lines", value=medians["ours"], unit="ms", at_most=8)
    yield Bound(name="faster than Typst", value=medians["Typst"] / medians["ours"], unit="×", at_least=2)
    yield Bound(name="faster than WeasyPrint", value=medians["WeasyPrint"] / medians["ours"], unit="×", at_least=30)


def long_note() -> Iterator[Bound]:
    """Time a note of 2,000 lines, and how its rows compare with those of half as many, in turns."""
    notes = {count: document(count) for count in (SHORT, LONG)}
    times: dict[int, list[float]] = {count: [] for count in notes}
    for _ in range(LONG_ROUNDS):
        for count, note in notes.items():
            times[count].append(milliseconds(lambda note=note: render(note)) / count)  # type: ignore[misc]
    per_row = {count: statistics.median(taken) for count, taken in times.items()}
    yield Bound(name=f"a row of {LONG:,}", value=per_row[LONG], unit="ms", at_most=0.3)
    yield Bound(
        name=f"a row of {LONG:,} : a row of {SHORT:,}", value=per_row[LONG] / per_row[SHORT], unit="×", at_most=1.3
    )


def many_notes() -> Iterator[Bound]:
    """Draw 1,000 notes into one file in a process of its own, whose peak memory is then known."""
    command = [sys.executable, "-m", "tests.bench.pdf_many", str(MANY)]
    answers = [
        subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() for _ in range(MANY_ROUNDS)
    ]
    taken, peak = statistics.median(float(each) for each, _ in answers), max(float(each) for _, each in answers)
    yield Bound(name=f"a note of {MANY:,} in one file", value=taken, unit="ms", at_most=3)
    yield Bound(name=f"peak memory for {MANY:,} notes", value=peak, unit="MB", at_most=150)


if __name__ == "__main__":
    sys.exit(main())
