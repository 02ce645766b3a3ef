"""The table of lines: which columns a note has, its rows, and how a page's part of it looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from invoices.domain.document import Document, Line
from invoices.pdf import layout, wording
from invoices.pdf.phrases import Headings, phrases_of
from typesetting.canvas import CENTRE, LEFT, RIGHT, Block, Box, Mark, Rule, Sheet, Style, Text
from typesetting.measures import baseline, points
from typesetting.text import Fitted, fit, split_lines


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column: its heading, how a line's cell reads, and how wide it is, or may become from `least_width` on."""

    heading: Callable[[Headings], str]
    cell: Callable[[Line, int], str]
    width: float
    least_width: float | None = None
    anchor: float = LEFT
    style: Style = layout.CELL_TYPE
    floor: float = layout.CELL_FLOOR


class PlacedColumn(NamedTuple):
    """A column on a sheet: its left edge, where its text is anchored, and the points of width that text has."""

    column: Column
    heading: str
    left: float
    x: float
    room: float
    baseline: float

    def fit(self, line: Line, number: int) -> Fitted:
        """Set the cell of `line`, the `number`-th of the note."""
        column = self.column
        style, text = column.style, column.cell(line, number)
        # Most cells fit as they are, and there are too many of them to ask the long way.
        if "\n" not in text and style.font.typeface.width(text) * style.size <= self.room * 1000:
            return Fitted((text,), style.size)
        return fit(
            text,
            width=self.room,
            size=style.size,
            floor=column.floor,
            typeface=style.font.typeface,
        )

    def write(self, cell: Fitted, sheet: Sheet, top: float) -> None:
        """Write the lines of `cell` into the row that begins at `top`."""
        (lines, size), column = cell, self.column
        style, y = column.style, top + self.baseline
        if size != style.size:
            style, y = style._replace(size=size), top + _baseline(size)
        for line in lines:
            if line:
                sheet.write_line(line, style, self.x, y, column.anchor)
            y += layout.ROW_LEADING


def columns(document: Document) -> tuple[PlacedColumn, ...]:
    """Return the columns of `document`; codes and notes have one only when a line has any, prices unless hidden."""
    chosen = (
        _NUMBER,
        *((_CODE,) if any(line.code for line in document.lines) else ()),
        *((_CUSTOMER_CODE,) if any(line.customer_code for line in document.lines) else ()),
        _NAME,
        _MARK,
        _QUANTITY,
        _UNIT,
        *(() if document.is_price_hidden else (_PRICE, _AMOUNT)),
        *((_NOTE,) if any(line.note for line in document.lines) else ()),
    )
    return tuple(_placed(chosen, document.lines, phrases_of(document).headings))


class Row(NamedTuple):
    """A line of the note set into the columns, or a part of one that is higher than a page."""

    columns: tuple[PlacedColumn, ...]
    cells: tuple[Fitted, ...]
    height: float

    def split(self, room: float) -> tuple[Row | None, Row]:
        """Return the part that fits into `room` mm, or None, and the rest, which has at least one line of text."""
        fitting = int((room - layout.ROW_PADDING) / layout.ROW_LEADING)
        kept = min(fitting, _line_count(self.cells) - 1)
        if kept < 1:
            return None, self
        return self._part(0, kept), self._part(kept, None)

    def put(self, sheet: Sheet, top: float) -> None:
        """Write the row's cells, and draw the rule below it."""
        # Straight onto the sheet: of all that a note is made of, cells are too many to make a mark of each.
        for column, cell in zip(self.columns, self.cells, strict=True):
            column.write(cell, sheet, top)
        y = self.height
        Rule(layout.LEFT_EDGE, y, layout.RIGHT_EDGE, y, layout.HAIRLINE, layout.THIN).put(sheet, top)

    def _part(self, start: int, end: int | None) -> Row:
        return _row(self.columns, tuple(Fitted(cell.lines[start:end], cell.size) for cell in self.cells))


def rows(document: Document) -> list[Row]:
    """Return the rows of `document`. Raises MissingGlyph when a character cannot be printed."""
    chosen = columns(document)
    return [
        _row(chosen, tuple(column.fit(line, number) for column in chosen))
        for number, line in enumerate(document.lines, start=1)
    ]


def header(chosen: Sequence[PlacedColumn]) -> Block:
    """Return the heading of the table, which stands on each page that has rows."""
    height = layout.HEADER_HEIGHT
    marks: list[Mark] = [Box(layout.LEFT_EDGE, 0, layout.BODY_WIDTH, height, fill=layout.ACCENT)]
    y = baseline(height, layout.HEADER_TYPE.size)
    edges = [*(place.left for place in chosen[1:]), layout.RIGHT_EDGE]
    for place, right in zip(chosen, edges, strict=True):
        if place.heading:
            marks.append(Text((place.left + right) / 2, y, place.heading, layout.HEADER_TYPE, CENTRE))
    return Block(height, marks)


