"""Draw sets of three by one way or another, print seconds and peak memory: python -m tests.bench.print_batch 1000 ours

A process of its own, as tests.bench.pdf_many is. `merged` is the usual way: a file for each note, put together.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO

from pypdf import PdfWriter

from invoices.domain.document import Copy, Document
from invoices.pdf import ToPrint, draw_batch, render, render_leaves
from tests.bench.pdf_many import milliseconds, numbered, peak_memory
from tests.invoices.pdf.documents import document


def main() -> None:
    render(document())
    count, way = int(sys.argv[1]), {"ours": ours, "merged": merged}[sys.argv[2]]
    sets = [[(replace(numbered(number), copy=copy),) for copy in Copy] for number in range(count)]
    print(milliseconds(lambda: way(sets)) / 1000, peak_memory())


def ours(sets: Sequence[list[tuple[Document]]]) -> None:
    """Draw all of them into one stream."""
    notes = (ToPrint(number="", customer="", leaves=leaves) for leaves in sets)
    for _ in draw_batch(notes, title="", author="", created="D:20261123000000+09'00'", worded=str):
        pass


def merged(sets: Sequence[list[tuple[Document]]]) -> None:
    """Draw a file for each and merge them by pypdf."""
    writer = PdfWriter()
    for leaves in sets:
        writer.append(BytesIO(render_leaves(leaves)))
    writer.write(BytesIO())


if __name__ == "__main__":
    main()
