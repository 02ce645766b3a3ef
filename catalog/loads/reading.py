"""A file, whatever it is, as rows of cells."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _, gettext_lazy

from catalog.loads import csv_file, encodings, xlsx_book, xlsx_file
from catalog.loads.encodings import Encoding
from catalog.loads.refusals import FileRefused

Row = tuple[int, list[str]]
ZIP = b"PK\x03\x04"
_OTHER_KINDS = {
    b"\xd0\xcf\x11\xe0": gettext_lazy("an old Excel file (.xls) or one locked with a password"),
    b"%PDF": gettext_lazy("a PDF"),
    b"\x89PNG": gettext_lazy("a picture"),
    b"\xff\xd8\xff": gettext_lazy("a picture"),
    b"GIF8": gettext_lazy("a picture"),
    b"\x1f\x8b": gettext_lazy("a compressed file"),
    b"7z\xbc\xaf": gettext_lazy("a compressed file"),
    b"Rar!": gettext_lazy("a compressed file"),
    b"PK\x05\x06": gettext_lazy("an empty archive"),
    b"{\\rtf": gettext_lazy("a text document"),
    b"<!": gettext_lazy("a web page"),
    b"<h": gettext_lazy("a web page"),
    b"<?": gettext_lazy("XML"),
}


@dataclass(frozen=True, kw_only=True)
class Source:
    """An opened file. `rows` can be read once; `fraction` says how much of the file was read, from 0 to 1."""

    kind: str
    encoding: Encoding | None
    sha256: str
    rows: Iterator[Row]
    fraction: Callable[[], float]


def opened(file: BinaryIO, *, encoding: Encoding | None = None) -> Source:
    """Return `file` with its encoding found out, unless one is given.

    Raises FileRefused, also while rows are read, with a sentence that says what is wrong and what to do.
    """
    file.seek(0)
    head = file.read(8)
    _refuse_other_kinds(head)
    sha256 = _sha256(file)
    if head.startswith(ZIP):
        return _workbook(file, sha256=sha256)
    if encoding is None:
        encoding = encodings.find(file)
    else:
        encodings.check(file, encoding)
    rows = csv_file.rows(file, encoding=encoding)
    size = file.seek(0, os.SEEK_END)
    return Source(kind="CSV", encoding=encoding, sha256=sha256, rows=rows, fraction=lambda: file.tell() / size)


def _workbook(file: BinaryIO, *, sha256: str) -> Source:
    book = xlsx_book.opened(file)
    size = book.archive.getinfo(book.sheet_part).file_size
    read: list[int] = [0]

    def count(piece: int) -> None:
        read[0] += piece

    return Source(
        kind=f"XLSX {book.sheet}",
        encoding=None,
        sha256=sha256,
        rows=xlsx_file.rows(book, read=count),
        fraction=lambda: read[0] / max(size, 1),
    )


def _refuse_other_kinds(head: bytes) -> None:
    if not head.strip():
        raise FileRefused(_("The file is empty. Choose a file with a row of headings and a row for each product."))
    for mark, kind in _OTHER_KINDS.items():
        if head.startswith(mark):
            message = _("The file is %(kind)s. Save it as an Excel workbook (.xlsx) or as CSV, then choose that file.")
            raise FileRefused(message % {"kind": kind})


def _sha256(file: BinaryIO) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    for chunk in iter(lambda: file.read(encodings.CHUNK), b""):
        digest.update(chunk)
    return digest.hexdigest()
