"""Rows of an Excel workbook's first visible sheet, read in pieces.

openpyxl keeps what it has read of a sheet, loses escaped characters and follows row numbers into the billions; this
reads a stranger's file in bounded memory.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator

from catalog.loads.cell_kinds import DateCell, ErrorCell, FormulaCell
from catalog.loads.guarding import unguarded
from catalog.loads.xlsx_book import Book
from catalog.loads.xlsx_strings import MOST_LETTERS, unescaped
from catalog.loads.xlsx_xml import damaged, pieces

# Cells further to the right are not read; a price list has a dozen columns.
MOST_COLUMNS = 512

Row = tuple[int, list[str]]


def rows(book: Book, *, read: Callable[[int], None] = lambda size: None) -> Iterator[Row]:
    """Yield the rows that the sheet has, with their numbers, and tell `read` of every piece that was read.

    Raises FileRefused when the sheet is damaged.
    """
    reader = _SheetReader(book)
    for size in pieces(book.archive, book.sheet_part, start=reader.start, end=reader.end, text=reader.text):
        read(size)
        yield from reader.taken()
    yield from reader.taken()


class _SheetReader:
    """Makes rows of the tags <row>, <c>, <f>, <v>, <is>, <t>."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._rows: list[Row] = []
        self._number = 0
        self._cells: list[str] = []
        self._column = -1
        self._kind = "n"
        self._style = 0
        self._parts: list[str] = []
        self._letters = 0
        self._is_collecting = self._is_formula = self._is_reading = False

    def taken(self) -> list[Row]:
        """Return the rows that are complete, once."""
        taken, self._rows = self._rows, []
        return taken

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._start_cell(attributes)
        elif name == "v" or name == "t":
            self._is_collecting = not self._is_reading and not self._is_formula
        elif name == "row":
            self._start_row(attributes)
        elif name == "f":
            self._is_formula = self._is_collecting = True
            self._parts, self._letters = [], 0
        elif name == "rPh":
            self._is_reading = True

    def end(self, name: str) -> None:
        if name == "c":
            self._end_cell()
        elif name == "v" or name == "t" or name == "f":
            self._is_collecting = False
        elif name == "row":
            self._rows.append((self._number, self._cells))
        elif name == "rPh":
            self._is_reading = False

    def text(self, text: str) -> None:
        if self._is_collecting:
            self._letters += len(text)
            if self._letters > MOST_LETTERS:
                raise damaged()
            self._parts.append(text)

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = int(attributes.get("r", self._number + 1))
        if number <= self._number:
            raise damaged()
        self._number, self._cells, self._column = number, [], -1

    def _start_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        self._column = column_of(reference) if reference else self._column + 1
        self._kind = attributes.get("t", "n")
        self._style = int(attributes.get("s", "0"))
        self._parts, self._letters = [], 0
        self._is_formula = False

    def _end_cell(self) -> None:
        if self._column >= MOST_COLUMNS or not (self._parts or self._is_formula):
            return
        cells = self._cells
        while len(cells) <= self._column:
            cells.append("")
        cells[self._column] = self._value("".join(self._parts))

    def _value(self, text: str) -> str:
        if self._is_formula:
            return FormulaCell(f"={text}")
        if self._kind == "n":
            return self._number_text(text)
        if self._kind == "s":
            return unguarded(self._shared(text))
        if self._kind in ("inlineStr", "str"):
            return unguarded(unescaped(text))
        return _SPECIAL.get(self._kind, ErrorCell)(text)

    def _shared(self, text: str) -> str:
        number = int(text)
        if not 0 <= number < len(self._book.strings):
            raise damaged()
        return self._book.strings[number]

    def _number_text(self, text: str) -> str:
        if self._style in self._book.date_styles:
            return date_of(float(text), begins_1904=self._book.begins_1904)
        plain = number_text(text)
        return plain.zfill(self._book.zeros.get(self._style, 0))


def column_of(reference: str) -> int:
    """Return the place of the column in a reference such as AB12, the first of them 0."""
    column = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        column = column * 26 + ord(letter) - 64
    return column - 1


def number_text(text: str) -> str:
    """Return a number of a sheet as the spreadsheet shows it: at most 15 digits, never with an exponent."""
    if text.isascii() and text.isdigit() and len(text) <= 15:
        return text
    # 1080.0000000000002 is what a binary float makes of 1080, and every spreadsheet shows 1080.
    shortest = f"{float(text):.15g}"
    if "e" not in shortest:
        return shortest
    return f"{float(shortest):.20f}".rstrip("0").rstrip(".")


def date_of(serial: float, *, begins_1904: bool) -> str:
    """Return the day that a sheet's number means, as 2026-01-02."""
    first = datetime.date(1904, 1, 1) if begins_1904 else datetime.date(1899, 12, 30)
    try:
        return DateCell((first + datetime.timedelta(days=int(serial))).isoformat())
    except (OverflowError, ValueError):
        return ErrorCell("#####")


_SPECIAL: dict[str, Callable[[str], str]] = {
    "b": lambda text: "TRUE" if text == "1" else "FALSE",
    "e": ErrorCell,
    "d": lambda text: DateCell(text[:10]),
}
