"""List prices by the day they hold from."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from history.recording import recorded
from history.triggers import RecordingTrigger

MAX_PRICE = Decimal("9999999999.9999")
EARLIEST = datetime.date(2000, 1, 1)
ONE_PRICE_PER_DAY = _("This product already has a price from that day. Change that price or choose another day.")

# Whoever looks at a product for a change since then, as undoing a load does, sees that of its prices, too.
_TOUCH = """
    update stored_products set updated_at = now() where sku in ({skus}) and updated_at <> now();
    return null;
"""


def _touching(operation: pgtrigger.Operation, **rows: str) -> RecordingTrigger:
    skus = " union ".join(f"select product_id from {name}" for name in rows.values())  # noqa: S608 - our own names
    return RecordingTrigger(
        name=f"touch_products_on_{str(operation).lower()}",
        operation=operation,
        referencing=pgtrigger.Referencing(**rows),  # type: ignore[no-untyped-call]
        func=_TOUCH.format(skus=skus),
    )


@recorded(table="list_price_changes", title=("product", "valid_from"), shown_on=(("catalog.product", "product"),))
class ListPrice(models.Model):
    """The price of a product from `valid_from` on, until its next one begins. None means: not set from then.

    Before the first of them the price holds that the product was given first.
    """

    product = models.ForeignKey(
        "catalog.Product",
        on_delete=models.CASCADE,
        related_name="list_prices",
        verbose_name=_("product"),
        # The rule of one price for each day has an index; the reference is to the table behind the view.
        db_index=False,
        db_constraint=False,
    )
    valid_from = models.DateField(_("valid from"))
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=4, null=True, blank=True)

    class Meta:
        db_table = "list_prices"
        verbose_name = _("list price")
        verbose_name_plural = _("list prices")
        ordering: ClassVar = ["product", "-valid_from"]
        indexes: ClassVar = [
            models.Index(fields=["product"], name="list_prices_not_set", condition=Q(unit_price=None)),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product", "valid_from"],
                name="list_prices_one_per_day",
                violation_error_message=ONE_PRICE_PER_DAY,
            ),
            models.CheckConstraint(
                condition=Q(valid_from__gte=EARLIEST),
                name="list_prices_day_is_plausible",
                violation_error_message=_("The day is before 2000. Enter the year with four digits."),
            ),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0, unit_price__lte=MAX_PRICE) | Q(unit_price=None),
                name="list_prices_unit_price_in_range",
                violation_error_message=_(
                    "The unit price is negative or not a number. Enter 0 or more, or leave it empty."
                ),
            ),
        ]
        triggers: ClassVar = [
            _touching(pgtrigger.Insert, new="new_rows"),
            _touching(pgtrigger.Delete, old="old_rows"),
            _touching(pgtrigger.Update, old="old_rows", new="new_rows"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.valid_from:%Y-%m-%d}"


class StoredProduct(models.Model):
    """The table behind the view `products`. Its `unit_price` holds before the first dated one.

    Everybody reads and writes Product; this is for what changes many rows at once, several times as fast, and for what
    empties tables.
    """

    sku = models.TextField(primary_key=True, db_collation="C")
    unit_price = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    is_active = models.BooleanField(db_default=True, default=True)

    class Meta:
        db_table = "stored_products"
        default_permissions: ClassVar = ()

    def __str__(self) -> str:
        return self.sku
