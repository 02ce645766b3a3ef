"""What was printed, by whom, and what could not be."""

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
from invoices.triggers import LastingProtect, LastingTrigger


def _kept(rows: str) -> tuple[LastingTrigger, ...]:
    """Refuse every change of what is told of a printing."""
    protected = LastingProtect(name=f"{rows}_are_kept", operation=pgtrigger.Update | pgtrigger.Delete)
    return protected, survives_truncate(rows)


class PrintRun(models.Model):
    """One press of a print button: one file, of one note or of many."""

    # Chosen by the form: the same form sent twice prints once.
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("printed at"), db_default=Now())
    # Where the request came from, and its id in the logs; a program that prints by itself has neither.
    address = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=128, blank=True)

    class Meta:
        db_table = "print_runs"
        ordering = ("-id",)
        triggers = _kept("print_runs")

    def __str__(self) -> str:
        return str(self.pk)


class NotePrinting(models.Model):
    """A note in a run. `ordinal` is 0 for the first printing of the note, then that of the reprint."""

    run = models.ForeignKey(PrintRun, on_delete=models.PROTECT, related_name="printings")
    place = models.PositiveIntegerField()
    delivery_note = models.ForeignKey(DeliveryNote, on_delete=models.PROTECT, related_name="printings")
    ordinal = models.PositiveIntegerField()
    # invoices.domain.printing.PrintProfile as JSON: the customer's settings may be others tomorrow.
    profile = models.JSONField()

    class Meta:
        db_table = "note_printings"
        ordering = ("run", "place")
        constraints = (
            models.UniqueConstraint(name="note_printings_place", fields=["run", "place"]),
            models.UniqueConstraint(name="note_printings_ordinal", fields=["delivery_note", "ordinal"]),
        )
        triggers = _kept("note_printings")

    def __str__(self) -> str:
        return f"{self.delivery_note_id} ({self.ordinal})"


class UnprintedNote(models.Model):
    """A note that was to be in a run and could not be printed. It may be a draft and go, so its texts are kept."""

    run = models.ForeignKey(PrintRun, on_delete=models.PROTECT, related_name="unprinted")
    place = models.PositiveIntegerField()
    number = models.CharField(max_length=80)
    customer = models.CharField(max_length=200)
    reason = models.TextField()

    class Meta:
        db_table = "unprinted_notes"
        ordering = ("run", "place")
        constraints = (
            models.UniqueConstraint(name="unprinted_notes_place", fields=["run", "place"]),
            models.CheckConstraint(name="unprinted_notes_reason", condition=~Q(reason="")),
        )
        triggers = _kept("unprinted_notes")

    def __str__(self) -> str:
        return self.number
