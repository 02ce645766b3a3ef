"""How numbers, dates and rates are written on a note."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from invoices.domain.tax import TaxClass, TaxKind

REDUCED_MARK = "※"
# The sign of accounts in Japan; a hyphen before a figure is easily lost on a printed sheet.
_MINUS = "▲"


def day(value: date) -> str:
    """Return 2026年11月23日."""
    return f"{value.year}年{value.month}月{value.day}日"


def number(value: Decimal) -> str:
    """Return a quantity or unit price with thousands separators and without trailing zeros: 1,200, 2.5, ▲3."""
    digits = f"{abs(value):,f}"
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return f"{_MINUS}{digits}" if value < 0 else digits


def amount(yen: int) -> str:
    """Return whole yen: 1,530, ▲1,530."""
    return f"{_MINUS}{-yen:,}" if yen < 0 else f"{yen:,}"


def amount_with_sign(yen: int) -> str:
    """Return whole yen with the currency sign: ¥1,530, ▲¥1,530."""
    return f"{_MINUS}¥{-yen:,}" if yen < 0 else f"¥{yen:,}"


def tax_class(value: TaxClass) -> str:
    """Return the name of a rate's block: 10%対象, 8%対象※ (reduced), 8%対象 (the rate until 2019-09), 非課税."""
    if value.kind is TaxKind.EXEMPT:
        return "非課税"
    mark = REDUCED_MARK if value.kind is TaxKind.REDUCED else ""
    return f"{number(value.rate)}%対象{mark}"
