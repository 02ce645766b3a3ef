"""Unit prices as text and as JSON numbers."""

from __future__ import annotations

from decimal import Decimal


def plain_text(price: Decimal) -> str:
    """Return `price` in digits without trailing zeros: 12000, 42.5."""
    return f"{_shortest(price):f}"


def grouped_text(price: Decimal) -> str:
    """Return `price` with thousands separators and without trailing zeros: 12,000, 42.5."""
    return f"{_shortest(price):,f}"


def yen_text(price: Decimal) -> str:
    """Return `price` as staff read it: ¥12,000, ¥42.5."""
    return f"¥{grouped_text(price)}"


def json_number(price: Decimal) -> int | float:
    """Return `price` as what JSON writes with the same digits: whole yen as an integer, else a fraction.

    A price has at most 14 digits; a float repeats up to 15 digits exactly as they were, and nothing is computed here.
    """
    return int(price) if price == price.to_integral_value() else float(price)


def _shortest(price: Decimal) -> Decimal:
    return price.quantize(Decimal(1)) if price == price.to_integral_value() else price.normalize()
