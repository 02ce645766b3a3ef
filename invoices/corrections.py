"""Corrections (訂正): a new note in the place of an issued one, which becomes void when the new one is issued."""

from __future__ import annotations

import logging
import uuid

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_noop

from invoices import history, locks, return_notes, selectors, services, snapshot
from invoices.domain.errors import DomainError
from invoices.models import DeliveryNote, NoteState

logger = logging.getLogger("papyrus")


class NotCorrectable(DomainError):
    template = gettext_noop(
        "Only an issued delivery note can be corrected; %(note)s is not one. Void a wrong return note and take the "
        "goods back again."
    )


class MissingCorrectionReason(DomainError):
    template = gettext_noop("Say why the note is corrected; the reason is kept with both notes.")


def begin(*, note_id: int, reason: str, creation_key: uuid.UUID, author: User) -> DeliveryNote:
    """Return a draft with the content of the issued note `note_id`, which makes that one void once it is issued.

    There is one correction of a note: asked for again, it is returned as it is. Raises MissingCorrectionReason when
    `reason` is blank, NotCorrectable for what is not issued, void or a return, and HasReturns.
    """
    if not (reason := history.stated(reason)):
        raise MissingCorrectionReason
    with transaction.atomic():
        note = locks.note(note_id)
        if begun := selectors.correction_of(note_id):
            return begun
        if note.state != NoteState.ISSUED or note.is_return:
            raise NotCorrectable(note=note)
        return_notes.require_none(note)
        typed = snapshot.draft_of(note)
        correction = services.create_draft(draft=typed, creation_key=creation_key, author=author)
        correction.corrects, correction.correction_reason = note, reason
        correction.save(update_fields=["corrects", "correction_reason"])
    logger.info("note.correction_begun", extra={"note_id": note_id})
    return correction
