"""Issued PDF files, kept in S3 when a bucket is named and in a folder otherwise.

A file is written after its note is committed, and as often as needed: its name and bytes never differ.
"""

from __future__ import annotations

import hashlib
import logging
from typing import cast

from django.core.files.storage import storages
from django.utils import timezone
from django.utils.translation import gettext as _

from invoices import selectors, snapshot
from invoices.archive_places import FAULTS, KeptFile, Place
from invoices.models import DeliveryNote
from invoices.pdf import render

logger = logging.getLogger("papyrus")


class ArchiveMismatch(Exception):
    """The file of an issued note is not the one that was issued: neither the stored one nor one made again."""


def pdf_of(note: DeliveryNote) -> bytes:
    """Return the bytes that were issued as `note`, from the archive or made again from its snapshot.

    Raises ArchiveMismatch when neither has the SHA-256 recorded at issue.
    """
    stored = _intact(note) if note.archived_at else None
    return stored if stored is not None else made_again(note)


def made_again(note: DeliveryNote) -> bytes:
    """Return the issued bytes drawn anew from the snapshot. Raises ArchiveMismatch when they come out differently."""
    pdf = render(snapshot.restore(note.snapshot))
    if sha256(pdf) != note.pdf_sha256:
        raise ArchiveMismatch(f"delivery note {note.number}: no file has the recorded SHA-256 {note.pdf_sha256}")
    return pdf


def store_at_issue(note: DeliveryNote, pdf: bytes) -> bool:
    """Do as `store`, unless the place failed just now: whoever issues should not wait for it each time."""
    if place().is_resting:
        logger.warning("archive.store_postponed", extra={"note_id": note.pk})
        return False
    return store(note, pdf)


def store(note: DeliveryNote, pdf: bytes) -> bool:
    """Write the file of an issued note, record that, and return whether it worked.

    It worked when the file was read back and is whole. A failure is logged and left for `archive_pending`. May be
    repeated: a damaged file is replaced, a good one kept.
    """
    try:
        if not _is_stored(note):
            place().save(name_of(note), file_of(note, pdf, content_type="application/pdf"))
            if not _is_stored(note):
                raise OSError("what was stored is not what is there now")
    except FAULTS:
        logger.warning("archive.store_failed", extra={"note_id": note.pk}, exc_info=True)
        place().rest()
        return False
    DeliveryNote.objects.filter(pk=note.pk, archived_at=None).update(archived_at=timezone.now())
    return True


def sha256(content: bytes) -> str:
    """Return the SHA-256 of `content` in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def name_of(note: DeliveryNote) -> str:
    """Return the name that the file of an issued note is kept under."""
    return f"delivery-notes/{note.issued_on:%Y/%m}/{note.number}.{note.pdf_sha256[:12]}.pdf"


def file_name(number: str | None) -> str:
    """Return what the PDF of the note with this number, None for a draft, is called when it is saved or sent."""
    return f"納品書_{number or _('draft')}.pdf"


def place() -> Place:
    """Return where files are kept."""
    return cast(Place, storages["archive"])


def file_of(note: DeliveryNote, content: bytes, *, content_type: str) -> KeptFile:
    """Return `content` as a file that is kept as long as the issued `note`. One query."""
    return KeptFile(
        content,
        content_type=content_type,
        sha256=sha256(content),
        number=note.number or "",
        keep_until=selectors.retention_of(note).after_loss,
    )


def _is_stored(note: DeliveryNote) -> bool:
    content = place().read(name_of(note))
    return content is not None and sha256(content) == note.pdf_sha256


def _intact(note: DeliveryNote) -> bytes | None:
    """Return the stored file if it is there and whole. A storage that fails is a file that is not there."""
    try:
        content = place().read(name_of(note))
    except FAULTS:
        logger.warning("archive.read_failed", extra={"note_id": note.pk}, exc_info=True)
        return None
    return content if content is not None and sha256(content) == note.pdf_sha256 else None
