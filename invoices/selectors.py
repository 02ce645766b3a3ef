"""Reads of customers, issuers and notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce, Concat

from catalog.search import SearchFold
from invoices.domain.retention import Retention, retention
from invoices.models import (
    Customer,
    CustomerItemCode,
    DeliveryNote,
    Issuer,
    MailState,
    MailTemplate,
    NoteState,
    NoteStep,
    NumberSeries,
    OutgoingMail,
    SignedReceipt,
)

SUGGESTIONS = 20
# Among the states of a list: issued, and not printed since.
UNPRINTED = "unprinted"


def current_issuer() -> Issuer | None:
    """Return the issuer new documents are made in the name of, with its seal, or None when none is set up."""
    return Issuer.objects.select_related("seal").filter(is_current=True).first()


def approval_limit() -> int | None:
    """Return the yen above which a note needs approval now, or None when none does."""
    return Issuer.objects.filter(is_current=True).values_list("approval_above", flat=True).first()


def count_waiting() -> int:
    """Return how many notes wait for approval."""
    return DeliveryNote.objects.filter(state=NoteState.WAITING).count()


def suggest_customers(typed: str, *, limit: int = SUGGESTIONS) -> QuerySet[Customer]:
    """Return active customers whose code, name or kana contains `typed`, however wide or in whichever kana.

    Ordered by code, at most `limit`. Nothing typed returns the first ones.
    """
    return customers_matching(Customer.objects.filter(is_active=True).order_by("code"), typed)[:limit]


def customers_matching(customers: QuerySet[Customer], typed: str) -> QuerySet[Customer]:
    """Keep the customers whose code, name or kana contains every word of `typed`."""
    return _matching(customers, typed, "code", "name", "kana")


def customer_typed(*, customer_id: int | None, typed: str) -> Customer | None:
    """Return the customer chosen by id, or else the only active one whose code or name is exactly `typed`."""
    if customer_id is not None:
        return Customer.objects.filter(pk=customer_id).first()
    found = list(Customer.objects.filter(Q(code=typed) | Q(name=typed), is_active=True)[:2])
    return found[0] if len(found) == 1 else None


def item_codes(customer: Customer, skus: Iterable[str]) -> dict[str | None, str]:
    """Return what `customer` calls those of the products `skus` that it has a code of its own for."""
    known = CustomerItemCode.objects.filter(customer=customer, product__in=set(skus))
    return dict(known.values_list("product_id", "code"))


def item_codes_matching(codes: QuerySet[CustomerItemCode], typed: str) -> QuerySet[CustomerItemCode]:
    """Keep the item codes of which code, customer, SKU or product name contain every word of `typed`."""
    return _matching(codes, typed, "code", "customer__code", "customer__name", "product_id", "product__name")


def notes_to_list(*, typed: str = "", state: str = "") -> QuerySet[DeliveryNote]:
    """Return notes with their customers, newest first; of those that wait for approval the longest waiting first.

    `typed` is looked for in number, order number, subject and the customer's code, name and kana; every word of it
    must be found. `state` narrows to one state, or to UNPRINTED. Each note's `decision` is the kind of its last step
    that was no writing, or None.
    """
    last = _decisions().filter(delivery_note=OuterRef("pk")).values("kind")[:1]
    notes = DeliveryNote.objects.select_related("customer", "requested_by").defer("snapshot").order_by("-id")
    notes = notes.annotate(decision=Subquery(last))
    if state == UNPRINTED:
        notes = notes.filter(awaits_printing=True, state=NoteState.ISSUED)
    elif state:
        notes = notes.filter(state=state)
    if state == NoteState.WAITING:
        notes = notes.order_by("requested_at", "id")
    fields = ("number", "order_number", "subject", "customer__code", "customer__name", "customer__kana")
    return _matching(notes, typed, *fields)


def note_with_lines(note_id: int) -> DeliveryNote | None:
    """Return a note with customer, lines and the people whose names it carries, or None."""
    people = ("requested_by", "approved_by", "issued_by", "voided_by")
    notes = DeliveryNote.objects.select_related("customer", "original", "corrects", *people)
    notes = notes.defer("original__snapshot", "corrects__snapshot")
    return notes.prefetch_related("lines").filter(pk=note_id).first()


def correction_of(note_id: int) -> DeliveryNote | None:
    """Return the note that corrects a note, or is to, if there is one."""
    return DeliveryNote.objects.filter(corrects_id=note_id).defer("snapshot").first()


def as_correction(note_id: int) -> DeliveryNote | None:
    """Return a note that corrects another, with that one; None of any other note."""
    corrections = DeliveryNote.objects.select_related("corrects").defer("snapshot", "corrects__snapshot")
    return corrections.filter(pk=note_id, corrects__isnull=False).first()


def receipts_of(note_id: int) -> QuerySet[SignedReceipt]:
    """Return what was recorded of a note's receipt, with who did, in that order: the last row is what holds."""
    return SignedReceipt.objects.filter(delivery_note_id=note_id).select_related("recorded_by").order_by("id")


