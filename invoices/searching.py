"""Finds notes by what stands on them, page by page, however many there are."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Collate, Reverse
from django.utils.translation import gettext_lazy as _

from catalog.models import Product
from catalog.search import can_be_found, contains_words
from invoices.models import Customer, DeliveryNote, DeliveryNoteLine, LineItem
from invoices.models.customers import CUSTOMER_FOLDED
from invoices.models.items import ItemKey
from invoices.models.notes import UNISSUED

PAGE_SIZE = 50
# So many are counted; more are said to be more.
MOST_COUNTED = 200
FEW_LINES = 500
# A walk from the newest note on begins at the newest one of such a day. More days are found among all notes soon.
MOST_DAYS = 1_500
NEWEST_WITHIN = """
select max(newest.id) from generate_series(%(first)s, %(last)s, interval '1 day') as day, lateral (
    select id from delivery_notes where {field} = day::date order by id desc limit 1
) as newest
"""
NEWEST_WITH = """
select max(newest.delivery_note_id) from unnest(%s) as wanted (key), lateral (
    select delivery_note_id from delivery_note_lines
    where item_key(code, name) = wanted.key order by delivery_note_id desc limit 1
) as newest
"""


class NoteKind(models.TextChoices):
    """What a note is besides an ordinary one."""

    RETURN = "return", _("Return note")
    CORRECTION = "correction", _("Correction")


OF_KIND = {NoteKind.RETURN: Q(original__isnull=False), NoteKind.CORRECTION: Q(corrects__isnull=False)}


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """What the notes that are looked for have in common. Left out, a condition narrows nothing.

    `is_total_blank` adds notes without a total, or with a line that has no price yet, to those whose total is in the
    range; without a range it means them alone.
    """

    delivered_from: date | None = None
    delivered_to: date | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    total_from: int | None = None
    total_to: int | None = None
    is_total_blank: bool = False
    customer: str = ""
    number: str = ""
    number_to: str = ""
    product: str = ""
    state: str = ""
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some of the notes that were found, newest first, and where the pages beside it begin, if there are any."""

    notes: list[DeliveryNote]
    # On the first page how many there are, at most one more than MOST_COUNTED.
    count: int | None
    newer_than: int | None
    older_than: int | None


def matching(conditions: Conditions) -> QuerySet[DeliveryNote]:
    """Return the notes that fulfil all of `conditions`, in no order. At most eight queries before it is evaluated."""
    numbered = DeliveryNote.objects.alias(number_from_behind=Collate(Reverse("number"), "C"))
    notes: QuerySet[DeliveryNote] = numbered.filter(_totals(conditions), _number(conditions))
    notes = _within(notes, "delivered_on", conditions.delivered_from, conditions.delivered_to)
    notes = _within(notes, "issued_on", conditions.issued_from, conditions.issued_to)
    if conditions.state:
        notes = notes.filter(state=conditions.state)
    if conditions.kind:
        notes = notes.filter(OF_KIND[NoteKind(conditions.kind)])
    if conditions.customer:
        notes = notes.filter(customer_id__in=_customers(conditions.customer))
    if conditions.product:
        notes = _with_product(notes, conditions.product)
    return notes


def _with_product(notes: QuerySet[DeliveryNote], typed: str) -> QuerySet[DeliveryNote]:
    keys = _items(typed)
    lines = DeliveryNoteLine.objects.alias(key=ItemKey("code", "name")).filter(key__in=keys).order_by()
    # PostgreSQL takes it that an item is sold at all times alike, and would look for one that is sold no more in all
    # notes from the newest on. A few lines are therefore taken by themselves; where there are many, some are found
    # soon, looked for from the newest note that has one.
    found = list(lines.values_list("delivery_note_id", flat=True)[: FEW_LINES + 1])
    if len(found) <= FEW_LINES:
        return notes.filter(pk__in=set(found))
    newest = _one(NEWEST_WITH, [keys])
    # Said twice, since PostgreSQL does not conclude the one from the other.
    lines = lines.filter(delivery_note=OuterRef("pk"), delivery_note_id__lte=newest)
    return notes.filter(Exists(lines), pk__lte=newest)


def _one(statement: str, values: Any) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        value: int | None = cursor.fetchone()[0]
    return value


def _within(notes: QuerySet[DeliveryNote], field: str, first: date | None, last: date | None) -> QuerySet[DeliveryNote]:
    within = notes.filter(_between(field, first, last))
    if first is None or last is None or (last - first).days > MOST_DAYS:
        return within
    newest = _one(NEWEST_WITHIN.format(field=field), {"first": first, "last": last})
    return within.filter(pk__lte=newest or 0)


