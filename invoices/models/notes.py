"""Delivery notes and their lines."""

from __future__ import annotations

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Collate, Reverse
from django.utils.translation import gettext_lazy as _

from catalog.models import Product, TaxCategory
from invoices.domain.numbering import MAX_LENGTH
from invoices.models import note_guards
from invoices.models.base import Timestamps, survives_truncate
from invoices.models.customers import Customer
from invoices.models.items import ItemKey, keeps_items
from invoices.models.link_guards import LINK_TRIGGERS
from invoices.triggers import LastingTrigger


class NoteState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    WAITING = "waiting", _("Waiting for approval")
    ISSUED = "issued", _("Issued")
    VOID = "void", _("Void")


UNISSUED = (NoteState.DRAFT, NoteState.WAITING)


class DeliveryNote(Timestamps):
    """A delivery note (納品書): a draft that may change, then an issued document that may not.

    Above the issuer's limit it waits in between for somebody's approval who did not write on it.
    """

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
    # Who saved the content last; everybody who did stands in the steps.
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    requested_at = models.DateTimeField(_("approval asked for at"), null=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(_("approved at"), null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    issued_on = models.DateField(_("issue date"), null=True)
    issued_at = models.DateTimeField(_("issued at"), null=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    snapshot = models.JSONField(null=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    archived_at = models.DateTimeField(null=True)
    # From the issue until the first printing. Notes issued before printings were recorded do not wait for one.
    awaits_printing = models.BooleanField(default=False, db_default=False)
    # How it was rounded, for its returns; empty on notes that were issued before returns were.
    line_rounding = models.CharField(max_length=8, blank=True, default="", db_default="")
    tax_rounding = models.CharField(max_length=8, blank=True, default="", db_default="")
    # The note whose goods this one, a return (赤伝), takes back. Indexed below, for the few that are returns.
    original = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="returns", db_index=False)
    # The note in whose place this one is issued (訂正), which makes that one void; and why: its reason for voiding.
    corrects = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="corrections", db_index=False
    )
    correction_reason = models.CharField(
        _("reason for correcting"), max_length=200, blank=True, default="", db_default=""
    )

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
            # The search reads these alone: the rows themselves are wide, and far apart.
            models.Index(
                name="delivery_notes_searched",
                fields=["id"],
                include=["delivered_on", "issued_on", "total", "customer", "state", "number"],
            ),
            models.Index(name="delivery_notes_customer", fields=["customer", "id"]),
            models.Index(name="delivery_notes_delivered_on", fields=["delivered_on", "id"]),
            models.Index(name="delivery_notes_issued_on", fields=["issued_on", "id"]),
            models.Index(name="delivery_notes_total", fields=["total", "id"]),
            models.Index(name="delivery_notes_state", fields=["state", "id"]),
            # A number is asked for by its beginning or by its end.
            models.Index(Collate(Reverse("number"), "C"), name="delivery_notes_number_end"),
            models.Index(
                name="delivery_notes_unarchived",
                fields=["id"],
                condition=Q(archived_at=None, number__isnull=False),
            ),
            models.Index(
                name="delivery_notes_waiting",
                fields=["requested_at", "id"],
                condition=Q(state=NoteState.WAITING),
            ),
            models.Index(name="delivery_notes_unprinted", fields=["id"], condition=Q(awaits_printing=True)),
            models.Index(name="delivery_notes_voided", fields=["-voided_at", "-id"], condition=Q(state=NoteState.VOID)),
            models.Index(name="delivery_notes_returns", fields=["original"], condition=Q(original__isnull=False)),
        )
        constraints = (
            models.UniqueConstraint(
                name="delivery_notes_corrected_once", fields=["corrects"], condition=Q(corrects__isnull=False)
            ),
            models.CheckConstraint(
                name="delivery_notes_correction_facts",
                condition=Q(corrects=None, correction_reason="")
                | Q(corrects__isnull=False, original=None) & ~Q(correction_reason=""),
            ),
            models.CheckConstraint(
                name="delivery_notes_issued_facts",
                condition=Q(
                    state__in=UNISSUED,
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
            models.CheckConstraint(
                name="delivery_notes_request_facts",
                condition=Q(state=NoteState.DRAFT, requested_at=None, requested_by=None)
                | Q(requested_at__isnull=False, requested_by__isnull=False) & ~Q(state=NoteState.DRAFT)
                | Q(state__in=[NoteState.ISSUED, NoteState.VOID], requested_at=None, requested_by=None),
            ),
            models.CheckConstraint(
                name="delivery_notes_approval_facts",
                condition=Q(approved_at=None, approved_by=None)
                | Q(approved_at__isnull=False, approved_by__isnull=False, requested_at__isnull=False)
                & Q(state__in=[NoteState.ISSUED, NoteState.VOID]),
            ),
            models.CheckConstraint(
                name="delivery_notes_approver_is_no_author",
                condition=Q(approved_by=None) | ~Q(approved_by=F("created_by")) & ~Q(approved_by=F("updated_by")),
            ),
        )
        triggers = (
            LastingTrigger(
                name="issued_note_is_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=["issued", "void"]),
                func=note_guards.FROZEN_NOTE,
            ),
            LastingTrigger(
                name="waiting_note_is_unchanged",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state="waiting"),
                func=note_guards.UNCHANGED_WAITING,
            ),
            LastingTrigger(
                name="large_note_is_approved",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__number__isnull=False),
                func=note_guards.APPROVED_NOTE,
            ),
            LastingTrigger(
                name="draft_takes_its_steps_along",
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                func=note_guards.TAKE_STEPS_ALONG,
            ),
            LastingTrigger(
                name="issued_note_is_kept",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                condition=~pgtrigger.Q(old__state="draft"),
                func=note_guards.KEPT_NOTE,
            ),
            *LINK_TRIGGERS,
            LastingTrigger(
                name="issued_note_is_chained",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("number"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(new__number__isnull=False),
                timing=pgtrigger.Deferred,
                func=note_guards.APPEND_ISSUED,
            ),
            LastingTrigger(
                name="void_note_is_chained",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("state"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(new__state="void"),
                timing=pgtrigger.Deferred,
                func=note_guards.APPEND_VOID,
            ),
            survives_truncate("issued_notes"),
        )

    def __str__(self) -> str:
        return self.number or f"{NoteState.DRAFT.label} {self.pk}"

    @property
    def is_draft(self) -> bool:
        return self.state == NoteState.DRAFT

    @property
    def is_waiting(self) -> bool:
        return self.state == NoteState.WAITING

    @property
    def is_issued(self) -> bool:
        """Whether it has been issued; a void note has."""
        return self.state not in UNISSUED

    @property
    def is_void(self) -> bool:
        return self.state == NoteState.VOID

    @property
    def is_return(self) -> bool:
        return self.original_id is not None


class DeliveryNoteLine(models.Model):
    """One row of a note. `product` is where it came from, the other columns are what is printed."""

    delivery_note = models.ForeignKey(DeliveryNote, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    # On a return: which line of the original, by its position. Those lines are frozen.
    original_position = models.PositiveIntegerField(null=True)
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
        indexes = (models.Index(ItemKey("code", "name"), "delivery_note", name="delivery_note_lines_item"),)
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
                func=note_guards.FROZEN_LINE,
            ),
            keeps_items("new_lines_keep_items", pgtrigger.Insert),
            keeps_items("changed_lines_keep_items", pgtrigger.Update),
            survives_truncate("issued_lines"),
        )

    def __str__(self) -> str:
        return f"{self.position} {self.name}"
