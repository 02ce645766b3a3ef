"""The log of corrections and voids: what the model rules of the National Tax Agency want of each, in eight fields.

Source: 国税庁 電子取引データの訂正及び削除の防止に関する事務処理規程, 第8条 (取引情報訂正・削除申請書).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.db.models.fields.json import KT
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from invoices.models import DeliveryNote, NoteState

HEADINGS = (
    gettext_lazy("Asked for on"),
    gettext_lazy("Number"),
    gettext_lazy("Subject"),
    gettext_lazy("Customer"),
    gettext_lazy("Corrected or voided on"),
    gettext_lazy("What was done"),
    gettext_lazy("Reason"),
    gettext_lazy("By whom"),
)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One note that was corrected or declared void."""

    note: DeliveryNote
    correction: DeliveryNote | None
    asked_on: date
    number: str
    subject: str
    counterparty: str
    done_on: date
    what: str
    why: str
    who: str


def logged(*, since: date | None = None, until: date | None = None) -> QuerySet[DeliveryNote]:
    """Return the void notes, the latest first; those voided on the days from `since` to `until`, in Tokyo."""
    people = ("created_by", "requested_by", "approved_by")
    corrections = DeliveryNote.objects.exclude(number=None).select_related(*people).defer("snapshot")
    notes = DeliveryNote.objects.filter(state=NoteState.VOID).select_related("voided_by").defer("snapshot")
    if since is not None:
        notes = notes.filter(voided_at__gte=_midnight(since))
    if until is not None:
        notes = notes.filter(voided_at__lt=_midnight(until) + timedelta(days=1))
    return (
        notes.annotate(counterparty=KT("snapshot__document__recipient__name"))
        .prefetch_related(Prefetch("corrections", corrections, to_attr="issued_corrections"))
        .order_by("-voided_at", "-id")
    )


def entry_of(note: Any) -> Entry:
    """Return what the log says of a note that `logged` yielded."""
    correction = next(iter(note.issued_corrections), None)
    done_on = timezone.localdate(note.voided_at)
    return Entry(
        note=note,
        correction=correction,
        asked_on=timezone.localdate(correction.created_at) if correction else done_on,
        number=note.number,
        subject=note.subject,
        counterparty=note.counterparty or "",
        done_on=done_on,
        what=_corrected(note, correction) if correction else _("Voided; total %(total)s yen") % {"total": _yen(note)},
        why=note.void_reason,
        who=_people(correction) if correction else note.voided_by.get_username(),
    )


def rows(notes: QuerySet[DeliveryNote]) -> Iterator[list[str]]:
    """Yield the headings and a row for each of `notes`, which `logged` returned. Read in pieces."""
    yield [str(heading) for heading in HEADINGS]
    for note in notes.iterator(chunk_size=1_000):
        entry = entry_of(note)
        days = (entry.asked_on.isoformat(), entry.done_on.isoformat())
        yield [
            *(days[0], entry.number, entry.subject, entry.counterparty),
            *(days[1], entry.what, entry.why, entry.who),
        ]


def _corrected(note: DeliveryNote, correction: DeliveryNote) -> str:
    """What became of the note: its correction, and what differs in the head and the total."""
    changes = [
        (_("Total"), _yen(note), _yen(correction)),
        (_("Delivery date"), note.delivered_on.isoformat(), correction.delivered_on.isoformat()),
        (_("Order number"), note.order_number, correction.order_number),
        (_("Subject"), note.subject, correction.subject),
    ]
    told = [f"{label} {before or '–'} → {after or '–'}" for label, before, after in changes if before != after]
    by = _("Corrected by %(number)s") % {"number": correction.number}
    return _("; ").join([by, *told])


def _people(correction: DeliveryNote) -> str:
    """Who made the correction, and who approved it."""
    who = (correction.requested_by or correction.created_by).get_username()
    if correction.approved_by is None:
        return who
    return _("%(who)s (approved by %(approver)s)") % {"who": who, "approver": correction.approved_by.get_username()}


def _yen(note: DeliveryNote) -> str:
    return f"{note.total or 0:,}"


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
