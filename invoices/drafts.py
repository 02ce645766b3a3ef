"""What a clerk types, as values: the shape that forms make and services take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class DraftLine:
    """One typed line. `product_sku` names where it came from, or is None; a price not yet known is None."""

    product_sku: str | None
    code: str
    name: str
    quantity: Decimal
    unit: str
    unit_price: Decimal | None
    tax_category: str
    rate_override: Decimal | None = None
    rate_reason: str = ""
    note: str = ""
    # On a return: which line of the original is taken back, by its position.
    original_position: int | None = None


@dataclass(frozen=True, kw_only=True)
class Draft:
    """One typed note. Two drafts are equal when they would print the same."""

    customer_id: int
    delivered_on: date
    order_number: str = ""
    subject: str = ""
    notes: str = ""
    lines: tuple[DraftLine, ...] = ()
    # The note whose goods are taken back; its prices, rates and roundings count then.
    original_id: int | None = None
