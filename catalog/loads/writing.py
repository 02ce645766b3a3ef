"""Rows of text as files: CSV in two encodings, and Excel workbooks in which every code stays text."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import BinaryIO

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from catalog.loads import columns
from catalog.loads.columns import FIELDS
from catalog.loads.encodings import Encoding
from catalog.loads.guarding import guarded
from catalog.loads.refusals import FileRefused
from catalog.models import Product

MOST_ROWS_OF_A_SHEET = 1_048_576
PRICE = columns.label_of("unit_price")
Report = Callable[[int], None]


class FileForm(StrEnum):
    """The forms in which files are written, and how their names end."""

    CSV = "csv"
    CSV_CP932 = "csv-cp932"
    XLSX = "xlsx"

    @property
    def suffix(self) -> str:
        return "xlsx" if self is FileForm.XLSX else "csv"

    @property
    def content_type(self) -> str:
        if self is FileForm.XLSX:
            return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return "text/csv; charset=" + ("Shift_JIS" if self is FileForm.CSV_CP932 else "utf-8")


def product_rows(products: QuerySet[Product]) -> Iterator[list[str]]:
    """Yield the headings and a row for each of `products`, in SKU order. One query, read in pieces.

    Merged ones are left out: loaded again, their rows would mean the product they were merged into.
    """
    resource = columns.known_resource()
    fields = [resource.fields[field] for field in FIELDS]
    renders = [field.widget.render for field in fields]
    yield [str(field.column_name) for field in fields]
    rows = products.filter(merged=None).order_by("sku").values_list(*(field.attribute for field in fields))
    for values in rows.iterator(chunk_size=5_000):
        yield [render(value) for render, value in zip(renders, values, strict=True)]


def template_rows() -> Iterator[list[str]]:
    """Yield the headings and two rows that show what may stand below them."""
    yield [columns.label_of(field) for field in FIELDS]
    yield ["00123", "ボールペン 黒 0.7mm", "120", "本", "standard", "4901234567894", "10本入りは別品番", "はい"]
    yield ["TEA-01", "深蒸し煎茶 100g", "", "袋", "reduced", "", "単価は空欄なら未設定、0なら無償", ""]


def write(rows: Iterable[Sequence[str]], file: BinaryIO, *, form: FileForm, report: Report = lambda rows: None) -> int:
    """Write `rows`, the first of them headings, into `file`, and return how many stand below the headings.

    Raises FileRefused when they hold characters that CP932 lacks, or are too many for a workbook. `file` may hold a
    part of them then.
    """
    if form is FileForm.XLSX:
        return _write_workbook(rows, file, report=report)
    return _write_csv(rows, file, encoding=_ENCODINGS[form], report=report)


_ENCODINGS = {FileForm.CSV: Encoding.UTF_8_WITH_BOM, FileForm.CSV_CP932: Encoding.CP932}


def _write_csv(rows: Iterable[Sequence[str]], file: BinaryIO, *, encoding: Encoding, report: Report) -> int:
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    writer = csv.writer(text)
    count = 0
    try:
        for count, row in enumerate(rows):
            writer.writerow([guarded(cell) for cell in row])
            if count % 5_000 == 0:
                report(count)
        text.flush()
    except UnicodeEncodeError as error:
        raise _lacking(error) from None
    finally:
        # The file is the caller's; the wrapper would close it.
        text.detach()
    return count


def _lacking(error: UnicodeEncodeError) -> FileRefused:
    lacking = error.object[error.start : error.end]
    line = error.object[error.object.rfind("\n", 0, error.start) + 1 :].split("\r\n", 1)[0][:100]
    message = _(
        "Shift_JIS (CP932) lacks the character “%(letter)s” (U+%(code)04X), which stands in: %(line)s. Export as UTF-8 "
        "or as an Excel workbook."
    )
    return FileRefused(message % {"letter": lacking[0], "code": ord(lacking[0]), "line": line})


def _write_workbook(rows: Iterable[Sequence[str]], file: BinaryIO, *, report: Report) -> int:
    options = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    book = Workbook(file, {"constant_memory": True, **options})
    sheet = _Sheet(book)
    count = 0
    try:
        for count, row in enumerate(rows):
            sheet.write(count, row)
            if count % 5_000 == 0:
                report(count)
    finally:
        # Also after a refusal: the rows wait in a temporary file, which only this closes.
        book.close()
    return count


class _Sheet:
    """The only sheet of a workbook. Text stays text when it is edited: a spreadsheet eats no zeros and runs nothing."""

    def __init__(self, book: Workbook) -> None:
        self._sheet = book.add_worksheet("商品")
        self._text = book.add_format({"num_format": "@"})
        self._number = book.add_format({"num_format": "#,##0.####"})
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, len(FIELDS) - 1, 18, self._text)
        self._price: int | None = None

    def write(self, number: int, row: Sequence[str]) -> None:
        if number >= MOST_ROWS_OF_A_SHEET:
            raise FileRefused(_("A workbook holds at most 1,048,575 products. Export as CSV."))
        if number == 0:
            self._price = row.index(PRICE) if PRICE in row else None
        for place, cell in enumerate(row):
            if cell:
                self._write_cell(number, place, cell)

    def _write_cell(self, number: int, place: int, cell: str) -> None:
        if place == self._price and _is_number(cell):
            self._sheet.write_number(number, place, float(cell), self._number)
        elif self._sheet.write_string(number, place, guarded(cell), self._text) != 0:
            message = _(
                "A cell of a workbook holds at most 32,767 characters, and this has more: %(cell)s… Export as CSV."
            )
            raise FileRefused(message % {"cell": cell[:50]})


def _is_number(cell: str) -> bool:
    return cell.isascii() and cell.replace(".", "", 1).isdigit()
