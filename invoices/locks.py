"""The only row locks, in the one order every service takes them: notes, then issuers, then number counter.

Of two notes the older one comes first: that is the one which the other takes back or corrects.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from invoices.models import DeliveryNote, Issuer, MailState, NumberCounter, NumberSeries, OutgoingMail


def note(note_id: int) -> DeliveryNote:
    """Lock and return the note, with the one it takes back or corrects. Raises DeliveryNote.DoesNotExist."""
    older = DeliveryNote.objects.values_list("original_id", "corrects_id").get(pk=note_id)
    locked = DeliveryNote.objects.select_for_update(of=("self",)).select_related("customer").order_by("pk")
    found = {each.pk: each for each in locked.filter(pk__in=[note_id, *filter(None, older)])}
    if note_id not in found:
        raise DeliveryNote.DoesNotExist
    return found[note_id]


def notes(note_ids: Iterable[int]) -> dict[int, DeliveryNote]:
    """Lock those notes that are still there, in the order of their ids, and return them by id, without snapshots."""
    locked = DeliveryNote.objects.select_for_update(of=("self",)).select_related("customer").defer("snapshot")
    return {note.pk: note for note in locked.filter(pk__in=set(note_ids)).order_by("pk")}


def due_mail(mail_id: int, *, now: datetime) -> OutgoingMail | None:
    """Lock and return a mail with its note; None when it is not due, or somebody else has it."""
    waiting = OutgoingMail.objects.filter(state__in=[MailState.QUEUED, MailState.SENDING], due_at__lte=now)
    free = waiting.select_for_update(of=("self",), skip_locked=True)
    return free.select_related("delivery_note").filter(pk=mail_id).first()


def issuers() -> list[Issuer]:
    """Lock and return every issuer, so that which one is current and its limit change for one person at a time."""
    return list(Issuer.objects.select_for_update().order_by("pk"))


def counter(series: NumberSeries, *, year: int) -> NumberCounter:
    """Lock and return the counter of `series` in `year`, made at 0 when the year is new."""
    NumberCounter.objects.bulk_create([NumberCounter(series=series, year=year)], ignore_conflicts=True)
    return NumberCounter.objects.select_for_update().get(series=series, year=year)
