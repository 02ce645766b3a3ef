"""Issued PDF files, kept in S3 when a bucket is named and in a folder otherwise.

A file is written after its note is committed, and as often as needed: its name and bytes never differ.
"""

from __future__ import annotations

import hashlib
import logging

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.utils import timezone

from invoices import snapshot
from invoices.models import DeliveryNote
from invoices.pdf import render

logger = logging.getLogger("papyrus")
STORAGE_ERRORS = (OSError, BotoCoreError, ClientError)


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


def store(note: DeliveryNote, pdf: bytes) -> bool:
    """Write the file of an issued note, record that, and return whether it worked.

    A failure is logged and left for `archive_pending`. May be repeated: a damaged file is replaced, a good one kept.
    """
    try:
        if _intact(note) is None:
            _storage().save(_name(note), ContentFile(pdf))
    except STORAGE_ERRORS:
        logger.warning("archive.store_failed", extra={"note_id": note.pk}, exc_info=True)
        return False
    DeliveryNote.objects.filter(pk=note.pk, archived_at=None).update(archived_at=timezone.now())
    return True


def sha256(content: bytes) -> str:
    """Return the SHA-256 of `content` in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _intact(note: DeliveryNote) -> bytes | None:
    """Return the stored file if it is there and whole. A storage that fails is a file that is not there."""
    try:
        if not _storage().exists(_name(note)):
            return None
        with _storage().open(_name(note)) as file:
            content: bytes = file.read()
    except STORAGE_ERRORS:
        logger.warning("archive.read_failed", extra={"note_id": note.pk}, exc_info=True)
        return None
    return content if sha256(content) == note.pdf_sha256 else None


def _storage() -> Storage:
    return storages["archive"]


def _name(note: DeliveryNote) -> str:
    return f"delivery-notes/{note.issued_on:%Y/%m}/{note.number}.{note.pdf_sha256[:12]}.pdf"
