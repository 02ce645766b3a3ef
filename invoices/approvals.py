"""The way of a note above the limit: asked for, taken back, returned or approved. Each verb is one transaction."""

from __future__ import annotations

import json
import logging
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_noop

from invoices import archive, history, issuing, locks, snapshot
from invoices.domain.document import Document
from invoices.domain.errors import DomainError
from invoices.models import DeliveryNote, NoteState, NoteStep

logger = logging.getLogger("papyrus")


class DecisionRefused(DomainError):
    """An approver's decision came too late, or is not theirs; `note` is what stands in the database now."""

    def __init__(self, *, note: DeliveryNote, **params: object) -> None:
        super().__init__(**params)
        self.note = note


class AlreadyIssued(DecisionRefused):
    template = gettext_noop("%(who)s issued this note as %(number)s meanwhile. Nothing is left to decide.")


class NoLongerWaiting(DecisionRefused):
    template = gettext_noop(
        "This note no longer waits for approval: it was withdrawn, changed or returned after you opened it."
    )


class ContentChanged(DecisionRefused):
    template = gettext_noop("This note changed after you opened it. Read it as it is now, then decide.")


class OwnNote(DecisionRefused):
    template = gettext_noop("You wrote on this note yourself, so somebody else has to approve it.")


class MissingReturnReason(DomainError):
    template = gettext_noop("Say why the note is returned; whoever wrote it reads that on the draft.")


def submit(*, note_id: int, author: User, now: datetime) -> DeliveryNote:
    """Issue the draft `note_id` as `services.issue` does or, when it is above the limit, ask for its approval.

    Returns the note, issued or waiting; one that is either already stays as it is, unless it waits and the limit was
    raised. Raises a DomainError when the note cannot be printed as it stands.
    """
    with transaction.atomic():
        note = locks.note(note_id)
        if note.is_issued:
            return note
        document = issuing.document_of(note)
        if issuing.limit_passed_by(document) is None:
            issuing.make_final(note, document=document, author=author, now=now)
        elif note.is_draft:
            _ask(note, document=document, author=author, now=now)
    logger.info("note.issued" if note.is_issued else "note.approval_requested", extra={"note_id": note.pk})
    return note


def withdraw(*, note_id: int, author: User) -> DeliveryNote:
    """Take the request back, so that the note is a draft again, and return it; a draft stays one.

    Raises AlreadyIssued, and DeliveryNote.DoesNotExist when the draft was deleted.
    """
    with transaction.atomic():
        note = locks.note(note_id)
        _require_unissued(note)
        if note.is_waiting:
            history.take_back(note, NoteStep.Kind.WITHDRAWN, by=author)
    logger.info("note.withdrawn", extra={"note_id": note.pk})
    return note


def send_back(*, note_id: int, revision: int, reason: str, approver: User, now: datetime) -> DeliveryNote:
    """Return a waiting note, read at `revision`, to its authors with a reason of at most 200 characters.

    Sent again it changes nothing. Raises MissingReturnReason when `reason` is blank, OwnNote for an author, and
    AlreadyIssued, NoLongerWaiting or ContentChanged when it is late.
    """
    if not (reason := history.stated(reason)):
        raise MissingReturnReason
    with transaction.atomic():
        note = locks.note(note_id)
        if note.is_draft and _was_returned(note, reason=reason, approver=approver):
            return note
        _require_decidable(note, revision=revision, approver=approver)
        history.take_back(note, NoteStep.Kind.RETURNED, by=approver, at=now, reason=reason)
    logger.info("note.returned", extra={"note_id": note.pk})
    return note


def approve(*, note_id: int, revision: int, read_sha256: str, approver: User, now: datetime) -> DeliveryNote:
    """Approve a waiting note, read at `revision` as the document of `read_sha256`, and issue it at once.

    The approver's second click finds it issued and is answered like the first. Raises OwnNote for an author,
    AlreadyIssued, NoLongerWaiting or ContentChanged when it is late, and a DomainError when the note cannot be printed
    as it stands; no number is used then.
    """
    with transaction.atomic():
        note = locks.note(note_id)
        if note.is_issued and note.approved_by_id == approver.pk:
            return note
        _require_decidable(note, revision=revision, approver=approver)
        document = issuing.document_of(note)
        if sha256_of(document) != read_sha256:
            raise ContentChanged(note=note)
        note.approved_by, note.approved_at = approver, now
        issuing.make_final(note, document=document, author=approver, now=now)
    logger.info("note.approved", extra={"note_id": note.pk})
    logger.info("note.issued", extra={"note_id": note.pk})
    return note


def sha256_of(document: Document) -> str:
    """Return the SHA-256 of every fact `document` prints: what an approver has read, and what they approve."""
    return archive.sha256(json.dumps(snapshot.to_json(document), sort_keys=True).encode())


def _ask(note: DeliveryNote, *, document: Document, author: User, now: datetime) -> None:
    note.state, note.requested_at, note.requested_by = NoteState.WAITING, now, author
    note.total = document.totals.total
    note.save(update_fields=["state", "requested_at", "requested_by", "total"])
    history.record(note, NoteStep.Kind.REQUESTED, by=author, at=now)


def _was_returned(note: DeliveryNote, *, reason: str, approver: User) -> bool:
    last = note.steps.last()
    return last is not None and (last.kind, last.by_id, last.reason) == (NoteStep.Kind.RETURNED, approver.pk, reason)


def _require_decidable(note: DeliveryNote, *, revision: int, approver: User) -> None:
    _require_unissued(note)
    if not note.is_waiting:
        raise NoLongerWaiting(note=note)
    if note.revision != revision:
        raise ContentChanged(note=note)
    if history.is_author(note, approver):
        raise OwnNote(note=note)


def _require_unissued(note: DeliveryNote) -> None:
    if note.is_issued:
        assert note.issued_by is not None  # noqa: S101 - for the type checker; a constraint holds it
        raise AlreadyIssued(note=note, who=note.issued_by.get_username(), number=note.number)
