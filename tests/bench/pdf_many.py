"""Draw many notes into one file, print milliseconds a note and peak memory in MB: python -m tests.bench.pdf_many 1000

A process of its own for bench_pdf.py: nothing but our own code may count towards its memory.
"""

from __future__ import annotations

import csv
import gc
import sys
import time
from collections.abc import Callable
from pathlib import Path

from invoices.domain.document import Document
from invoices.pdf import render, render_many
from tests.invoices.pdf.documents import document, line

DEMO = Path(__file__).resolve().parents[2] / "catalog" / "demo" / "products.csv"
NAMES = [row["name"] for row in csv.DictReader(DEMO.read_text("utf-8").splitlines())]
COLOURS = ("黒", "白", "紺", "赤", "緑", "灰", "生成り", "")


def main() -> None:
    count = int(sys.argv[1])
    render(document())
    notes = [numbered(number) for number in range(count)]
    taken = milliseconds(lambda: render_many(notes))
    print(taken / count, peak_memory())


def peak_memory(process: int | str = "self") -> float:
    """Return the most memory a program had, in MB; getrusage would count what the parent had when it forked."""
    status = Path(f"/proc/{process}/status").read_text("ascii").splitlines()
    (peak,) = (row.split()[1] for row in status if row.startswith("VmHWM:"))
    return int(peak) * 1024 / 1_000_000


def numbered(number: int) -> Document:
    """Return the `number`-th note, with lines of its own: as in a real catalogue no name comes twice in a day."""
    lines = tuple(line(place, name=line_name(place)) for place in range(20 * number + 1, 20 * number + 21))
    return document(number=f"DN-2026-{number:06d}", order_number=f"PO-{number}", lines=lines)


def line_name(place: int) -> str:
    """Return the name of goods no other place has."""
    return f"{NAMES[place % len(NAMES)]} {COLOURS[place % len(COLOURS)]} {place}".replace("  ", " ")


def milliseconds(action: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main()
