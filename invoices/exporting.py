"""Notes as one ZIP: a CSV of what they say, and the PDFs as they were issued.

It is made piece by piece: a view streams the pieces, a worker can write them to a file.
"""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.loads.guarding import guarded
from invoices import archive, selectors, snapshot
from invoices.domain.document import Document
from invoices.models import DeliveryNote

logger = logging.getLogger("papyrus")
# What is asked for in the browser is made while it waits.
MOST_NOTES = 2_000
AT_ONCE = 100
LIST, LACKING = "notes.csv", "not-exported.csv"
UNMADE = (archive.ArchiveMismatch, snapshot.UnknownSnapshot)


def zipped(note_ids: Sequence[int], *, now: datetime) -> Iterator[bytes]:
    """Yield a ZIP of these notes, in this order: `notes.csv`, and each issued one as `pdf/NUMBER.pdf`.

    The files are those that were issued, of void notes too, so that each has the SHA-256 that the CSV says. One that
    cannot be had is named in `not-exported.csv`. Holds a few notes at a time, whatever their number.
    """
    sink = _Sink()
    lacking: list[str] = []
    with ZipFile(sink, "w", ZIP_DEFLATED) as zip_file:
        yield from _with_list(zip_file, sink, note_ids, now=now)
        for note in _notes(note_ids):
            if note.is_issued and not _add_pdf(zip_file, note, now=now):
                lacking.append(str(note.number))
            yield sink.drained()
        if lacking:
            zip_file.writestr(_entry(LACKING, now), _csv([[_("Number")], *([number] for number in lacking)]))
    yield sink.drained()
    logger.info("notes.exported", extra={"notes": len(note_ids), "lacking": len(lacking)})


class _Sink(io.RawIOBase):
    """Takes what a ZipFile writes, and gives it away at once."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override]  # the stubs allow buffers of any kind
        self._pieces.append(bytes(piece))
        return len(piece)

    def drained(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def _with_list(zip_file: ZipFile, sink: _Sink, note_ids: Sequence[int], *, now: datetime) -> Iterator[bytes]:
    with zip_file.open(_entry(LIST, now), "w") as entry:
        entry.write(_csv([_headings()]).encode("utf-8-sig"))
        start_month = selectors.fiscal_year_start()
        for note in _notes(note_ids):
            entry.write(_csv([_row(note, start_month=start_month)]).encode())
            yield sink.drained()


def _add_pdf(zip_file: ZipFile, note: DeliveryNote, *, now: datetime) -> bool:
    try:
        pdf = archive.pdf_of(note)
    except UNMADE:
        logger.exception("archive.cannot_be_made_again", extra={"note_id": note.pk})
        return False
    # Compressed already.
    zip_file.writestr(_entry(_pdf_name(note), now), pdf, compress_type=ZIP_STORED)
    return True


def _entry(name: str, now: datetime) -> ZipInfo:
    entry = ZipInfo(name, date_time=(now.year, now.month, now.day, now.hour, now.minute, now.second))
    entry.compress_type = ZIP_DEFLATED
    # Readable by everybody; ZipInfo's own default is by nobody.
    entry.external_attr = 0o644 << 16
    return entry


def _pdf_name(note: DeliveryNote) -> str:
    return f"pdf/{note.number}.pdf"


def _notes(note_ids: Sequence[int]) -> Iterator[DeliveryNote]:
    for first in range(0, len(note_ids), AT_ONCE):
        some = note_ids[first : first + AT_ONCE]
        found = selectors.notes_to_export(some)
        yield from (found[note_id] for note_id in some if note_id in found)


def _csv(rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([guarded(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return text.getvalue()


def _headings() -> list[str]:
    return [
        _("Number"),
        _("State"),
        _("Issue date"),
        _("Delivery date"),
        _("Customer code"),
        _("Customer"),
        _("Subject"),
        _("Order number"),
        _("Total"),
        _("Tax"),
        _("Taxable amounts and tax by rate"),
        _("Takes back goods of"),
        _("Corrects"),
        _("Issued by"),
        _("Voided at"),
        _("Voided by"),
        _("Reason for voiding"),
        _("Kept until"),
        _("File"),
        "SHA-256",
    ]


def _row(note: DeliveryNote, *, start_month: int) -> list[object]:
    document = _document(note)
    return [
        note.number or "",
        note.get_state_display(),
        note.issued_on,
        note.delivered_on,
        note.customer.code,
        document.recipient.name if document else note.customer.name,
        note.subject,
        note.order_number,
        note.total,
        document.totals.tax if document else None,
        _rates(document) if document else "",
        note.original.number if note.original else "",
        note.corrects.number if note.corrects else "",
        note.issued_by.get_username() if note.issued_by else "",
        f"{timezone.localtime(note.voided_at):%Y-%m-%d %H:%M}" if note.voided_at else "",
        note.voided_by.get_username() if note.voided_by else "",
        note.void_reason,
        selectors.retention_of(note, start_month=start_month).after_loss if note.is_issued else "",
        _pdf_name(note) if note.is_issued else "",
        note.pdf_sha256,
    ]


def _document(note: DeliveryNote) -> Document | None:
    """What was printed; None for a draft, and for what this program cannot read."""
    try:
        return snapshot.restore(note.snapshot)
    except snapshot.UnknownSnapshot:
        return None


def _rates(document: Document) -> str:
    return " ".join(
        f"{block.tax_class.rate.normalize():f}%: {block.taxable} + {block.tax}" for block in document.totals.blocks
    )
