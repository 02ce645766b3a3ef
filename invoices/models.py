"""Rows and constraints of customers, issuers and delivery notes. Workflow is in services."""

from __future__ import annotations

import uuid

import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext, gettext_lazy as _

from catalog.models import Product, TaxCategory
from invoices.domain.document import InvoicePolicy
from invoices.domain.money import Rounding
from invoices.domain.numbering import DEFAULT_FORMAT, MAX_LENGTH
from invoices.domain.tax import PriceBasis
from invoices.triggers import LastingProtect, LastingTrigger

RoundingChoices = [
    (Rounding.FLOOR, _("Round down")),
    (Rounding.HALF_UP, _("Round half up")),
    (Rounding.CEIL, _("Round up")),
]
PriceBasisChoices = [
    (PriceBasis.EXCLUSIVE, _("Prices without tax")),
    (PriceBasis.INCLUSIVE, _("Prices with tax")),
]
PolicyChoices = [
    (InvoicePolicy.NOTE, _("A: the delivery note is the qualified invoice")),
    (InvoicePolicy.MONTHLY_INVOICE, _("B: the monthly invoice is the qualified invoice")),
    (InvoicePolicy.BOTH, _("C: both together are the qualified invoice")),
]

_NO_TRUNCATE = """
    if exists (select from delivery_notes where number is not null) then
        raise exception 'issued delivery notes cannot be deleted' using errcode = 'restrict_violation';
    end if;
    return null;
"""


def survives_truncate(rows: str) -> LastingTrigger:
    """Refuse TRUNCATE, which fires no row triggers, as long as a note is issued."""
    return LastingTrigger(
        name=f"{rows}_survive_truncate",
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        level=pgtrigger.Statement,
        func=_NO_TRUNCATE,
    )


valid_postal_code = RegexValidator(r"^[0-9]{3}-[0-9]{4}$", _("Write the postal code as 123-4567."))


class Timestamps(models.Model):
    """When a row was made and last changed."""

    created_at = models.DateTimeField(_("created at"), auto_now_add=True, db_default=Now())
    updated_at = models.DateTimeField(_("updated at"), auto_now=True, db_default=Now())

    class Meta:
        abstract = True


