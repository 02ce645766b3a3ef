"""How numbers, dates and rates are written on a note."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from invoices.domain.document import Document, Language
from invoices.domain.eras import era_of, year_in
from invoices.domain.tax import TaxClass, TaxKind
from invoices.pdf.phrases import JAPANESE, Sums

REDUCED_MARK = "※"
# The sign of accounts in Japan; a hyphen before a figure is easily lost on a printed sheet.
_MINUS = "▲"


def day(value: date, document: Document) -> str:
    """Return 2026年11月23日, by the eras of `document` 令和8年11月23日, in English 2026-11-23."""
    if document.language is Language.ENGLISH:
        return value.isoformat()
    era = era_of(value, document.eras)
    year = f"{era.name}{year_in(era, value)}" if era else str(value.year)
    return f"{year}年{value.month}月{value.day}日"


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


def tax_class(value: TaxClass, words: Sums = JAPANESE.sums) -> str:
    """Return the name of a rate's block: 10%対象, 8%対象※ (reduced), 8%対象 (the rate until 2019-09), 非課税."""
    if value.kind is TaxKind.EXEMPT:
        return words.exempt
    mark = REDUCED_MARK if value.kind is TaxKind.REDUCED else ""
    return f"{words.of_rate.format(rate=number(value.rate))}{mark}"
