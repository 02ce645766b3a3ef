"""Every way a delivery note, a number or the current issuer changes. Each public function is one transaction."""

from __future__ import annotations

import dataclasses
import logging
import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from invoices import archive, history, issuing, locks, pricing, return_notes, snapshot
from invoices.domain.errors import DomainError
from invoices.drafts import Draft, DraftLine
from invoices.models import Customer, DeliveryNote, DeliveryNoteLine, Issuer, NoteStep, Seal

logger = logging.getLogger("papyrus")


class EditRefused(DomainError):
    """A draft could not take an edit; `note` is what stands in the database now."""

    def __init__(self, *, note: DeliveryNote, **params: object) -> None:
        super().__init__(**params)
        self.note = note


class DraftChanged(EditRefused):
    """Somebody saved the draft after this form was opened."""

    template = gettext_noop(
        "%(who)s saved this draft at %(when)s, after you opened it. What you typed is still here and is not saved yet."
    )


class NoteNotDraft(EditRefused):
    """The note is issued or void."""

    template = gettext_noop(
        "This note was issued as %(number)s meanwhile and can no longer be changed. What you typed is still here."
    )


class NoteWaiting(EditRefused):
    """The note waits for approval."""

    template = gettext_noop("This note waits for approval. Withdraw the request first; then it is a draft again.")


class OtherKind(EditRefused):
    """What was typed is no content for this draft: it is a return, or the other is."""

    template = gettext_noop("This draft is of another kind. Open it from the list of delivery notes to change it.")


class ApprovalNeeded(DomainError):
    template = gettext_noop("A note above %(above)s yen needs approval, and this one comes to %(total)s yen.")


class NotVoidable(DomainError):
    template = gettext_noop("Only an issued note can be voided; %(note)s is not one.")


class MissingReason(DomainError):
    template = gettext_noop("Say why the note is voided; the reason is kept with it.")


def create_draft(*, draft: Draft, creation_key: uuid.UUID, author: User) -> DeliveryNote:
    """Save `draft` as a new note and return it.

    The same form sent again (`creation_key`) is an edit of the note it made, not a second note.
    Raises DraftChanged when that note has been edited since, NoteNotDraft when it has been issued with other content.
    """
    with transaction.atomic():
        note, is_new = DeliveryNote.objects.get_or_create(
            creation_key=creation_key,
            defaults={**_header(draft), "created_by": author, "updated_by": author},
        )
        if is_new:
            history.record(note, NoteStep.Kind.WRITTEN, by=author)
            _write_lines(note, draft.lines)
            return note
        return _replace(note.pk, draft=draft, revision=1, author=author)


def replace_draft(*, note_id: int, draft: Draft, revision: int, author: User) -> DeliveryNote:
    """Make `draft` the content of the draft `note_id`, which its form read at `revision`, and return the note.

    A note that waits for approval becomes a draft by that. Content that is there already changes nothing, so a form
    may be sent twice. Raises DraftChanged when the draft was
    saved since `revision`, NoteNotDraft when it is no draft any more, DeliveryNote.DoesNotExist when it was deleted.
    """
    with transaction.atomic():
        return _replace(note_id, draft=draft, revision=revision, author=author)


def copy_note(*, note_id: int, creation_key: uuid.UUID, delivered_on: date, author: User) -> DeliveryNote:
    """Return a new draft with the content of any note, delivered on `delivered_on`.

    Asked for again (`creation_key`) it returns the draft it made, whatever became of that meanwhile.
    Raises DeliveryNote.DoesNotExist when the note to copy was deleted.
    """
    with transaction.atomic():
        if made := DeliveryNote.objects.filter(creation_key=creation_key).first():
            return made
        typed = snapshot.draft_of(DeliveryNote.objects.prefetch_related("lines").get(pk=note_id))
        copy = dataclasses.replace(typed, delivered_on=delivered_on)
        return create_draft(draft=copy, creation_key=creation_key, author=author)


def delete_draft(*, note_id: int) -> None:
    """Delete a draft; one that is gone already stays so.

    Raises NoteNotDraft when it has been issued, NoteWaiting while it waits for approval.
    """
    with transaction.atomic():
        try:
            note = locks.note(note_id)
        except DeliveryNote.DoesNotExist:
            return
        if note.is_issued:
            raise NoteNotDraft(note=note, number=note.number)
        if note.is_waiting:
            raise NoteWaiting(note=note)
        note.delete()


