"""Buyers, and how their documents are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from catalog.models import Product
from catalog.search import SearchFold, SearchGrams
from history.recording import recorded
from invoices.domain.document import Envelope, InvoicePolicy, Language
from invoices.domain.money import Rounding
from invoices.domain.printing import MOST_COPIES, SheetUse
from invoices.domain.tax import PriceBasis
from invoices.models.base import Timestamps, valid_postal_code

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

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
SheetUseChoices = [
    (SheetUse.WHOLE, _("Each copy on sheets of its own")),
    (SheetUse.HALVES, _("Note and receipt on one sheet, to be cut")),
]
EnvelopeChoices = [
    (Envelope.PLAIN, _("Without a window")),
    (Envelope.WINDOW, _("Window envelope 長形3号")),
]
LanguageChoices = [
    (Language.JAPANESE, _("Japanese")),
    (Language.ENGLISH, _("English")),
]
COPIES = ("note_copies", "priceless_copies", "file_copies", "receipt_copies")


def _copies(name: _StrPromise, *, default: int) -> models.PositiveSmallIntegerField[int, int]:
    """How many of one kind of copy are printed."""
    return models.PositiveSmallIntegerField(name, default=default, validators=[MaxValueValidator(MOST_COPIES)])


# What a customer is looked for by. A character that no field can hold keeps a word from matching across two of them.
CUSTOMER_FOLDED = SearchFold(
    Concat("code", Value("\x1f"), "name", Value("\x1f"), "kana", output_field=models.TextField())
)


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
    # One or several, with commas.
    mail_to = models.CharField(_("mail addresses"), max_length=1000, blank=True, default="", db_default="")
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
    # What shapes the document; an issued one keeps what held when it was issued.
    language = models.CharField(
        _("language of documents"), max_length=2, choices=LanguageChoices, default=Language.JAPANESE
    )
    has_era_dates = models.BooleanField(
        _("era dates"), default=False, help_text=_("令和8年11月23日 instead of 2026年11月23日.")
    )
    has_item_codes = models.BooleanField(
        _("print the customer's item codes"), default=False, help_text=_("As a column of their own.")
    )
    envelope = models.CharField(_("envelope"), max_length=8, choices=EnvelopeChoices, default=Envelope.PLAIN)
    # What is printed of a note, unless another choice is made when printing.
    note_copies = _copies(_("delivery notes (納品書)"), default=1)
    priceless_copies = _copies(_("delivery notes without prices"), default=0)
    file_copies = _copies(_("file copies (納品書（控）)"), default=1)
    receipt_copies = _copies(_("receipts (物品受領書)"), default=1)
    has_receipt_prices = models.BooleanField(_("prices on the receipt"), default=True)
    sheet_use = models.CharField(_("sheets"), max_length=8, choices=SheetUseChoices, default=SheetUse.WHOLE)
    delivery_route = models.CharField(
        _("delivery route"), max_length=40, blank=True, help_text=_("Notes of a day can be printed by route.")
    )
    note = models.TextField(_("internal note"), blank=True, max_length=1000)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        db_table = "customers"
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering = ("code",)
        indexes = (GinIndex(SearchGrams(CUSTOMER_FOLDED), name="customers_grams", fastupdate=True),)
        constraints = (
            models.CheckConstraint(name="customers_code_not_empty", condition=~Q(code="")),
            models.CheckConstraint(name="customers_name_not_empty", condition=~Q(name="")),
            models.CheckConstraint(name="customers_price_basis_known", condition=Q(price_basis__in=list(PriceBasis))),
            models.CheckConstraint(
                name="customers_roundings_known",
                condition=Q(line_rounding__in=list(Rounding)) & Q(tax_rounding__in=list(Rounding)),
            ),
            models.CheckConstraint(name="customers_policy_known", condition=Q(invoice_policy__in=list(InvoicePolicy))),
            models.CheckConstraint(
                name="customers_layout_known",
                condition=Q(language__in=list(Language))
                & Q(envelope__in=list(Envelope))
                & Q(sheet_use__in=list(SheetUse)),
            ),
            models.CheckConstraint(
                name="customers_copies",
                condition=Q(**{f"{name}__lte": MOST_COPIES for name in COPIES}) & ~Q(**dict.fromkeys(COPIES, 0)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


@recorded(table="customer_item_code_changes", title=("customer", "product", "code"))
class CustomerItemCode(Timestamps):
    """What a customer calls a product (貴社品番)."""

    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.CASCADE, related_name="item_codes"
    )
    # The reference is to the table behind the view of products.
    product = models.ForeignKey(
        Product, verbose_name=_("product"), on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    code = models.CharField(_("customer's item code"), max_length=64)

    class Meta:
        db_table = "customer_item_codes"
        verbose_name = _("customer's item code")
        verbose_name_plural = _("customers' item codes")
        ordering = ("customer", "code")
        constraints = (
            models.UniqueConstraint(name="customer_item_codes_one_per_product", fields=["customer", "product"]),
            models.UniqueConstraint(name="customer_item_codes_one_product_each", fields=["customer", "code"]),
            models.CheckConstraint(name="customer_item_codes_not_empty", condition=~Q(code="")),
        )

    def __str__(self) -> str:
        return f"{self.customer_id} {self.code}"