def _totals(conditions: Conditions) -> Q:
    within = _between("total", conditions.total_from, conditions.total_to)
    if not conditions.is_total_blank:
        return within
    blank = Q(total=None) | Q(pk__in=list(_unpriced()))
    return within | blank if within else blank


def _unpriced() -> QuerySet[DeliveryNote, int]:
    """Ids of notes with a line that has no price yet. Only what is not issued can have one, and that is little."""
    lines = DeliveryNoteLine.objects.filter(delivery_note=OuterRef("pk"), unit_price=None)
    return DeliveryNote.objects.filter(Exists(lines), state__in=UNISSUED).values_list("pk", flat=True)


def _number(conditions: Conditions) -> Q:
    """A range, or numbers that begin or end with what was typed, as people read them out on the telephone."""
    first, last = _half_width(conditions.number), _half_width(conditions.number_to)
    if last:
        return _between("number", first or None, last)
    if not first:
        return Q()
    found = Q(number__startswith=first) | Q(number__startswith=first.upper())
    # Who types the end of a number types digits. Looking there as well takes as long again.
    return found | Q(number_from_behind__startswith=first[::-1]) if first[0].isdigit() else found


def page(conditions: Conditions, *, older_than: int | None = None, newer_than: int | None = None) -> Page:
    """Return a page of the notes that fulfil `conditions`, newest first: the first one, or that beside a note's id.

    Notes that are added meanwhile move nothing from one page to another. One transaction.
    """
    with planned():
        notes = matching(conditions)
        if newer_than is not None:
            found = _ids(notes.filter(pk__gt=newer_than).order_by("pk"), most=PAGE_SIZE + 1)
            return _page(found[:PAGE_SIZE][::-1], has_newer=len(found) > PAGE_SIZE, has_older=True)
        if older_than is not None:
            found = _ids(notes.filter(pk__lt=older_than).order_by("-pk"), most=PAGE_SIZE + 1)
            return _page(found[:PAGE_SIZE], has_newer=True, has_older=len(found) > PAGE_SIZE)
        found = _ids(notes.order_by("-pk"), most=MOST_COUNTED + 1)
        return _page(found[:PAGE_SIZE], has_newer=False, has_older=len(found) > PAGE_SIZE, count=len(found))


def ids_of(conditions: Conditions, *, most: int) -> list[int]:
    """Return the ids of the notes that fulfil `conditions`, newest first, at most one more than `most`."""
    with planned():
        return _ids(matching(conditions).order_by("-pk"), most=most + 1)


@contextmanager
def planned() -> Iterator[None]:
    """A transaction in which PostgreSQL knows that its pages lie in memory or on a solid state disk.

    By default it takes it that reading one page here and one there is slow, and reads all lines in their order instead.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local random_page_cost = 1.1")
        yield


def _page(ids: list[int], *, has_newer: bool, has_older: bool, count: int | None = None) -> Page:
    notes = DeliveryNote.objects.select_related("customer", "original", "corrects")
    rows = notes.defer("snapshot", "original__snapshot", "corrects__snapshot").in_bulk(ids)
    return Page(
        notes=[rows[note_id] for note_id in ids if note_id in rows],
        count=count,
        newer_than=ids[0] if ids and has_newer else None,
        older_than=ids[-1] if ids and has_older else None,
    )


def _ids(notes: QuerySet[DeliveryNote], *, most: int) -> list[int]:
    return list(notes.values_list("pk", flat=True)[:most])


def _between(field: str, first: Any, last: Any) -> Q:
    within = Q()
    if first is not None:
        within &= Q(**{f"{field}__gte": first})
    if last is not None:
        within &= Q(**{f"{field}__lte": last})
    return within


def _half_width(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed).strip()


def _customers(typed: str) -> list[int]:
    """The ids of customers whose code, name or kana contains every word of `typed`, active or not."""
    words = typed.split()
    if not words or not can_be_found(typed):
        return []
    return list(Customer.objects.filter(contains_words(CUSTOMER_FOLDED, words)).values_list("pk", flat=True))


def _items(typed: str) -> list[int]:
    """The keys of items whose code and name contain every word of `typed`, or whose product has it as its JAN."""
    words = typed.split()
    if not words or not can_be_found(typed):
        return []
    codes = Product.objects.filter(jan=typed).exclude(jan="").values_list("sku", flat=True)
    items = LineItem.objects.filter(contains_words(F("folded"), words) | Q(code__in=list(codes)))
    return list(items.values_list("key", flat=True))