class Customer(Timestamps):
    """A buyer (得意先) with the settings its documents follow."""

    code = models.CharField(_("customer code"), max_length=32, unique=True)
    name = models.CharField(
        _("legal name"), max_length=200, help_text=_("As registered, for example 株式会社 written out.")
    )
    kana = models.CharField(_("kana"), max_length=200, blank=True)
    department = models.CharField(_("department"), max_length=200, blank=True)
    person_title = models.CharField(_("job title"), max_length=100, blank=True)
    person = models.CharField(
        _("contact person"),
        max_length=100,
        blank=True,
        help_text=_("With a person the note says 様, otherwise 御中."),
    )
    postal_code = models.CharField(_("postal code"), max_length=8, blank=True, validators=[valid_postal_code])
    address = models.TextField(_("address"), blank=True, max_length=300)
    telephone = models.CharField(_("telephone"), max_length=30, blank=True)
    ship_to_name = models.CharField(
        _("ship-to name"), max_length=200, blank=True, help_text=_("Only when the goods go elsewhere.")
    )
    ship_to_postal_code = models.CharField(
        _("ship-to postal code"), max_length=8, blank=True, validators=[valid_postal_code]
    )
    ship_to_address = models.TextField(_("ship-to address"), blank=True, max_length=300)
    price_basis = models.CharField(
        _("price basis"), max_length=16, choices=PriceBasisChoices, default=PriceBasis.EXCLUSIVE
    )
    line_rounding = models.CharField(
        _("rounding of line amounts"), max_length=16, choices=RoundingChoices, default=Rounding.FLOOR
    )
    tax_rounding = models.CharField(
        _("rounding of tax"), max_length=16, choices=RoundingChoices, default=Rounding.FLOOR
    )
    invoice_policy = models.CharField(
        _("qualified invoice"), max_length=1, choices=PolicyChoices, default=InvoicePolicy.MONTHLY_INVOICE
    )
    note = models.TextField(_("internal note"), blank=True, max_length=1000)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        db_table = "customers"
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(name="customers_code_not_empty", condition=~Q(code="")),
            models.CheckConstraint(name="customers_name_not_empty", condition=~Q(name="")),
            models.CheckConstraint(name="customers_price_basis_known", condition=Q(price_basis__in=list(PriceBasis))),
            models.CheckConstraint(
                name="customers_roundings_known",
                condition=Q(line_rounding__in=list(Rounding)) & Q(tax_rounding__in=list(Rounding)),
            ),
            models.CheckConstraint(name="customers_policy_known", condition=Q(invoice_policy__in=list(InvoicePolicy))),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Seal(models.Model):
    """A seal image by its content. Issued notes refer to it, so it never changes and is never deleted."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    image = models.BinaryField()

    class Meta:
        db_table = "seals"
        triggers = (
            LastingProtect(name="seal_is_kept", operation=pgtrigger.Update | pgtrigger.Delete),
            survives_truncate("seals"),
        )

    def __str__(self) -> str:
        return self.sha256[:12]


class Issuer(Timestamps):
    """Our company as it stands on documents (発行者). Exactly one is current."""

    name = models.CharField(_("legal name"), max_length=200)
    postal_code = models.CharField(_("postal code"), max_length=8, blank=True, validators=[valid_postal_code])
    address = models.TextField(_("address"), blank=True, max_length=300)
    telephone = models.CharField(_("telephone"), max_length=30, blank=True)
    fax = models.CharField(_("fax"), max_length=30, blank=True)
    registration_number = models.CharField(
        _("registration number"), max_length=14, blank=True, help_text=_("T and 13 digits.")
    )
    seal = models.ForeignKey(Seal, verbose_name=_("seal image"), null=True, blank=True, on_delete=models.PROTECT)
    is_current = models.BooleanField(
        _("current"), default=False, help_text=_("New documents are issued in this company's name.")
    )

    class Meta:
        db_table = "issuers"
        verbose_name = _("issuer")
        verbose_name_plural = _("issuers")
        ordering = ("-is_current", "name")
        constraints = (
            models.UniqueConstraint(name="issuers_one_current", fields=["is_current"], condition=Q(is_current=True)),
            models.CheckConstraint(name="issuers_name_not_empty", condition=~Q(name="")),
            models.CheckConstraint(
                name="issuers_registration_number_form",
                condition=Q(registration_number="") | Q(registration_number__regex=r"^T[0-9]{13}$"),
            ),
        )

    def __str__(self) -> str:
        return self.name


class NumberSeries(models.Model):
    """How documents of one kind are numbered."""

    DELIVERY_NOTE = "delivery_note"

    code = models.CharField(_("kind of document"), max_length=32, primary_key=True)
    number_format = models.CharField(
        _("number format"),
        max_length=60,
        default=DEFAULT_FORMAT,
        help_text=_("{year} is the fiscal year, {number:06d} the number with six digits."),
    )
    fiscal_year_start_month = models.PositiveSmallIntegerField(
        _("first month of the fiscal year"),
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
    )
    restarts_yearly = models.BooleanField(_("starts again at 1 every fiscal year"), default=True)

    class Meta:
        db_table = "number_series"
        verbose_name = _("number series")
        verbose_name_plural = _("number series")
        constraints = (
            models.CheckConstraint(
                name="number_series_start_month", condition=Q(fiscal_year_start_month__range=(1, 12))
            ),
        )

    def __str__(self) -> str:
        return gettext("delivery note") if self.code == self.DELIVERY_NOTE else self.code


class NumberCounter(models.Model):
    """The last number given in a series and year (0 where the series never restarts)."""

    series = models.ForeignKey(NumberSeries, on_delete=models.PROTECT)
    year = models.IntegerField()
    last_number = models.BigIntegerField(default=0)

    class Meta:
        db_table = "number_counters"
        constraints = (
            models.UniqueConstraint(name="number_counters_one_per_year", fields=["series", "year"]),
            models.CheckConstraint(name="number_counters_not_negative", condition=Q(last_number__gte=0)),
        )
        triggers = (
            LastingProtect(
                name="number_never_goes_back",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__last_number__lt=pgtrigger.F("old__last_number")),
            ),
            LastingProtect(name="number_counter_is_kept", operation=pgtrigger.Delete),
            survives_truncate("number_counters"),
        )

    def __str__(self) -> str:
        return f"{self.series_id} {self.year}: {self.last_number}"


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