def grid(chosen: Sequence[PlacedColumn], height: float) -> Block:
    """Return the frame around `height` mm of rows and the lines between its columns, to be laid under the rows."""
    edges = [place.left for place in chosen[1:] if place.heading]
    marks: list[Mark] = [Rule(x, 0, x, height, layout.HAIRLINE, layout.THIN) for x in edges]
    marks += [Rule(x, 0, x, height, layout.HAIRLINE, layout.THIN) for x in (layout.LEFT_EDGE, layout.RIGHT_EDGE)]
    marks.append(Rule(layout.LEFT_EDGE, height, layout.RIGHT_EDGE, height, layout.ACCENT, layout.FINE))
    return Block(0, marks)


def _row(chosen: tuple[PlacedColumn, ...], cells: tuple[Fitted, ...]) -> Row:
    return Row(chosen, cells, _line_count(cells) * layout.ROW_LEADING + layout.ROW_PADDING)


def _line_count(cells: Sequence[Fitted]) -> int:
    return max([len(cell.lines) for cell in cells])


def _baseline(size: float) -> float:
    return layout.ROW_PADDING / 2 + baseline(layout.ROW_LEADING, size)


def _placed(chosen: Sequence[Column], lines: Sequence[Line], headings: Headings) -> Iterator[PlacedColumn]:
    """Set the columns side by side; the names get what the others leave free."""
    widths = [_width(column, lines) for column in chosen]
    free = layout.BODY_WIDTH - sum(widths)
    left = layout.LEFT_EDGE
    for column, width in zip(chosen, widths, strict=True):
        width += free if column is _NAME else 0
        room = width - 2 * layout.CELL_PADDING
        x = left + layout.CELL_PADDING + room * column.anchor
        yield PlacedColumn(column, column.heading(headings), left, x, points(room), _baseline(column.style.size))
        left += width


def _width(column: Column, lines: Sequence[Line]) -> float:
    """Return the width of `column` in mm: as its widest cell needs it, where that may differ."""
    if column.least_width is None:
        return column.width
    typeface, size = column.style.font.typeface, column.style.size
    texts = {text for line in lines for text in split_lines(column.cell(line, 0))}
    needed = max(map(typeface.width, texts)) * size / 1000 / points(1) + 2 * layout.CELL_PADDING
    # A hair more, since a text as wide as its room to the last digit may count as wider.
    return min(column.width, max(column.least_width, needed + 0.01))


_NUMBER = Column(
    heading=lambda words: words.place,
    cell=lambda _, number: str(number),
    width=layout.NUMBER_WIDTH,
    anchor=CENTRE,
    style=layout.ROW_NUMBER_TYPE,
)
_CODE = Column(
    heading=lambda words: words.code,
    cell=lambda line, _: line.code,
    width=layout.CODE_WIDTH,
    least_width=layout.CODE_LEAST_WIDTH,
)
_CUSTOMER_CODE = Column(
    heading=lambda words: words.customer_code,
    cell=lambda line, _: line.customer_code,
    width=layout.CODE_WIDTH,
    least_width=layout.CODE_LEAST_WIDTH,
)
_NAME = Column(heading=lambda words: words.name, cell=lambda line, _: line.name, width=0, floor=layout.CELL_TYPE.size)
_MARK = Column(
    heading=lambda _: "",
    cell=lambda line, _: wording.REDUCED_MARK if line.is_reduced else "",
    width=layout.MARK_WIDTH,
    anchor=CENTRE,
)
_QUANTITY = Column(
    heading=lambda words: words.quantity,
    cell=lambda line, _: wording.number(line.quantity),
    width=layout.QUANTITY_WIDTH,
    anchor=RIGHT,
    floor=layout.FIGURE_FLOOR,
)
_UNIT = Column(heading=lambda words: words.unit, cell=lambda line, _: line.unit, width=layout.UNIT_WIDTH, anchor=CENTRE)
_PRICE = Column(
    heading=lambda words: words.unit_price,
    cell=lambda line, _: wording.number(line.unit_price),
    width=layout.PRICE_WIDTH,
    anchor=RIGHT,
    floor=layout.FIGURE_FLOOR,
)
_AMOUNT = Column(
    heading=lambda words: words.amount,
    cell=lambda line, _: wording.amount(line.amount),
    width=layout.AMOUNT_WIDTH,
    anchor=RIGHT,
    floor=layout.FIGURE_FLOOR,
)
_NOTE = Column(
    heading=lambda words: words.note,
    cell=lambda line, _: line.note,
    width=layout.NOTE_WIDTH,
    least_width=layout.NOTE_LEAST_WIDTH,
    style=layout.SMALL_CELL_TYPE,
    floor=layout.SMALL_CELL_TYPE.size,
)
