"""Product master: products, tax categories and their dated rates. Rows and constraints, no workflow."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from catalog import units
from catalog.bulk_prices.models import PriceRevision, PriceRevisionRow
from catalog.list_prices.models import MAX_PRICE, ListPrice, StoredProduct
from catalog.loads.models import LoadState, ProductLoad, ProductLoadChange, ProductLoadRow, Verdict
from catalog.merging.models import ProductAlias, merged_stays_inactive
from catalog.search import SearchFold, SearchGrams, SkuFold
from history.recording import recorded
from history.triggers import LastingTrigger

__all__ = [
    "MAX_PRICE",
    "ListPrice",
    "LoadState",
    "PriceRevision",
    "PriceRevisionRow",
    "Product",
    "ProductAlias",
    "ProductLoad",
    "ProductLoadChange",
    "ProductLoadRow",
    "StoredProduct",
    "TaxCategory",
    "TaxRate",
    "Verdict",
]

MAX_SKU_LENGTH = 64
MAX_NAME_LENGTH = 200
STANDARD = "standard"

# Character classes written out, since \s and [[:cntrl:]] mean something else in each collation.
CONTROL = r"\u0001-\u001f\u007f-\u009f\u2028\u2029"
SPACE = r" \u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff"
SKU_PATTERN = rf"^[^{CONTROL}{SPACE}]([^{CONTROL}]{{0,{MAX_SKU_LENGTH - 2}}}[^{CONTROL}{SPACE}])?$"
NOT_BLANK_PATTERN = rf"[^{CONTROL}{SPACE}]"
JAN_PATTERN = r"^([0-9]{8}|[0-9]{13})?$"

ONE_RATE_PER_DAY = _("This category already has a rate from that day. Change that rate or choose another day.")


@recorded(table="tax_category_changes", title=("name",))
class TaxCategory(models.Model):
    """What the law does with a product; how many percent that is stands in TaxRate, by date."""

    class Kind(models.TextChoices):
        STANDARD = "standard", _("Standard rate")
        REDUCED = "reduced", _("Reduced rate")
        EXEMPT = "exempt", _("Exempt")

    code = models.TextField(_("code"), primary_key=True, db_collation="C")
    name = models.TextField(_("name"))
    kind = models.TextField(_("kind"), choices=Kind.choices)
    sort_order = models.PositiveSmallIntegerField(_("sort order"), db_default=0, default=0)

    class Meta:
        db_table = "tax_categories"
        verbose_name = _("tax category")
        verbose_name_plural = _("tax categories")
        ordering: ClassVar = ["sort_order", "code"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(code__regex=SKU_PATTERN),
                name="tax_categories_code_valid",
                violation_error_message=_("A code is 1 to 64 characters without spaces at its ends."),
            ),
            models.CheckConstraint(
                condition=Q(name__regex=NOT_BLANK_PATTERN),
                name="tax_categories_name_not_blank",
                violation_error_message=_("The name is empty. Enter the name that clerks choose by."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["standard", "reduced", "exempt"]),
                name="tax_categories_kind_known",
                violation_error_message=_("The kind is standard, reduced or exempt. Choose one of them."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


@recorded(table="tax_rate_changes", title=("category", "valid_from"), shown_on=(("catalog.taxcategory", "category"),))
class TaxRate(models.Model):
    """The percentage of a category from `valid_from` on, until its next rate begins."""

    category = models.ForeignKey(
        TaxCategory, on_delete=models.PROTECT, related_name="rates", verbose_name=_("tax category")
    )
    valid_from = models.DateField(_("valid from"))
    rate = models.DecimalField(_("rate (%)"), max_digits=5, decimal_places=2)

    class Meta:
        db_table = "tax_rates"
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        ordering: ClassVar = ["category", "-valid_from"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["category", "valid_from"],
                name="tax_rates_one_per_day",
                violation_error_message=ONE_RATE_PER_DAY,
            ),
            models.CheckConstraint(
                condition=Q(rate__gte=0, rate__lt=100),
                name="tax_rates_rate_in_range",
                violation_error_message=_("A tax rate is at least 0 and less than 100 percent. Enter it as 10 or 8."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category_id} {self.rate.normalize():f}% {self.valid_from:%Y-%m-%d}"


class JanHasCheckDigit(models.Func):
    """Whether the last digit of a JAN is the one the others ask for; an empty JAN is well. Made by migration 0011."""

    function = f"{settings.SCHEMA}.jan_has_check_digit"
    output_field = models.BooleanField()


@recorded(table="product_changes", title=("sku", "name"))
class Product(models.Model):
    """One thing that can be put on a delivery note. `unit_price` is today's; None means: not set.

    `products` is a view, which chooses that price; migrations change the table behind it (list_prices.products_view).

    Every column but sku and name has a default in the database, and the folded columns and `updated_at` are kept by
    it, so that plain SQL may write here too.
    """

    sku = models.TextField(_("SKU"), primary_key=True, db_collation="C")
    name = models.TextField(_("product name"), validators=[MaxLengthValidator(MAX_NAME_LENGTH)])
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=4, null=True, blank=True)
    unit = models.TextField(_("unit"), default=units.DEFAULT, db_default=units.DEFAULT)
    # The type is spelled out, since the stubs take that of the default.
    tax_category: models.ForeignKey[TaxCategory | str, TaxCategory] = models.ForeignKey(
        TaxCategory,
        on_delete=models.PROTECT,
        default=STANDARD,
        db_default=STANDARD,
        related_name="products",
        verbose_name=_("tax category"),
    )
    jan = models.TextField(_("JAN"), blank=True, default="", db_default="")
    note = models.TextField(_("note"), blank=True, default="", db_default="")
    is_active = models.BooleanField(_("active"), default=True, db_default=True)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("updated"), db_default=Now(), editable=False)
    sku_folded = models.GeneratedField(
        expression=SkuFold("sku"), output_field=models.TextField(db_collation="C"), db_persist=True
    )
    name_folded = models.GeneratedField(
        expression=SearchFold("name"), output_field=models.TextField(db_collation="C"), db_persist=True
    )

    class Meta:
        db_table = "products"
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering: ClassVar = ["sku"]
        indexes: ClassVar = [
            # In "C" order one index answers both LIKE 'prefix%' and ORDER BY.
            models.Index(fields=["sku_folded"], name="products_sku_folded"),
            models.Index(fields=["jan"], name="products_jan", condition=~Q(jan="")),
            # Lists of staff and their start page; each holds few products, or, the last, serves sorting as well.
            models.Index(
                fields=["sku"],
                include=["is_active"],
                name="products_without_price",
                condition=Q(unit_price__isnull=True),
            ),
            models.Index(fields=["sku"], include=["is_active"], name="products_without_jan", condition=Q(jan="")),
            models.Index(fields=["sku"], name="products_inactive", condition=Q(is_active=False)),
            models.Index(fields=["updated_at", "sku"], name="products_updated_at"),
            # A load of a file collects new names and merges them at once, several times as fast as one by one. The
            # list is searched row by row, so the settings of our connections keep it short for everybody else.
            GinIndex(SearchGrams("name_folded"), name="products_name_grams", fastupdate=True),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(sku__regex=SKU_PATTERN),
                name="products_sku_valid",
                violation_error_message=_(
                    "A SKU is 1 to 64 characters without control characters and without spaces at its ends."
                ),
            ),
            models.CheckConstraint(
                condition=Q(name__regex=NOT_BLANK_PATTERN),
                name="products_name_not_blank",
                violation_error_message=_("The product name is empty. Enter the name to print on delivery notes."),
            ),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0),
                name="products_unit_price_not_negative",
                violation_error_message=_("The unit price is negative. Enter 0 or more, or leave it empty."),
            ),
            models.CheckConstraint(
                # NaN, too, is at least 0 in PostgreSQL; it is above the largest number of 14 digits.
                condition=Q(unit_price__lte=MAX_PRICE),
                name="products_unit_price_is_number",
                violation_error_message=_(
                    "The unit price is not a number. Enter digits such as 1200 or 42.5, or leave it empty."
                ),
            ),
            models.CheckConstraint(
                condition=Q(jan__regex=JAN_PATTERN),
                name="products_jan_digits",
                violation_error_message=_("A JAN is 8 or 13 digits. Enter all of them, or leave it empty."),
            ),
            models.CheckConstraint(
                condition=JanHasCheckDigit("jan"),
                name="products_jan_last_digit",
                violation_error_message=_(
                    "The last digit of the JAN does not fit the others. Compare it with the package, or leave it empty."
                ),
            ),
        ]
        triggers: ClassVar = [
            # A lasting one: django-pgtrigger's own takes a subtransaction for each row, a minute for 100,000 of them.
            LastingTrigger(
                name="keep_updated_at",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="NEW.updated_at := now(); RETURN NEW;",
            ),
            merged_stays_inactive(),
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.name}"
