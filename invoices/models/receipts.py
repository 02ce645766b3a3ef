"""Receipts that customers signed."""

from __future__ import annotations

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from invoices.models.base import survives_truncate
from invoices.models.notes import DeliveryNote
from invoices.triggers import LastingProtect


class ScanKind(models.TextChoices):
    """What a scan can be; the values are its content type."""

    PDF = "application/pdf", "PDF"
    JPEG = "image/jpeg", "JPEG"
    PNG = "image/png", "PNG"


class SignedReceipt(models.Model):
    """That goods were received, as somebody recorded it once; a later row of the same note amends it.

    The scan of the signed paper is a file of the archive, found by its SHA-256.
    """

    delivery_note = models.ForeignKey(DeliveryNote, on_delete=models.PROTECT, related_name="receipts")
    received_on = models.DateField(_("received on"))
    signed_by = models.CharField(_("signed by"), max_length=60)
    scan_kind = models.CharField(max_length=15, choices=ScanKind.choices, blank=True)
    scan_sha256 = models.CharField(max_length=64, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())
    # Chosen by the form: the same form sent twice makes one row.
    creation_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)

    class Meta:
        db_table = "signed_receipts"
        verbose_name = _("signed receipt")
        verbose_name_plural = _("signed receipts")
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="signed_receipts_scan_facts",
                condition=Q(scan_kind="", scan_sha256="")
                | Q(scan_kind__in=ScanKind.values, scan_sha256__regex=r"^[0-9a-f]{64}$"),
            ),
            models.CheckConstraint(name="signed_receipts_signer", condition=~Q(signed_by="")),
        )
        triggers = (
            LastingProtect(name="signed_receipt_is_kept", operation=pgtrigger.Update | pgtrigger.Delete),
            survives_truncate("signed_receipts"),
        )

    def __str__(self) -> str:
        return f"{self.delivery_note_id} {self.received_on} {self.signed_by}"