def issue(*, note_id: int, author: User, now: datetime) -> DeliveryNote:
    """Issue a note on the local date of `now`: number, snapshot, PDF and its SHA-256 in one transaction.

    A note that is issued already is returned as it is, so a request whose answer was lost may be sent again.
    The file is archived after the commit. Raises a DomainError such as MissingFacts, NoTaxRate or UnprintableCharacter
    when the note cannot be printed as it stands, ApprovalNeeded when it is above the limit; no number is used then.
    """
    with transaction.atomic():
        note = locks.note(note_id)
        if note.is_issued:
            return note
        document = issuing.document_of(note)
        if (above := issuing.limit_passed_by(document)) is not None:
            raise ApprovalNeeded(above=f"{above:,}", total=f"{document.totals.total:,}")
        issuing.make_final(note, document=document, author=author, now=now)
    logger.info("note.issued", extra={"note_id": note.pk})
    return note


def void(*, note_id: int, reason: str, author: User, now: datetime) -> DeliveryNote:
    """Void an issued note; its number stays used. Voiding a void note again changes nothing.

    Raises NotVoidable for a draft, HasReturns while a return of it is issued or waits, MissingReason when `reason` is
    blank.
    """
    if not (reason := history.stated(reason)):
        raise MissingReason
    with transaction.atomic():
        note = locks.note(note_id)
        if note.is_void:
            return note
        if not note.is_issued:
            raise NotVoidable(note=note)
        issuing.make_void(note, reason=reason, author=author, now=now)
    logger.info("note.voided", extra={"note_id": note.pk})
    return note


def save_issuer(issuer: Issuer, *, new_seal: bytes | None = None, without_seal: bool = False) -> None:
    """Save `issuer`, with `new_seal` (PNG) as its seal if given, and see to it that exactly one issuer is current.

    Making one current takes that from the one before; the first one is current in any case.
    """
    with transaction.atomic():
        others = [other for other in locks.issuers() if other.pk != issuer.pk]
        issuer.is_current = issuer.is_current or not any(other.is_current for other in others)
        if issuer.is_current:
            Issuer.objects.exclude(pk=issuer.pk).filter(is_current=True).update(is_current=False)
        if new_seal is not None:
            issuer.seal, _made = Seal.objects.get_or_create(
                sha256=archive.sha256(new_seal), defaults={"image": new_seal}
            )
        elif without_seal:
            issuer.seal = None
        issuer.save()


def _replace(note_id: int, *, draft: Draft, revision: int, author: User) -> DeliveryNote:
    note = locks.note(note_id)
    if snapshot.draft_of(note) == draft:
        return note
    if note.original_id != draft.original_id:
        raise OtherKind(note=note)
    if note.is_issued:
        raise NoteNotDraft(note=note, number=note.number)
    if note.revision != revision:
        saved_at = timezone.localtime(note.updated_at)
        raise DraftChanged(note=note, who=note.updated_by.get_username(), when=f"{saved_at:%H:%M}")
    if note.is_waiting:
        history.take_back(note, NoteStep.Kind.WITHDRAWN, by=author)
    for name, value in _header(draft, note_id=note_id).items():
        setattr(note, name, value)
    note.revision += 1
    note.updated_by = author
    note.save()
    history.record(note, NoteStep.Kind.WRITTEN, by=author)
    note.lines.all().delete()
    _write_lines(note, draft.lines)
    return note


def _header(draft: Draft, *, note_id: int | None = None) -> dict[str, Any]:
    return {
        "customer_id": draft.customer_id,
        "delivered_on": draft.delivered_on,
        "order_number": draft.order_number,
        "subject": draft.subject,
        "notes": draft.notes,
        "original_id": draft.original_id,
        "total": _total(draft, note_id=note_id),
    }


def _total(draft: Draft, *, note_id: int | None) -> int | None:
    """What the draft comes to so far; None while it cannot be priced."""
    customer = Customer.objects.get(pk=draft.customer_id)
    try:
        if draft.original_id is not None:
            return return_notes.content_of(draft, note_id=note_id).back.totals.total
        return pricing.price(draft.lines, customer=customer, delivered_on=draft.delivered_on).totals.total
    except DomainError:
        return None


def _write_lines(note: DeliveryNote, lines: Sequence[DraftLine]) -> None:
    DeliveryNoteLine.objects.bulk_create(
        DeliveryNoteLine(
            delivery_note=note,
            position=position,
            product_id=line.product_sku,
            code=line.code,
            name=line.name,
            quantity=line.quantity,
            unit=line.unit,
            unit_price=line.unit_price,
            tax_category_id=line.tax_category,
            rate_override=line.rate_override,
            rate_reason=line.rate_reason,
            note=line.note,
            original_position=line.original_position,
        )
        for position, line in enumerate(lines, 1)
    )
