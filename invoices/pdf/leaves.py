"""Draw the copies of one note: each on sheets of its own, or two of them on the halves of shared ones."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

from invoices.domain.document import Document
from invoices.pdf import paper, slip, table
from invoices.pdf.pages import Page, compose
from invoices.pdf.paper import Paper
from invoices.pdf.printability import refuse_unprintable
from typesetting.canvas import Sheet, SheetCanvas
from typesetting.fonts import MissingGlyph

# A copy that has its sheets for itself, or two that share them, the upper one first.
Leaf = tuple[Document, ...]


def draw(leaves: Sequence[Leaf], canvas: SheetCanvas) -> None:
    """Draw all `leaves` of one note, or nothing. Raises UnprintableCharacter, UnreadableSeal."""
    settled = _Rows()
    try:
        copies = [[_copy(*placed, settled) for placed in _on_paper(leaf)] for leaf in leaves]
    except MissingGlyph:
        # Found out while setting, because looking first would look at every character twice.
        for leaf in leaves:
            for document in leaf:
                refuse_unprintable(document)
        raise
    for sharing in copies:
        _draw_leaf(sharing, canvas)


class _Copy(NamedTuple):
    document: Document
    paper: Paper
    pages: list[Page]


class _Rows:
    """The rows of a note, set once for all copies that show the same of it."""

    def __init__(self) -> None:
        self._rows: dict[bool, list[table.Row]] = {}

    def of(self, document: Document) -> list[table.Row]:
        if document.is_price_hidden not in self._rows:
            self._rows[document.is_price_hidden] = table.rows(document)
        return self._rows[document.is_price_hidden]


def _on_paper(leaf: Leaf) -> list[tuple[Document, Paper]]:
    if len(leaf) == 1:
        return [(leaf[0], paper.whole(leaf[0]))]
    upper, lower = leaf
    return list(zip(leaf, paper.halves(upper, lower), strict=True))


def _copy(document: Document, on: Paper, rows: _Rows) -> _Copy:
    return _Copy(document, on, compose(document, on, rows.of(document)))


def _draw_leaf(copies: Sequence[_Copy], canvas: SheetCanvas) -> None:
    for number, pages in enumerate(zip_longest(*(copy.pages for copy in copies)), start=1):
        sheet = canvas.sheet()
        if len(copies) > 1:
            slip.cut(copies[0].document).put(sheet, 0)
        for place, (copy, page) in enumerate(zip(copies, pages, strict=True)):
            if page is not None:
                _draw_page(copy, page, number, sheet, top=place * slip.HEIGHT)
        sheet.finish()


def _draw_page(copy: _Copy, page: Page, number: int, sheet: Sheet, *, top: float) -> None:
    document, foot = copy.document, copy.paper.foot
    foot_marks = paper.foot_marks(document, foot, page=number, pages=len(copy.pages))
    for mark in (*paper.watermarks(document, foot), *page.marks, *foot_marks):
        mark.put(sheet, top)
