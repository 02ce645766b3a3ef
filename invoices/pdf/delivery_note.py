"""Draw delivery notes: document in, bytes of a PDF out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from itertools import chain
from typing import IO

from invoices.domain.document import Document
from invoices.pdf import closing, layout, table
from invoices.pdf.letterhead import DRAFT_NUMBER, letterhead, number, running_head
from invoices.pdf.pagination import paginate
from invoices.pdf.printability import refuse_unprintable
from typesetting.canvas import RIGHT, Block, Mark, Placed, Rule, SheetCanvas, Sized, Slanted, Style, Text
from typesetting.fonts import MissingGlyph


def render(document: Document) -> bytes:
    """Return `document` as a PDF: the same bytes for the same document, always and everywhere.

    Raises UnprintableCharacter when no font has a character of it, UnreadableSeal when the seal is not an image.
    """
    return render_many((document,))


def render_many(documents: Iterable[Document]) -> bytes:
    """Return one PDF of all `documents`, which share its fonts. Raises as `render`, and ValueError without any."""
    stream = BytesIO()
    write_many(documents, stream)
    return stream.getvalue()


def write_many(documents: Iterable[Document], stream: IO[bytes]) -> None:
    """Write one PDF of all `documents` to `stream`, taking them one by one. Raises as `render_many`."""
    remaining = iter(documents)
    try:
        first = next(remaining)
    except StopIteration:
        raise ValueError("There is no note to draw.") from None
    canvas = SheetCanvas(stream, title=_title(first), author=first.issuer.name, created=_created(first))
    for document in chain((first,), remaining):
        _draw_or_refuse(document, canvas)
    canvas.save()


def _title(document: Document) -> str:
    return f"{document.title} {number(document)}"


def _created(document: Document) -> str:
    """Return midnight of the issue date as a PDF date: the note's own time, not that of the drawing."""
    return f"D:{document.issued_on or document.delivered_on:%Y%m%d}000000+09'00'"


def _draw_or_refuse(document: Document, canvas: SheetCanvas) -> None:
    try:
        _draw(document, canvas)
    except MissingGlyph:
        # Found out while drawing, because looking first would look at every character twice.
        refuse_unprintable(document)
        raise


def _draw(document: Document, canvas: SheetCanvas) -> None:
    pages = _pages(document)
    for page_number, page in enumerate(pages, start=1):
        sheet = canvas.sheet()
        for mark in (*_watermarks(document), *page.marks, *_footer(document, page_number, len(pages))):
            mark.put(sheet, 0)
        sheet.finish()


class _Page:
    """A page under way: its head, and what was set below it so far."""

    def __init__(self, head: Block) -> None:
        self.marks: list[Mark] = [Placed(0, head)]
        self._y = head.height

    @property
    def room(self) -> float:
        return layout.BODY_BOTTOM - self._y

    def add(self, mark: Sized) -> None:
        self.marks.append(Placed(self._y, mark))
        self._y += mark.height


def _pages(document: Document) -> list[_Page]:
    first, later = letterhead(document), running_head(document)
    totals, notes = closing.totals(document), closing.notes(document)
    pages: list[_Page] = []
    for rows in _rows_by_page(document, heads=(first, later), totals=totals, notes=notes):
        page = _Page(later if pages else first)
        _add_rows(page, rows)
        pages.append(page)
    pages[-1].add(totals)
    _add_notes(pages, notes, later)
    return pages


def _rows_by_page(
    document: Document, *, heads: tuple[Block, Block], totals: Block, notes: closing.Notes
) -> list[list[table.Row]]:
    first, later = (layout.BODY_BOTTOM - head.height - layout.HEADER_HEIGHT for head in heads)
    is_kept_whole = notes.height <= later * layout.NOTES_KEPT_WHOLE
    kept = totals.height + (notes.height if is_kept_whole else 0)
    return paginate(table.rows(document), first=first, later=later, closing=kept)


def _add_rows(page: _Page, rows: Sequence[table.Row]) -> None:
    if not rows:
        return
    columns = rows[0].columns
    page.add(table.header(columns))
    page.add(table.grid(columns, sum(row.height for row in rows)))
    for row in rows:
        page.add(row)


def _add_notes(pages: list[_Page], notes: closing.Notes, head: Block) -> None:
    """Set `notes` below the totals, and what does not fit there on pages of its own."""
    while notes.lines:
        fitting, notes = notes.split(pages[-1].room)
        if fitting.lines:
            pages[-1].add(fitting.block())
        if notes.lines:
            pages.append(_Page(head))


def _watermarks(document: Document) -> Iterator[Mark]:
    if document.is_void:
        yield _watermark("無効", layout.VOID_TYPE)
    elif document.number is None:
        yield _watermark(DRAFT_NUMBER, layout.DRAFT_TYPE)


def _watermark(text: str, style: Style) -> Slanted:
    return Slanted(layout.PAGE_WIDTH / 2, layout.PAGE_MIDDLE, text, style, layout.SLANT_COSINE, layout.SLANT_SINE)


def _footer(document: Document, page_number: int, page_count: int) -> Iterator[Mark]:
    style, y = layout.FOOTER_TYPE, layout.FOOTER_BASELINE
    rule = layout.FOOTER_RULE
    yield Rule(layout.LEFT_EDGE, rule, layout.RIGHT_EDGE, rule, layout.HAIRLINE, layout.THIN)
    yield Text(layout.LEFT_EDGE, y, f"{document.title}　{number(document)}", style)
    yield Text(layout.RIGHT_EDGE, y, f"{page_number} / {page_count} ページ", style, RIGHT)
