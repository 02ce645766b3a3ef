"""What issuing a note is made of. Which notes are issued, and when, is decided in the services."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime
from functools import partial

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from invoices import archive, locks, return_notes, snapshot
from invoices.domain.approval import needs_approval
from invoices.domain.document import Document
from invoices.domain.errors import UnprintableCharacter
from invoices.domain.numbering import check_format, fiscal_year, format_number
from invoices.drafts import Draft
from invoices.models import Customer, DeliveryNote, NoteState, NumberSeries
from invoices.pdf import find_unprintable, render
from invoices.selectors import current_issuer

NUMBERS_LOOKED_AT = 100


def document_of(note: DeliveryNote) -> Document:
    """Return the document `note` would be issued as; reads and raises as `printable`."""
    return printable(snapshot.draft_of(note), customer=note.customer, note_id=note.pk, corrects=note.corrects)


def printable(
    draft: Draft, *, customer: Customer, note_id: int | None = None, corrects: DeliveryNote | None = None
) -> Document:
    """Return the document `draft` would be issued as, without number and issue date. Writes nothing.

    `note_id` is the note it is the content of, `corrects` the one that this corrects. Raises MissingFacts, what
    `pricing.price` and, for a return, `return_notes.document_of` raise, or UnprintableCharacter naming field and
    character that no font of ours has.
    """
    if draft.original_id is None:
        document = snapshot.of(draft, customer=customer, issuer=current_issuer())
    else:
        document = return_notes.document_of(draft, customer=customer, issuer=current_issuer(), note_id=note_id)
    if corrects is not None:
        document = dataclasses.replace(document, corrects=snapshot.reference_to(corrects))
    require_printable(document)
    return document


def require_printable(document: Document) -> None:
    """Raise UnprintableCharacter naming field and character, if `document` has one that no font of ours has."""
    for found in find_unprintable(document):
        raise UnprintableCharacter(
            field=_(found.field) % {"line": found.line},
            character=found.character,
            codepoints=" ".join(f"U+{ord(part):04X}" for part in found.character),
        )


def limit_passed_by(document: Document) -> int | None:
    """Return the limit that `document` is above, so that it needs approval; None when it may be issued without.

    Locks the issuers: until the transaction ends the limit cannot change.
    """
    above = next((issuer.approval_above for issuer in locks.issuers() if issuer.is_current), None)
    return above if needs_approval(document.totals.total, above=above) else None


def make_final(note: DeliveryNote, *, document: Document, author: User, now: datetime) -> None:
    """Turn a locked note into the issued `document`, on the local date of `now`. Called inside a transaction.

    Takes the number, draws the PDF and freezes the row; the file is archived after the commit. What the note corrects
    becomes void by that. Whether the note needs approval is for the caller to ask first; the database refuses it
    otherwise. Raises HasReturns when goods of the corrected note were taken back.
    """
    if note.corrects is not None and not note.corrects.is_void:
        make_void(note.corrects, reason=note.correction_reason, author=author, now=now)
    issued_on = now.date()
    document = dataclasses.replace(document, number=_take_number(issued_on), issued_on=issued_on)
    pdf = render(document)
    _freeze(note, document=document, pdf=pdf, author=author, now=now)
    # Robust: the note is issued by then, and whatever the archive may do must not look as if it were not.
    transaction.on_commit(partial(archive.store_at_issue, note, pdf), robust=True)


def make_void(note: DeliveryNote, *, reason: str, author: User, now: datetime) -> None:
    """Make a locked issued note void. Raises HasReturns while a return of it is issued or waits."""
    return_notes.require_none(note)
    note.state, note.voided_at, note.voided_by, note.void_reason = NoteState.VOID, now, author, reason
    note.save(update_fields=["state", "voided_at", "voided_by", "void_reason"])


def _take_number(issued_on: date) -> str:
    """Take the next number; rolled back with everything else when the note cannot be issued after all."""
    series = NumberSeries.objects.get(code=NumberSeries.DELIVERY_NOTE)
    # Plain SQL can change the format past the form that checks it.
    check_format(series.number_format, restarts_yearly=series.restarts_yearly)
    year = fiscal_year(issued_on, start_month=series.fiscal_year_start_month)
    counter = locks.counter(series, year=year if series.restarts_yearly else 0)
    while True:
        # After a change of the format or the restart, the next numbers may stand on older notes; those are passed by.
        candidates = {
            format_number(series.number_format, year=year, number=number): number
            for number in range(counter.last_number + 1, counter.last_number + 1 + NUMBERS_LOOKED_AT)
        }
        taken = set(DeliveryNote.objects.filter(number__in=candidates).values_list("number", flat=True))
        counter.last_number += NUMBERS_LOOKED_AT
        if free := next((text for text in candidates if text not in taken), None):
            counter.last_number = candidates[free]
            counter.save(update_fields=["last_number"])
            return free


def _freeze(note: DeliveryNote, *, document: Document, pdf: bytes, author: User, now: datetime) -> None:
    if not note.is_return:
        note.line_rounding, note.tax_rounding = note.customer.line_rounding, note.customer.tax_rounding
    note.state = NoteState.ISSUED
    note.number = document.number
    note.issued_on = document.issued_on
    note.issued_at = now
    note.issued_by = author
    note.total = document.totals.total
    note.snapshot = snapshot.to_json(document)
    note.pdf_sha256 = archive.sha256(pdf)
    note.awaits_printing = True
    note.save()
