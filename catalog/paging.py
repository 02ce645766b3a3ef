"""Pages of products that take as long at the end of a million as at its beginning.

A page begins after a product, not after a number of them: the database looks that product up in an index and reads on
from there. Nothing is counted beyond LONG. Why it is so: docs/decisions/0031-counting-and-paging.md.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import DateTimeField, DecimalField, F, Field, Func, QuerySet, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual, Lookup
from django.utils.formats import number_format
from django.utils.translation import gettext as _, ngettext

from catalog.models import Product, StoredProduct

# Counted exactly, and sorted by anything, up to here.
LONG = 10_000
# How many neighbours are looked through before all products are.
WINDOW = 5_000
# What is longer was made by nobody's name or SKU.
MOST_TEXT = 4_000

Key = Sequence[Any]


class _Row(Func):
    """Several expressions as one row, which PostgreSQL compares from left to right, by one index."""

    template = "(%(expressions)s)"
    output_field = TextField()


class _Itself(Func):
    """What an expression says; but PostgreSQL reads no index in the order of it, so it must sort what matches."""

    function = "LEAST"


@dataclass(frozen=True, kw_only=True)
class Order:
    """An order of products by `column`, which is never null, and among equals by SKU.

    `field` reads a value of the column from text. `is_indexed`: millions can be read in this order.
    """

    name: str
    column: Combinable
    field: Field[Any, Any]
    is_indexed: bool = False
    is_descending: bool = False

    @property
    def columns(self) -> list[Combinable]:
        return [F("sku")] if self.name == "sku" else [self.column, F("sku")]

    @property
    def fields(self) -> list[Field[Any, Any]]:
        return [self.field] if self.name == "sku" else [self.field, TextField()]

    def sorting(self, columns: Sequence[Any]) -> list[Any]:
        """Return what sorts by `columns` in this order's direction."""
        return [column.desc() if self.is_descending else column.asc() for column in columns]

    def beyond(self, key: Key) -> Lookup[Any]:
        """Return the condition that a product comes after the one of `key`."""
        comparison = LessThan if self.is_descending else GreaterThan
        return comparison(_Row(*self.columns), self._row(key))

    def not_beyond(self, key: Key) -> Lookup[Any]:
        """Return the condition that a product is the one of `key` or comes before it."""
        comparison = GreaterThanOrEqual if self.is_descending else LessThanOrEqual
        return comparison(_Row(*self.columns), self._row(key))

    def reversed(self) -> Order:
        return replace(self, is_descending=not self.is_descending)

    def _row(self, key: Key) -> _Row:
        return _Row(*(Value(value, output_field=field) for value, field in zip(key, self.fields, strict=True)))


SKU = Order(name="sku", column=F("sku"), field=TextField(), is_indexed=True)
ORDERS = {
    order.name: order
    for order in (
        SKU,
        Order(name="name", column=F("name_folded"), field=TextField()),
        # That there is no price stands below every price.
        Order(
            name="unit_price",
            column=Coalesce("unit_price", Value(Decimal(-1))),
            field=DecimalField(max_digits=14, decimal_places=4),
        ),
        Order(name="updated_at", column=F("updated_at"), field=DateTimeField(), is_indexed=True),
    )
}


class Side(StrEnum):
    """Where a page lies: at an end of the list, or beside a product."""

    FIRST = "first"
    LAST = "last"
    AFTER = "after"
    BEFORE = "before"


class NoSuchPlace(ValueError):
    """The text names no place in a list."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a page begins; `key` is that of the product after or before which it lies."""

    side: Side = Side.FIRST
    key: Key = ()

    def __str__(self) -> str:
        return self.side + (json.dumps([str(value) for value in self.key], ensure_ascii=False) if self.key else "")


def place_from(text: str, *, order: Order) -> Place:
    """Return the place that `text`, once made of one, names in `order`. Raises NoSuchPlace."""
    name, bracket, rest = text.partition("[")
    try:
        side = Side(name or Side.FIRST)
        values = json.loads(bracket + rest) if bracket else []
        # PostgreSQL stores no NUL, and JSON can say halves of letters.
        if any(not isinstance(value, str) or "\0" in value or not value.encode() for value in values):
            raise NoSuchPlace(text)
        key = [field.clean(value, None) for field, value in zip(order.fields, values, strict=bool(values))]
    except (ValueError, ValidationError, RecursionError) as error:
        raise NoSuchPlace(text) from error
    if bool(key) != (side in (Side.AFTER, Side.BEFORE)):
        raise NoSuchPlace(text)
    return Place(side=side, key=key)


