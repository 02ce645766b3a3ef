"""Marks issued notes as received, with the scan of what the customer signed."""

from __future__ import annotations

import logging
import uuid
from datetime import date

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_noop

from invoices import scans
from invoices.archive import sha256
from invoices.domain.errors import DomainError
from invoices.models import DeliveryNote, NoteState, SignedReceipt
from invoices.scans import Scan

logger = logging.getLogger("papyrus")


class NotReceivable(DomainError):
    template = gettext_noop("Only an issued note can be marked as received; %(note)s is not one.")


def record(
    *, note: DeliveryNote, received_on: date, signed_by: str, scan: Scan | None, creation_key: uuid.UUID, author: User
) -> SignedReceipt:
    """Record that the goods of `note` were received, and return that record; the same form again returns the first.

    The scan is stored before the row, so that no row is without its file. Raises NotReceivable for a draft or a void
    note, ScanNotStored when the storage fails; nothing is recorded then.
    """
    if note.state != NoteState.ISSUED:
        raise NotReceivable(note=note)
    if scan is not None:
        scans.store(note, scan)
    facts = {
        "delivery_note": note,
        "received_on": received_on,
        "signed_by": signed_by,
        "scan_kind": scan.kind if scan else "",
        "scan_sha256": sha256(scan.content) if scan else "",
        "recorded_by": author,
    }
    with transaction.atomic():
        receipt, _is_new = SignedReceipt.objects.get_or_create(creation_key=creation_key, defaults=facts)
    logger.info("note.received", extra={"note_id": note.pk})
    return receipt
