"""Buyers, and how their documents are made."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from history.recording import recorded
from invoices.domain.document import InvoicePolicy
from invoices.domain.money import Rounding
from invoices.domain.tax import PriceBasis
from invoices.models.base import Timestamps, valid_postal_code

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


@recorded(table="customer_changes", title=("code", "name"))
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
