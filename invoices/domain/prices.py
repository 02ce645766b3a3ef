"""Which rule gives a unit price."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from invoices.domain.money import DECIMAL_ROUNDING, EXACT, Rounding

# As many decimals as a unit price has.
SMALLEST = Decimal("0.0001")


class PriceRule(StrEnum):
    """In the order in which they are asked; the first that knows a price gives it."""

    CUSTOMER = "customer"
    PERCENTAGE = "percentage"
    LIST = "list"


def percentage_of(list_price: Decimal, *, percentage: Decimal, rounding: Rounding) -> Decimal:
    """Return `percentage` (85 means 85 %) of a list price, which is not negative, with at most 4 decimals.

    It is not rounded to whole yen: the amount of the line is, once. Only what a unit price cannot hold is settled
    here, by the customer's rounding of line amounts.
    """
    exact = EXACT.divide(EXACT.multiply(list_price, percentage), Decimal(100))
    return exact.quantize(SMALLEST, DECIMAL_ROUNDING[rounding], EXACT)
