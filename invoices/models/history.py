"""What happened to a note before it was issued, and who did it."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from invoices.models.base import survives_truncate
from invoices.models.notes import DeliveryNote
from invoices.triggers import LastingTrigger

# A step is written once, and goes only with its draft. Who wrote on a note decides who may approve it.
_KEPT_STEP = """
    if tg_op = 'UPDATE'
       or tg_op = 'DELETE' and exists (select from delivery_notes where id = old.delivery_note_id)
       or tg_op = 'INSERT' and exists (
           select from delivery_notes where id = new.delivery_note_id and number is not null
       ) then
        raise exception 'the history of a delivery note cannot be changed' using errcode = 'restrict_violation';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
"""


class NoteStep(models.Model):
    """One step of a note towards its issue. Every save of other content is one, so its authors are known."""

    class Kind(models.TextChoices):
        WRITTEN = "written", _("Written")
        REQUESTED = "requested", _("Approval asked for")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        RETURNED = "returned", _("Returned")

    # The database itself takes the steps of a deleted draft along, after it: until then they are kept.
    delivery_note = models.ForeignKey(DeliveryNote, on_delete=models.DO_NOTHING, related_name="steps")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "delivery_note_steps"
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="delivery_note_steps_reason",
                condition=Q(kind="returned") & ~Q(reason="")
                | Q(kind__in=["written", "requested", "withdrawn"], reason=""),
            ),
        )
        triggers = (
            LastingTrigger(
                name="note_steps_are_kept",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=_KEPT_STEP,
            ),
            survives_truncate("note_steps"),
        )

    def __str__(self) -> str:
        return f"{self.delivery_note_id} {self.kind}"
