"""What a customer pays for a product instead of the list price, and when."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Func, Q, Value
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from catalog.models import MAX_PRICE, Product
from history.recording import recorded
from invoices.models.customers import Customer

_CLOSED = Value("[]")
PERIODS_OVERLAP = _("The period overlaps with another one. Choose days that are free.")


def _range(name: str, first: Combinable, last: Combinable, **options: Any) -> Func:
    return Func(first, last, _CLOSED, function=name, **options)


# Ranges of one value stand for the value: comparing plain columns by GiST would need the extension btree_gist, which
# not every server has.
_SAME_CUSTOMER = (_range("int8range", F("customer"), F("customer")), RangeOperators.EQUAL)
# There are no ranges of text. Of a million products no two share the 64 bits of this hash.
_HASH = Func(F("product"), Value(0), function="hashtextextended")
_SAME_PRODUCT = (_range("int8range", _HASH, _HASH), RangeOperators.EQUAL)
_PERIOD = (
    _range("daterange", F("valid_from"), F("valid_until"), output_field=DateRangeField()),
    RangeOperators.OVERLAPS,
)


def _without_overlaps(name: str, *same: tuple[Func, str]) -> ExclusionConstraint:
    """Checked at the end of the transaction, so that two periods can change together."""
    return ExclusionConstraint(
        name=name,
        expressions=[*same, _PERIOD],
        deferrable=Deferrable.DEFERRED,
        violation_error_message=PERIODS_OVERLAP,
    )


def _in_order(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
        violation_error_message=_("The last day is before the first one. Correct one of them."),
    )


class Dated(models.Model):
    """Holds from its first to its last day, or for good."""

    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        abstract = True


@recorded(
    table="agreed_price_changes",
    title=("customer", "product", "valid_from"),
    shown_on=(("invoices.customer", "customer"), ("catalog.product", "product")),
)
class CustomerPrice(Dated):
    """What a customer pays for a product (得意先単価)."""

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="prices", verbose_name=_("customer"), db_index=False
    )
    # The reference is to the table behind the view of products.
    product = models.ForeignKey(
        Product,
        on_delete=models.PROTECT,
        related_name="customer_prices",
        verbose_name=_("product"),
        db_constraint=False,
    )
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=4)

    class Meta:
        db_table = "customer_prices"
        verbose_name = _("customer price")
        verbose_name_plural = _("customer prices")
        ordering = ("customer", "product", "-valid_from")
        indexes = (models.Index(name="customer_prices_of", fields=["customer", "product"]),)
        constraints = (
            _without_overlaps("customer_prices_no_overlap", _SAME_CUSTOMER, _SAME_PRODUCT),
            _in_order("customer_prices_days_in_order"),
            models.CheckConstraint(
                name="customer_prices_unit_price_in_range",
                condition=Q(unit_price__gte=0, unit_price__lte=MAX_PRICE),
                violation_error_message=_("The unit price is negative or not a number. Enter 0 or more."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.product_id} {self.valid_from:%Y-%m-%d}"


@recorded(
    table="agreed_percentage_changes",
    title=("customer", "valid_from"),
    shown_on=(("invoices.customer", "customer"),),
)
class CustomerPercentage(Dated):
    """How many percent of the list price a customer pays (掛率)."""

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="percentages", verbose_name=_("customer")
    )
    percentage = models.DecimalField(_("percentage of the list price"), max_digits=5, decimal_places=2)

    class Meta:
        db_table = "customer_percentages"
        verbose_name = _("percentage")
        verbose_name_plural = _("percentages of the list price")
        ordering = ("customer", "-valid_from")
        constraints = (
            _without_overlaps("customer_percentages_no_overlap", _SAME_CUSTOMER),
            _in_order("customer_percentages_days_in_order"),
            models.CheckConstraint(
                name="customer_percentages_positive",
                condition=Q(percentage__gt=0, percentage__lt=1000),
                violation_error_message=_("A percentage is more than 0. Enter 85 for 85 percent of the list price."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.percentage.normalize():f}% {self.valid_from:%Y-%m-%d}"