def scanned_receipts(*, after: int = 0) -> QuerySet[SignedReceipt]:
    """Return receipts that have a scan, with number and issue date of their notes, those after the id `after`."""
    receipts = SignedReceipt.objects.filter(pk__gt=after).exclude(scan_sha256="").select_related("delivery_note")
    facts = ("scan_kind", "scan_sha256", "delivery_note__number", "delivery_note__issued_on")
    return receipts.only(*facts).order_by("id")


def receipt_with_scan(*, note_id: int, receipt_id: int) -> SignedReceipt | None:
    """Return a receipt of a note, with the note, if it has a scan."""
    receipts = SignedReceipt.objects.select_related("delivery_note").defer("delivery_note__snapshot")
    return receipts.filter(pk=receipt_id, delivery_note_id=note_id).exclude(scan_sha256="").first()


def mail_template() -> MailTemplate:
    """Return the texts that a delivery note is sent with."""
    return MailTemplate.objects.get(pk=MailTemplate.DELIVERY_NOTE)


def mails_of(note_id: int) -> QuerySet[OutgoingMail]:
    """Return the mails of a note, with who sent them, in that order."""
    return OutgoingMail.objects.filter(delivery_note_id=note_id).select_related("queued_by").order_by("id")


def mails_counted(note_id: int) -> list[OutgoingMail]:
    """Return the mails of a note that were sent or will be; neither failed nor cancelled ones."""
    return list(mails_of(note_id).filter(state__in=[MailState.QUEUED, MailState.SENDING, MailState.SENT]))


def due_mails(now: datetime) -> list[int]:
    """Return which mails are due, the longest due first."""
    waiting = OutgoingMail.objects.filter(state__in=[MailState.QUEUED, MailState.SENDING], due_at__lte=now)
    return list(waiting.order_by("due_at", "id").values_list("pk", flat=True))


def returns_of(note_id: int) -> QuerySet[DeliveryNote]:
    """Return the returns of a note, drafts and void ones too, in the order they were begun."""
    return DeliveryNote.objects.filter(original_id=note_id).defer("snapshot").order_by("id")


def told_steps(note_id: int) -> list[NoteStep]:
    """Return the steps of a note as one tells them: the first, then of one person's saves in a row only the last."""
    steps = list(NoteStep.objects.select_related("by").filter(delivery_note_id=note_id).order_by("id"))
    runs = groupby(steps[1:], key=lambda step: (step.kind, step.by_id))
    return steps[:1] + [list(run)[-1] for _kind_and_person, run in runs]


def last_decision(note_id: int) -> NoteStep | None:
    """Return the last step of a note that was no writing: asked for, withdrawn or returned; None without any."""
    return _decisions().select_related("by").filter(delivery_note_id=note_id).first()


def unarchived_notes() -> QuerySet[DeliveryNote]:
    """Return issued notes, voided ones too, whose file is not in the archive yet, oldest first."""
    return DeliveryNote.objects.exclude(number=None).filter(archived_at=None).order_by("id")


def issued_notes(*, after: int = 0) -> QuerySet[DeliveryNote]:
    """Return notes that have been issued, voided ones too, in the order they were made, those after the id `after`."""
    return DeliveryNote.objects.filter(pk__gt=after).exclude(number=None).order_by("id")


def notes_to_export(note_ids: Sequence[int]) -> dict[int, DeliveryNote]:
    """Return these notes by id, with customers, the people they name, and the notes they take back or correct."""
    notes = DeliveryNote.objects.select_related("customer", "issued_by", "voided_by", "original", "corrects")
    return notes.defer("original__snapshot", "corrects__snapshot").in_bulk(list(note_ids))


def fiscal_year_start() -> int:
    """Return the first month of the fiscal year. One query."""
    return NumberSeries.objects.get(code=NumberSeries.DELIVERY_NOTE).fiscal_year_start_month


def retention_of(note: DeliveryNote, *, start_month: int | None = None) -> Retention:
    """Return until when an issued note has to be kept. One query unless `start_month` is given."""
    assert note.issued_on is not None  # noqa: S101 - for the type checker; a constraint holds it
    start_month = start_month or fiscal_year_start()
    return retention(delivered_on=note.delivered_on, issued_on=note.issued_on, start_month=start_month)


def _decisions() -> QuerySet[NoteStep]:
    return NoteStep.objects.exclude(kind=NoteStep.Kind.WRITTEN).order_by("-id")


def _matching(rows: QuerySet[Any], typed: str, *fields: str) -> QuerySet[Any]:
    """Keep the rows in which each word of `typed` stands in one of `fields`, compared folded."""
    words = typed.split()
    if not words:
        return rows
    # A character no field can hold keeps a word from matching across two of them.
    filled = [Coalesce(F(field), Value(""), output_field=TextField()) for field in fields]
    texts = [part for text in filled for part in (text, Value("\x1f"))]
    rows = rows.alias(searched=SearchFold(Concat(*texts, output_field=TextField())))
    for word in words:
        rows = rows.filter(searched__contains=SearchFold(Value(word)))
    return rows
