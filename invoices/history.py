"""The steps of a note towards its issue: writes them, and tells whose note it is. The note is locked by the caller."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User

from invoices.models import DeliveryNote, NoteState, NoteStep


def record(note: DeliveryNote, kind: NoteStep.Kind, *, by: User, at: datetime | None = None, reason: str = "") -> None:
    """Add a step to the history of `note`, at the database's time unless `at` is given."""
    when = {} if at is None else {"at": at}
    NoteStep.objects.create(delivery_note=note, kind=kind, by=by, reason=reason, **when)


def take_back(
    note: DeliveryNote, kind: NoteStep.Kind, *, by: User, at: datetime | None = None, reason: str = ""
) -> None:
    """Make a note that waits for approval a draft again, by a step that says how that came."""
    note.state, note.requested_at, note.requested_by = NoteState.DRAFT, None, None
    note.save(update_fields=["state", "requested_at", "requested_by"])
    record(note, kind, by=by, at=at, reason=reason)


def is_author(note: DeliveryNote, user: User) -> bool:
    """Return whether `user` ever saved content of `note`. One query at most."""
    if user.pk in (note.created_by_id, note.updated_by_id):
        return True
    return note.steps.filter(kind=NoteStep.Kind.WRITTEN, by=user).exists()


def stated(reason: str) -> str:
    """Return `reason` without what nobody can see, zero-width characters and the like; empty when it says nothing."""
    return "".join(character for character in reason if character.isprintable()).strip()
