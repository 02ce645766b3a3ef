"""Compose the pages of a copy: rows between heads and totals, and the notes below."""

from __future__ import annotations

from collections.abc import Sequence

from invoices.domain.document import Document
from invoices.pdf import closing, layout, table
from invoices.pdf.pagination import paginate
from invoices.pdf.paper import Paper
from typesetting.canvas import Block, Mark, Placed, Sized


class Page:
    """A page under way: its head, and what was set below it so far."""

    def __init__(self, head: Block, bottom: float) -> None:
        self.marks: list[Mark] = [Placed(0, head)]
        self.row_count = 0
        self._y = head.height
        self._bottom = bottom

    @property
    def room(self) -> float:
        """How many millimetres are left below what was set."""
        return self._bottom - self._y

    def add(self, mark: Sized) -> None:
        """Set `mark` below what was set."""
        self.marks.append(Placed(self._y, mark))
        self._y += mark.height

    def add_rows(self, rows: Sequence[table.Row]) -> None:
        """Set `rows` with their heading and frame."""
        if not rows:
            return
        columns = rows[0].columns
        self.add(table.header(columns))
        self.add(table.grid(columns, sum(row.height for row in rows)))
        for row in rows:
            self.add(row)
        self.row_count = len(rows)


def compose(document: Document, paper: Paper, rows: list[table.Row]) -> list[Page]:
    """Return the pages of `document` with its `rows` on `paper`. Raises MissingGlyph."""
    totals, notes = closing.totals(document), closing.notes(document)
    pages: list[Page] = []
    for part in _rows_by_page(rows, paper, totals=totals, notes=notes):
        page = Page(paper.later if pages else paper.first, paper.foot.body_bottom)
        page.add_rows(part)
        pages.append(page)
    pages[-1].add(totals)
    _add_notes(pages, notes, paper)
    return pages


def _rows_by_page(rows: list[table.Row], paper: Paper, *, totals: Block, notes: closing.Notes) -> list[list[table.Row]]:
    heads = paper.first, paper.later
    first, later = (paper.foot.body_bottom - head.height - layout.HEADER_HEIGHT for head in heads)
    is_kept_whole = notes.height <= later * layout.NOTES_KEPT_WHOLE
    kept = totals.height + (notes.height if is_kept_whole else 0)
    return paginate(rows, first=first, later=later, closing=kept)


def _add_notes(pages: list[Page], notes: closing.Notes, paper: Paper) -> None:
    """Set `notes` below the totals, and what does not fit there on pages of its own."""
    while notes.lines:
        fitting, notes = notes.split(pages[-1].room)
        if fitting.lines:
            pages[-1].add(fitting.block())
        if notes.lines:
            pages.append(Page(paper.later, paper.foot.body_bottom))
