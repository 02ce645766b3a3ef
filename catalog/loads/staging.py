"""Read a file into the table of waiting rows, and say what it would change. Nothing of the products is written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from itertools import chain, islice
from typing import Any, BinaryIO

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from catalog.loads import columns, comparing, reading, sweeping
from catalog.loads.encodings import Encoding
from catalog.loads.models import LoadState, ProductLoad, Verdict
from catalog.loads.refusals import FileRefused

# A workbook holds 1,048,576 rows.
MOST_ROWS = 1_048_576
MOST_ROWS_IN_ADMIN = 200_000
LONGEST_VALUE_SHOWN = 200

COPY = f"""copy product_load_rows
    (load_id, number, cells, {", ".join(columns.FIELDS)}, faults, verdict) from stdin"""


class Step(Enum):
    """What a load is doing."""

    READING = "reading"
    COMPARING = "comparing"
    WRITING = "writing"


# Step, rows so far, and the done part of the step from 0 to 1.
Report = Callable[[Step, int, float], None]


def silent(step: Step, rows: int, fraction: float) -> None:
    """Report to nobody."""


@contextmanager
def failures_recorded(*, file_name: str, user: User | None) -> Iterator[None]:
    """Keep a record of the file that is refused inside. To be opened outside of any transaction."""
    try:
        yield
    except FileRefused as refusal:
        ProductLoad.objects.create(state=LoadState.FAILED, file_name=file_name, started_by=user, failure=str(refusal))
        raise


@transaction.atomic
def preview(
    file: BinaryIO,
    *,
    file_name: str,
    user: User | None,
    encoding: Encoding | None = None,
    most_rows: int = MOST_ROWS,
    report: Report = silent,
) -> ProductLoad:
    """Read `file` and return a load that waits to be applied, with what it would change counted.

    One transaction. Raises FileRefused when the file cannot be read as a whole; single wrong rows are counted.
    """
    sweeping.sweep()
    source = reading.opened(file, encoding=encoding)
    first = list(islice(source.rows, columns.ROWS_BEFORE_HEADINGS))
    layout = columns.layout(first)
    load = _begun(source, layout, file_name=file_name, user=user)
    waiting = chain((row for row in first if row[0] > layout.number), source.rows)
    reader = RowReader.of(layout, is_text=source.encoding is not None)
    load.row_count = _copy(
        load,
        waiting,
        reader=reader,
        most_rows=most_rows,
        report=lambda rows: report(Step.READING, rows, source.fraction()),
    )
    report(Step.COMPARING, load.row_count, 0)
    comparing.compare(load)
    return load


def _begun(source: reading.Source, layout: columns.Layout, *, file_name: str, user: User | None) -> ProductLoad:
    return ProductLoad.objects.create(
        file_name=file_name,
        file_sha256=source.sha256,
        file_kind=source.kind,
        encoding=source.encoding.label if source.encoding else "",
        columns=list(layout.places),
        ignored_headings=list(layout.ignored),
        headings=list(layout.headings),
        started_by=user,
    )


def _copy(
    load: ProductLoad,
    rows: Iterator[reading.Row],
    *,
    reader: RowReader,
    most_rows: int,
    report: Callable[[int], None],
) -> int:
    """Write `rows` into the table of waiting rows, and return how many there were."""
    count = 0
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for number, cells in rows:
            if reader.is_blank(cells):
                continue
            count += 1
            if count > most_rows:
                raise _too_many(most_rows)
            copy.write_row((load.pk, number, *reader.read(cells)))
            if count % 5_000 == 0:
                report(count)
    if not count:
        raise FileRefused(_("The file has headings but no rows. Enter a row for each product below the headings."))
    return count


def _too_many(most_rows: int) -> FileRefused:
    if most_rows < MOST_ROWS:
        message = _(
            "The file has more than %(most)s rows. Split it into several files, or ask an operator to load it with "
            "`manage.py import_products`."
        )
    else:
        message = _("The file has more than %(most)s rows. Split it into several files.")
    return FileRefused(message % {"most": f"{most_rows:,}"})


@dataclass(frozen=True, kw_only=True)
class RowReader:
    """Makes values of the cells of a row, and a list of what cannot be one."""

    headings: list[str]
    is_text: bool
    # Field, place in the row and what reads its cells, in the order of columns.FIELDS; without a place: no column.
    readers: tuple[tuple[str, int | None, Callable[[str], Any]], ...]

    @classmethod
    def of(cls, layout: columns.Layout, *, is_text: bool) -> RowReader:
        resource = columns.known_resource()
        readers = tuple(
            (field, layout.places.get(field), resource.fields[field].widget.clean) for field in columns.FIELDS
        )
        return cls(headings=list(layout.headings), is_text=is_text, readers=readers)

    def is_blank(self, cells: Sequence[str]) -> bool:
        """Tell whether no column that we know has anything in it."""
        if not any(cells):
            return True
        return not any(
            place is not None and place < len(cells) and cells[place].strip() for _f, place, _c in self.readers
        )

    def read(self, cells: list[str]) -> list[Any]:
        """Return the cells as JSON, a value for each field, the faults as JSON or None, and the verdict so far."""
        values: list[Any] = [json.dumps(cells, ensure_ascii=False)]
        faults: list[dict[str, str]] = []
        count = len(cells)
        for field, place, clean in self.readers:
            value = None
            if place is not None:
                cell = cells[place] if place < count else ""
                try:
                    value = clean(cell)
                except ValidationError as error:
                    faults.append(fault(field, cell, error.messages[0]))
            values.append(value)
        if self.is_text and count > len(self.headings):
            faults = self._surplus(cells, is_wrong=bool(faults)) + faults
        if faults or cells == self.headings:
            faults = self._no_product(cells) or faults
        values += (json.dumps(faults, ensure_ascii=False), Verdict.WRONG.value) if faults else (None, Verdict.NEW.value)
        return values

    def _no_product(self, cells: list[str]) -> list[dict[str, str]]:
        """Return what a row is that lists print between their products; nothing of a row that is one of these."""
        filled = [cell.strip() for cell in cells if cell.strip()]
        if cells == self.headings:
            return [fault("", "、".join(filled), _("The row repeats the headings. Remove it."))]
        if len(filled) > 1:
            return []
        message = _("The row holds nothing but “%(cell)s”. Remove it, or enter the other cells if it is a product.")
        return [fault("", filled[0], message % {"cell": filled[0][:LONGEST_VALUE_SHOWN]})]

    def _surplus(self, cells: list[str], *, is_wrong: bool) -> list[dict[str, str]]:
        """Return the likely cause of what is wrong. Empty cells at the end of a row alone are none."""
        surplus = [cell for cell in cells[len(self.headings) :] if cell.strip()]
        if not surplus and not is_wrong:
            return []
        message = _(
            "The row has %(count)s cells and there are %(width)s headings. Put a cell that contains a comma, such as "
            "1,200, into quotation marks."
        )
        return [fault("", "、".join(surplus), message % {"count": len(cells), "width": len(self.headings)})]


def fault(column: str, value: str, message: str) -> dict[str, str]:
    """Return what is wrong with one cell, as it is stored. PostgreSQL's JSON knows no NUL."""
    shown = value[:LONGEST_VALUE_SHOWN].replace("\0", "␀")
    return {"column": column, "value": shown, "message": message.replace("\0", "␀")}