@dataclass(frozen=True, kw_only=True)
class Page:
    """The SKUs of a page in their order, and where the neighbouring pages lie, None where there are none."""

    skus: Sequence[str]
    previous: Place | None
    next: Place | None


def page(matching: QuerySet[Product], *, order: Order, place: Place, size: int, plan: Plan) -> Page:
    """Return the page of at most `size` of the products in `matching` that lies at `place` in `order`.

    One query, or up to three by Plan.LOOK_NEARBY. What was added or taken away meanwhile moves nothing: a page after
    a product begins with what comes after it now. A place beyond an end is that end.
    """
    is_backwards = place.side in (Side.LAST, Side.BEFORE)
    direction = order.reversed() if is_backwards else order
    keys = _keys(matching, order=direction, start=place.key, most=size + 1, plan=plan)
    if place.key and len(keys) <= (size if is_backwards else 0):
        # Before the first full page, or after the end.
        end = Place(side=Side.FIRST if is_backwards else Side.LAST)
        return page(matching, order=order, place=end, size=size, plan=plan)
    shown = keys[:size][::-1] if is_backwards else keys[:size]
    has_more = len(keys) > size
    before = has_more if is_backwards else place.side is Side.AFTER
    after = place.side is Side.BEFORE if is_backwards else has_more
    return Page(
        skus=[key[-1] for key in shown],
        previous=Place(side=Side.BEFORE, key=shown[0]) if before else None,
        next=Place(side=Side.AFTER, key=shown[-1]) if after else None,
    )


class Plan(StrEnum):
    """How a page is found: what the planner would guess wrong by orders of magnitude is decided here."""

    # An index holds what matches, in order.
    WALK = "walk"
    # Many match, nobody knows where: first among neighbours in order, and if they are too few, all are sorted.
    LOOK_NEARBY = "look nearby"
    # Few match: all of them are sorted.
    SORT = "sort"


def _keys(matching: QuerySet[Product], *, order: Order, start: Key, most: int, plan: Plan) -> list[Key]:
    columns = order.columns
    after = matching.filter(order.beyond(start)) if start else matching
    if plan is Plan.LOOK_NEARBY:
        nearby = _walked(_nearby(after, order=order, start=start), order=order, most=most)
        if len(nearby) == most:
            return nearby
    if plan is Plan.WALK:
        return _walked(after, order=order, most=most)
    return list(after.order_by(*order.sorting([_Itself(column) for column in columns])).values_list(*columns)[:most])


def _walked(products: QuerySet[Product], *, order: Order, most: int) -> list[Key]:
    return list(products.order_by(*order.sorting(order.columns)).values_list(*order.columns)[:most])


def _nearby(after: QuerySet[Product], *, order: Order, start: Key) -> QuerySet[Product]:
    """Narrow `after` to those among the next WINDOW products in order."""
    everything = Product.objects.filter(order.beyond(start)) if start else Product.objects.all()
    ends = everything.order_by(*order.sorting(order.columns)).values_list(*order.columns)[WINDOW : WINDOW + 1]
    return after.filter(*(order.not_beyond(end) for end in ends))


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many products match. Up to LONG `number` is exact; beyond, it is about right, or None: unknown."""

    number: int | None
    is_exact: bool = False


def counted(matching: QuerySet[Product]) -> Count:
    """Count the products in `matching`, no further than LONG. One query."""
    found = matching.order_by()[: LONG + 1].count()
    return Count(number=found, is_exact=True) if found <= LONG else Count(number=None)


def about_all() -> Count:
    """Return how many products there are by PostgreSQL's statistics, to three digits. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select reltuples::bigint from pg_class where oid = %s::regclass", [StoredProduct._meta.db_table]
        )
        [(estimate,)] = cursor.fetchall()
    # Statistics of a table that has only just grown may be behind.
    return Count(number=_three_digits(estimate) if estimate > LONG else None)


def in_words(count: Count) -> str:
    """Say how many products `count` means, and how sure that is: 1,234件, 約1,000,000件, 10,000件以上."""
    number = number_format(LONG if count.number is None else count.number, force_grouping=True)
    if count.number is None:
        return _("more than %(number)s products") % {"number": number}
    if not count.is_exact:
        return _("about %(number)s products") % {"number": number}
    return ngettext("%(number)s product", "%(number)s products", count.number) % {"number": number}


def _three_digits(number: int) -> int:
    return round(number, 3 - len(str(number)))
