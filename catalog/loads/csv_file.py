"""Rows of a text file: commas, tabs or semicolons between the cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from django.utils.translation import gettext as _

from catalog.loads import columns, encodings
from catalog.loads.cell_kinds import as_read
from catalog.loads.encodings import Encoding
from catalog.loads.guarding import unguarded
from catalog.loads.refusals import FileRefused

DELIMITERS = (",", "\t", ";")
# As many as a spreadsheet's cell holds.
csv.field_size_limit(131_072)

Row = tuple[int, list[str]]


def rows(file: BinaryIO, *, encoding: Encoding) -> Iterator[Row]:
    """Yield the rows of `file` with their numbers, the first of them 1, as a spreadsheet shows them.

    Raises FileRefused for a NUL byte, and where quotation marks do not pair.
    """
    _refuse_nul(file, encoding=encoding)
    delimiter = _delimiter(file, encoding=encoding)
    number = 0
    try:
        for number, cells in enumerate(_read(file, encoding=encoding, delimiter=delimiter), start=1):
            yield number, [_cell(text) if text and text[0] in "='#＝" else text for text in cells]
    except csv.Error:
        message = _(
            'The quotation marks in row %(row)s do not pair, so nobody can say where its cells end. Write “""” for a '
            'quotation mark inside of a cell, and one “"” at both ends of that cell.'
        )
        raise FileRefused(message % {"row": number + 1}) from None


def _cell(text: str) -> str:
    # ="00123" is how some systems keep a spreadsheet from eating zeros.
    if text.startswith('="') and text.endswith('"') and len(text) > 2 and '"' not in text[2:-1]:
        return text[2:-1]
    plain = unguarded(text)
    return plain if plain != text else as_read(text)


def _read(file: BinaryIO, *, encoding: Encoding, delimiter: str) -> Iterator[list[str]]:
    file.seek(0)
    lines = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        yield from csv.reader(lines, delimiter=delimiter, strict=True)
    finally:
        # The file is the caller's; the wrapper would close it.
        lines.detach()


def _delimiter(file: BinaryIO, *, encoding: Encoding) -> str:
    """Return what stands between the cells: the one with which a row of headings is found."""
    for delimiter in DELIMITERS:
        head = list(_head(file, encoding=encoding, delimiter=delimiter))
        if columns.has_headings(head):
            return delimiter
    return DELIMITERS[0]


def _head(file: BinaryIO, *, encoding: Encoding, delimiter: str) -> Iterator[list[str]]:
    try:
        yield from islice(_read(file, encoding=encoding, delimiter=delimiter), columns.ROWS_BEFORE_HEADINGS)
    except csv.Error:
        return


def _refuse_nul(file: BinaryIO, *, encoding: Encoding) -> None:
    if encoding is Encoding.UTF_16:
        return
    file.seek(0)
    line = 1
    for chunk in iter(lambda: file.read(encodings.CHUNK), b""):
        if (at := chunk.find(b"\0")) >= 0:
            message = _(
                "Line %(line)s of the file holds a NUL byte, which no text has. The file is damaged or no CSV file. "
                "Export it again from where it came from."
            )
            raise FileRefused(message % {"line": line + chunk[:at].count(b"\n")})
        line += chunk.count(b"\n")
