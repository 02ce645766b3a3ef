"""Delivery notes and their lines."""

from __future__ import annotations

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Product, TaxCategory
from invoices.domain.numbering import MAX_LENGTH
from invoices.models.base import Timestamps, survives_truncate
from invoices.models.customers import Customer
from invoices.triggers import LastingTrigger


class NoteState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ISSUED = "issued", _("Issued")
    VOID = "void", _("Void")


# What may still change on an issued note: its voiding, and where its file is.
_CHANGEABLE = ("state", "voided_at", "voided_by_id", "void_reason", "archived_at")
_FROZEN_NOTE = f"""
    if old.state = 'void' and (new.state, new.voided_at, new.voided_by_id, new.void_reason)
            is distinct from (old.state, old.voided_at, old.voided_by_id, old.void_reason)
       or old.state = 'issued' and new.state = 'draft'
       or to_jsonb(old) - '{{{",".join(_CHANGEABLE)}}}'::text[]
            is distinct from to_jsonb(new) - '{{{",".join(_CHANGEABLE)}}}'::text[] then
        raise exception 'delivery note % is issued and cannot be changed', old.number
            using errcode = 'restrict_violation';
    end if;
    return new;
"""
_KEPT_NOTE = """
    raise exception 'delivery note % is issued and cannot be deleted', old.number
        using errcode = 'restrict_violation';
"""
# The share lock waits for an issue under way; without it a row could slip in between its snapshot and its commit.
_FROZEN_LINE = """
    perform from delivery_notes
        where id in (case when tg_op <> 'INSERT' then old.delivery_note_id end,
                     case when tg_op <> 'DELETE' then new.delivery_note_id end)
        for share;
    if exists (
        select from delivery_notes
        where id in (case when tg_op <> 'INSERT' then old.delivery_note_id end,
                     case when tg_op <> 'DELETE' then new.delivery_note_id end)
          and state <> 'draft'
    ) then
        raise exception 'the lines of an issued delivery note cannot be changed' using errcode = 'restrict_violation';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
"""


class DeliveryNote(Timestamps):
    """A delivery note (納品書): a draft that may change, then an issued document that may not."""

    state = models.CharField(_("state"), max_length=8, choices=NoteState.choices, default=NoteState.DRAFT)
    number = models.CharField(_("number"), max_length=MAX_LENGTH, null=True, unique=True)  # noqa: DJ001 - a draft has none
    customer = models.ForeignKey(Customer, verbose_name=_("customer"), on_delete=models.PROTECT)
    delivered_on = models.DateField(_("delivery date"))
    order_number = models.CharField(_("order number"), max_length=60, blank=True)
    subject = models.CharField(_("subject"), max_length=120, blank=True)
    notes = models.TextField(_("notes"), max_length=1000, blank=True)
    total = models.BigIntegerField(_("total"), null=True)
    # Counts the saves of a draft, so that a second tab's save can be told it is late.
    revision = models.PositiveIntegerField(default=1)
    # Chosen by the form: the same form sent twice makes one note.
    creation_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    issued_on = models.DateField(_("issue date"), null=True)
    issued_at = models.DateTimeField(_("issued at"), null=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    snapshot = models.JSONField(null=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    archived_at = models.DateTimeField(null=True)

    voided_at = models.DateTimeField(_("voided at"), null=True)
    voided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    void_reason = models.CharField(_("reason for voiding"), max_length=200, blank=True)

    class Meta:
        db_table = "delivery_notes"
        verbose_name = _("delivery note")
        verbose_name_plural = _("delivery notes")
        ordering = ("-id",)
        permissions = (("approve_deliverynote", "Can approve delivery note"),)
        indexes = (
            models.Index(name="delivery_notes_customer_date", fields=["customer", "delivered_on"]),
            models.Index(
                name="delivery_notes_unarchived",
                fields=["id"],
                condition=Q(archived_at=None, number__isnull=False),
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="delivery_notes_issued_facts",
                condition=Q(
                    state=NoteState.DRAFT,
                    number=None,
                    issued_on=None,
                    issued_at=None,
                    issued_by=None,
                    snapshot=None,
                    pdf_sha256="",
                )
                | Q(
                    state__in=[NoteState.ISSUED, NoteState.VOID],
                    number__isnull=False,
                    issued_on__isnull=False,
                    issued_at__isnull=False,
                    issued_by__isnull=False,
                    snapshot__isnull=False,
                    total__isnull=False,
                    pdf_sha256__regex=r"^[0-9a-f]{64}$",
                ),
            ),
            models.CheckConstraint(
                name="delivery_notes_void_facts",
                condition=Q(state=NoteState.VOID, voided_at__isnull=False, voided_by__isnull=False) & ~Q(void_reason="")
                | ~Q(state=NoteState.VOID) & Q(voided_at=None, voided_by=None, void_reason=""),
            ),
        )
        triggers = (
            LastingTrigger(
                name="issued_note_is_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__state="draft"),
                func=_FROZEN_NOTE,
            ),
            LastingTrigger(
                name="issued_note_is_kept",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                condition=~pgtrigger.Q(old__state="draft"),
                func=_KEPT_NOTE,
            ),
            survives_truncate("issued_notes"),
        )

    def __str__(self) -> str:
        return self.number or f"{NoteState.DRAFT.label} {self.pk}"

    @property
    def is_draft(self) -> bool:
        return self.state == NoteState.DRAFT

    @property
    def is_void(self) -> bool:
        return self.state == NoteState.VOID


class DeliveryNoteLine(models.Model):
    """One row of a note. `product` is where it came from, the other columns are what is printed."""

    delivery_note = models.ForeignKey(DeliveryNote, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(_("item code"), max_length=64, blank=True)
    name = models.CharField(_("item name"), max_length=200)
    quantity = models.DecimalField(_("quantity"), max_digits=10, decimal_places=3)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=4, null=True)
    tax_category = models.ForeignKey(
        TaxCategory, verbose_name=_("tax category"), on_delete=models.PROTECT, related_name="+"
    )
    rate_override = models.DecimalField(_("other tax rate"), max_digits=5, decimal_places=2, null=True)
    rate_reason = models.CharField(_("reason for the other rate"), max_length=200, blank=True)
    note = models.CharField(_("line note"), max_length=100, blank=True)

    class Meta:
        db_table = "delivery_note_lines"
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(name="delivery_note_lines_position", fields=["delivery_note", "position"]),
            models.CheckConstraint(name="delivery_note_lines_name_not_empty", condition=~Q(name="")),
            models.CheckConstraint(name="delivery_note_lines_quantity_not_zero", condition=~Q(quantity=0)),
            models.CheckConstraint(
                name="delivery_note_lines_override_reason",
                condition=Q(rate_override=None, rate_reason="")
                | Q(rate_override__gte=0, rate_override__lt=100) & ~Q(rate_reason=""),
            ),
        )
        triggers = (
            LastingTrigger(
                name="issued_lines_are_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=_FROZEN_LINE,
            ),
            survives_truncate("issued_lines"),
        )

    def __str__(self) -> str:
        return f"{self.position} {self.name}"
