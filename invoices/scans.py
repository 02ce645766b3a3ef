"""Scans of signed receipts: what they are, found out from their bytes, and where they are kept.

They lie in the archive beside the issued PDFs. A name says whose scan it is and which, so a file may be written twice.
"""

from __future__ import annotations

import io
import logging
import warnings
from dataclasses import dataclass

from django.utils.translation import gettext_noop
from PIL import Image, UnidentifiedImageError

from invoices import archive
from invoices.archive import sha256
from invoices.archive_places import FAULTS
from invoices.domain.errors import DomainError
from invoices.models import DeliveryNote, ScanKind, SignedReceipt

logger = logging.getLogger("papyrus")

FOLDER = "signed-receipts/"
MOST_BYTES = 10 * 1024 * 1024
# An A4 page at 1,200 dpi has 140 million.
MOST_PIXELS = 200_000_000
SUFFIXES = {ScanKind.PDF: "pdf", ScanKind.JPEG: "jpg", ScanKind.PNG: "png"}
_IMAGES = {"JPEG": ScanKind.JPEG, "PNG": ScanKind.PNG}


class ScanNotStored(DomainError):
    template = gettext_noop(
        "The scan could not be stored just now, and nothing was recorded. Send it again in a minute."
    )


class ScanLost(Exception):
    """The file of a scan is not there, or not the one that was stored."""


@dataclass(frozen=True, kw_only=True)
class Scan:
    """The bytes of a scan and what they are."""

    content: bytes
    kind: ScanKind


def kind_of(content: bytes) -> ScanKind | None:
    """Return what `content` is by its own word, whatever its name says; None when it is no kind of scan, or damaged."""
    if content.startswith(b"%PDF-"):
        return ScanKind.PDF if b"%%EOF" in content[-2048:] else None
    try:
        with warnings.catch_warnings():
            # Of the pixels none is drawn here; their number is looked at below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=tuple(_IMAGES))
            kind, pixels = _IMAGES[str(image.format)], image.width * image.height
            image.verify()
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        return None
    return kind if pixels <= MOST_PIXELS else None


def store(note: DeliveryNote, scan: Scan) -> None:
    """Write `scan` of `note` into the archive. May be repeated. Raises ScanNotStored when the storage fails."""
    name, place = _name(note, kind=scan.kind, digest=sha256(scan.content)), archive.place()
    try:
        if place.read(name) != scan.content:
            place.save(name, archive.file_of(note, scan.content, content_type=scan.kind.value))
            if place.read(name) != scan.content:
                raise OSError("what was stored is not what is there now")
    except FAULTS:
        logger.warning("scan.store_failed", extra={"note_id": note.pk}, exc_info=True)
        raise ScanNotStored from None


def read(receipt: SignedReceipt) -> Scan:
    """Return the scan of `receipt`. Raises ScanLost when there is none, or it is not the one that was stored."""
    name = name_of(receipt)
    try:
        content = archive.place().read(name)
    except FAULTS as error:
        raise ScanLost(f"the scan {name} cannot be read") from error
    if content is None:
        raise ScanLost(f"the scan {name} is not there")
    if sha256(content) != receipt.scan_sha256:
        raise ScanLost(f"the scan {name} has another SHA-256 than the recorded {receipt.scan_sha256}")
    return Scan(content=content, kind=ScanKind(receipt.scan_kind))


def name_of(receipt: SignedReceipt) -> str:
    """Return the name that the scan of `receipt` is kept under."""
    return _name(receipt.delivery_note, kind=ScanKind(receipt.scan_kind), digest=receipt.scan_sha256)


def file_name(receipt: SignedReceipt) -> str:
    """Return what the scan is called when it is saved."""
    return f"受領書_{receipt.delivery_note.number}.{SUFFIXES[ScanKind(receipt.scan_kind)]}"


def _name(note: DeliveryNote, *, kind: ScanKind, digest: str) -> str:
    return f"{FOLDER}{note.issued_on:%Y/%m}/{note.number}.{digest[:12]}.{SUFFIXES[kind]}"
