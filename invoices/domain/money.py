"""Whole-yen arithmetic on exact decimals.

Amounts are `int` yen; prices (up to 4 decimals) and quantities (up to 3) are `Decimal`. No float enters.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from enum import StrEnum

# Wide enough that no product of a price and a quantity, nor a sum times a rate, is ever rounded in between.
EXACT = Context(prec=60)


class Rounding(StrEnum):
    """How a fraction of a yen is settled, always on the absolute value."""

    FLOOR = "floor"
    HALF_UP = "half_up"
    CEIL = "ceil"


DECIMAL_ROUNDING = {
    Rounding.FLOOR: ROUND_FLOOR,
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.CEIL: ROUND_CEILING,
}


def round_yen(value: Decimal, rounding: Rounding) -> int:
    """Round `value` to whole yen, symmetric about zero, so that a full return is the exact negative of the sale."""
    magnitude = int(value.copy_abs().to_integral_value(DECIMAL_ROUNDING[rounding], EXACT))
    return -magnitude if value < 0 else magnitude


def line_amount(*, quantity: Decimal, unit_price: Decimal, rounding: Rounding) -> int:
    """Return quantity × unit price in whole yen."""
    return round_yen(EXACT.multiply(quantity, unit_price), rounding)
