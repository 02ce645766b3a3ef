"""Reads for printing: which notes, in which order, and what was printed already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext, gettext_lazy as _

from invoices.models import DeliveryNote, NotePrinting, NoteState, PrintRun, UnprintedNote

# So many printings with their snapshots are read at once: a few megabytes.
CHUNK = 100
# A void note is delivered by nobody. A draft is listed, so that it is missed before the truck leaves.
_OF_A_DAY = (NoteState.ISSUED, NoteState.WAITING, NoteState.DRAFT)


class PrintOrder(models.TextChoices):
    """In which order the notes of a file come."""

    ROUTE = "route", _("By delivery route, then customer")
    CUSTOMER = "customer", _("By customer")
    NUMBER = "number", _("By number")


_ORDERS = {
    PrintOrder.ROUTE: ("customer__delivery_route", "customer__code", "number", "id"),
    PrintOrder.CUSTOMER: ("customer__code", "number", "id"),
    PrintOrder.NUMBER: ("number", "id"),
}


@dataclass(frozen=True, kw_only=True)
class DayGroup:
    """The notes of a day for one customer, or of one route: how many, of them issued and not printed, and drafts."""

    route: str
    customer_id: int
    code: str
    name: str
    total: int
    unprinted: int
    unissued: int


def groups_of_day(delivered_on: date) -> list[DayGroup]:
    """Return the customers that get goods on a day, by route and code. One query."""
    by_customer = _of_day(delivered_on).values(
        "customer_id", "customer__delivery_route", "customer__code", "customer__name"
    )
    counted = by_customer.annotate(
        total=Count("id"),
        unprinted=Count("id", filter=Q(awaits_printing=True)),
        unissued=Count("id", filter=~Q(state=NoteState.ISSUED)),
    )
    return [
        DayGroup(
            route=row["customer__delivery_route"],
            customer_id=row["customer_id"],
            code=row["customer__code"],
            name=row["customer__name"],
            total=row["total"],
            unprinted=row["unprinted"],
            unissued=row["unissued"],
        )
        for row in counted.order_by("customer__delivery_route", "customer__code")
    ]


def ids_of_day(
    delivered_on: date, *, route: str | None, customer_id: int | None, printed_too: bool, order: PrintOrder
) -> list[int]:
    """Return the notes delivered on a day, in that order; of one route ("" is none) or customer if given."""
    notes = _of_day(delivered_on)
    if route is not None:
        notes = notes.filter(customer__delivery_route=route)
    if customer_id is not None:
        notes = notes.filter(customer_id=customer_id)
    if not printed_too:
        notes = notes.filter(Q(awaits_printing=True) | ~Q(state=NoteState.ISSUED))
    return list(notes.order_by(*_ORDERS[order]).values_list("pk", flat=True))


def in_order(note_ids: Iterable[int], order: PrintOrder) -> list[int]:
    """Return those of `note_ids` that are still there, in that order."""
    return list(
        DeliveryNote.objects.filter(pk__in=set(note_ids)).order_by(*_ORDERS[order]).values_list("pk", flat=True)
    )


def snapshots_of(note_ids: Iterable[int]) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """Yield the notes of `note_ids` with their snapshots, read in chunks."""
    for chunk in _chunks(list(note_ids)):
        yield from DeliveryNote.objects.filter(pk__in=chunk).values_list("pk", "snapshot")


def next_ordinals(note_ids: Iterable[int]) -> dict[int, int]:
    """Return for each note that was printed before the ordinal of its next printing."""
    printed = NotePrinting.objects.filter(delivery_note__in=list(note_ids)).order_by()
    latest = printed.values_list("delivery_note").annotate(Max("ordinal"))
    return {note_id: ordinal + 1 for note_id, ordinal in latest}


def run_with_person(run_id: int) -> PrintRun | None:
    """Return a run with who printed it, or None."""
    return PrintRun.objects.select_related("by").filter(pk=run_id).first()


def printings_in(run: PrintRun) -> Iterator[NotePrinting]:
    """Yield the printings of `run` with their notes, in order, read in chunks: no cursor stays open while they draw."""
    place = -1
    while chunk := list(_printings(run).filter(place__gt=place)[:CHUNK]):
        yield from chunk
        place = chunk[-1].place


def unprinted_in(run: PrintRun) -> list[UnprintedNote]:
    """Return what was to be in `run` and could not be printed, in order."""
    return list(run.unprinted.order_by("place"))


def title_of(run: PrintRun) -> str:
    """Return what the file of `run` is called: by the note if it is one, else by the run."""
    numbers = list(run.printings.values_list("delivery_note__number", flat=True)[:2])
    return f"納品書 {numbers[0]}" if len(numbers) == 1 else f"納品書 {gettext('Print')} {run.pk}"


def issuer_of(run: PrintRun) -> str:
    """Return the name of the issuer of the run's first note, empty without any."""
    name = run.printings.order_by("place").values_list("delivery_note__snapshot__document__issuer__name", flat=True)
    return name.first() or ""


def printings_of(note_id: int) -> list[NotePrinting]:
    """Return the printings of a note with who printed it, the first one first."""
    return list(NotePrinting.objects.select_related("run__by").filter(delivery_note=note_id).order_by("ordinal"))


def _chunks(note_ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(note_ids), CHUNK):
        yield note_ids[start : start + CHUNK]


def _printings(run: PrintRun) -> QuerySet[NotePrinting]:
    return run.printings.select_related("delivery_note__customer").order_by("place")


def _of_day(delivered_on: date) -> QuerySet[DeliveryNote]:
    return DeliveryNote.objects.filter(delivered_on=delivered_on, state__in=_OF_A_DAY)
