"""What pages and commands show of a load: differences and wrong rows, the first of them or all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from catalog.loads import columns
from catalog.loads.columns import FIELDS
from catalog.loads.comparing import STORED, VALUES, after
from catalog.loads.models import LoadState, ProductLoad, ProductLoadRow, Verdict

SHOWN = 200
MOST_SHOWN = 2_147_483_647


@dataclass(frozen=True, kw_only=True)
class CellChange:
    """One cell, as it would be written into a file before and after."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A product that a load changes. `number` is the row of the file, 0 when that is no longer known.

    `merged_sku` is what the file says where that stands for the product, and empty otherwise.
    """

    number: int
    sku: str
    merged_sku: str
    name: str
    cells: tuple[CellChange, ...]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with one cell of a row, and what to do."""

    number: int
    label: str
    value: str
    message: str


def differences(load: ProductLoad, *, limit: int = SHOWN) -> Iterator[Difference]:
    """Yield the changes that `load` waits to make, or made, in the order of the file or of SKUs. One query.

    Of a load that is done, products that somebody changed since are left out, since what it wrote is no longer there.
    """
    resource = columns.known_resource()
    with connection.cursor() as cursor:
        cursor.execute(_statement(load), {"load": load.pk, "limit": limit, "applied_at": load.applied_at})
        while found := cursor.fetchmany(1_000):
            for number, sku, merged_sku, name, *values in found:
                cells = _changes(resource, values)
                yield Difference(number=number, sku=sku, merged_sku=merged_sku, name=name, cells=cells)


def _changes(resource: Any, values: list[Any]) -> tuple[CellChange, ...]:
    count = len(VALUES)
    return tuple(
        CellChange(label=columns.label_of(field), old=render(old), new=render(new))
        for field, old, new in zip(VALUES, values[:count], values[count:], strict=True)
        if old != new
        for render in [resource.fields[field].widget.render]
    )


def _statement(load: ProductLoad) -> str:
    new = ", ".join(after(field, load) for field in VALUES)
    old_of_product = ", ".join(f"product.{STORED[field]}" for field in VALUES)
    if load.state == LoadState.PREVIEWED:
        return f"""
            select number, product.sku, coalesce(merged_sku, ''), product.name, {old_of_product}, {new}
            from product_load_rows as waiting join products as product on product.sku = waiting.sku
            where load_id = %(load)s and verdict = 'changed' order by number limit %(limit)s
        """  # noqa: S608 - names of our own columns
    return f"""
        select 0, product.sku, '', product.name, {", ".join(f"change.{field}" for field in VALUES)}, {old_of_product}
        from product_load_changes as change join products as product on product.sku = change.sku
        where load_id = %(load)s and not is_addition and product.updated_at = %(applied_at)s
        order by product.sku limit %(limit)s
    """  # noqa: S608 - names of our own columns


def additions(load: ProductLoad, *, limit: int) -> list[list[str]]:
    """Return the first rows that `load` waits to add, a cell for each of its columns. One query."""
    rows = ProductLoadRow.objects.filter(load=load, verdict=Verdict.NEW).order_by("number")[:limit]
    resource = columns.known_resource()
    return [[_rendered(resource, field, row) for field in load.columns] for row in rows]


def _rendered(resource: Any, field: str, row: ProductLoadRow) -> str:
    value = getattr(row, field)
    text: str = "" if value is None else resource.fields[field].widget.render(value)
    return text


def faults(load: ProductLoad, *, limit: int = SHOWN) -> list[Fault]:
    """Return at most `limit` of what is wrong, in the order of the file. One query."""
    rows = ProductLoadRow.objects.filter(load=load, verdict=Verdict.WRONG).order_by("number")
    found = [fault for row in rows[:limit] for fault in _faults_of(row)]
    return found[:limit]


def _faults_of(row: ProductLoadRow) -> Iterator[Fault]:
    for each in (*(row.faults or ()), *(row.conflicts or ())):
        label = columns.label_of(each["column"]) if each["column"] in FIELDS else ""
        yield Fault(number=row.number, label=label, value=each["value"], message=each["message"])


def wrong_rows(load: ProductLoad) -> Iterator[list[str]]:
    """Yield the headings and the wrong rows as they were read, each with a column that says what is wrong.

    They can be corrected and loaded as they are: a column of reasons is ignored.
    """
    width = len(load.headings)
    headings = [heading for heading in load.headings if heading.strip() != columns.REASON]
    reasons = [place for place, heading in enumerate(load.headings) if heading.strip() == columns.REASON]
    yield [*headings, columns.REASON]
    rows = ProductLoadRow.objects.filter(load=load, verdict=Verdict.WRONG).order_by("number")
    for row in rows.iterator(chunk_size=1_000):
        cells = json.loads(row.cells)
        cells += [""] * (width - len(cells))
        kept = [cell for place, cell in enumerate(cells[:width]) if place not in reasons]
        yield [*kept, " ".join(fault.message for fault in _faults_of(row))]


def difference_rows(load: ProductLoad) -> Iterator[list[str]]:
    """Yield headings and a row for each changed cell of `load`, old and new."""
    yield [_("row"), columns.label_of("sku"), columns.label_of("name"), _("column"), _("old value"), _("new value")]
    for each in differences(load, limit=MOST_SHOWN):
        for cell in each.cells:
            yield [str(each.number or ""), each.sku, each.name, cell.label, cell.old, cell.new]
