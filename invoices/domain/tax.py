"""Consumption tax of one document: rounded once per rate, never per line.

Source: 消費税法施行令 第70条の10 (rounding of the tax on a qualified invoice), 消費税法 第57条の4 第1項.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from invoices.domain.errors import ExemptWithRate
from invoices.domain.money import EXACT, Rounding, round_yen

# 所得税法等の一部を改正する法律（平成28年） 附則第34条. The 8 % until then were the standard rate.
REDUCED_SINCE = date(2019, 10, 1)


class PriceBasis(StrEnum):
    """Whether unit prices stand without (外税) or with (内税) consumption tax."""

    EXCLUSIVE = "exclusive"
    INCLUSIVE = "inclusive"


class TaxKind(StrEnum):
    """What a rate is in law. Reduced lines carry ※; two kinds of one percentage are two blocks on the document."""

    STANDARD = "standard"
    REDUCED = "reduced"
    EXEMPT = "exempt"


@dataclass(frozen=True, kw_only=True, order=True)
class TaxClass:
    """One block of a document: a kind at a percentage (10 means 10 %)."""

    kind: TaxKind
    rate: Decimal


def class_on(day: date, *, kind: TaxKind, rate: Decimal, standard: Decimal | None) -> TaxClass:
    """Return the class of a line of `kind` taxed at `rate` on `day`, when the standard rate is `standard`.

    What is taxed as much as anything else is not reduced, whatever it is: food eaten on the premises at 10 %, and all
    goods before there was a reduced rate. Raises ExemptWithRate when exempt goods are given a rate.
    """
    if kind is TaxKind.EXEMPT and rate:
        raise ExemptWithRate(rate=f"{rate.normalize():f}")
    if kind is TaxKind.REDUCED and (day < REDUCED_SINCE or (standard is not None and rate >= standard)):
        kind = TaxKind.STANDARD
    return TaxClass(kind=kind, rate=rate)


@dataclass(frozen=True, kw_only=True)
class TaxedAmount:
    """A line as the tax sees it: whole yen in one class."""

    tax_class: TaxClass
    amount: int


@dataclass(frozen=True, kw_only=True)
class TaxBlock:
    """One rate of a document, whole yen. `amount` is the sum of its lines as printed."""

    tax_class: TaxClass
    amount: int
    taxable: int
    tax: int


@dataclass(frozen=True, kw_only=True)
class Totals:
    """The money of one document, whole yen: `subtotal` is the sum of the printed lines, `total` what is owed."""

    blocks: tuple[TaxBlock, ...]
    subtotal: int
    tax: int
    total: int


def totals(lines: Iterable[TaxedAmount], *, basis: PriceBasis, rounding: Rounding) -> Totals:
    """Return taxable amount and tax for each class (highest rate first) and the totals of the document."""
    sums: dict[TaxClass, int] = {}
    for line in lines:
        sums[line.tax_class] = sums.get(line.tax_class, 0) + line.amount
    blocks = tuple(
        _block(tax_class, sums[tax_class], basis=basis, rounding=rounding)
        for tax_class in sorted(sums, key=_print_order)
    )
    return of_blocks(blocks)


def of_blocks(blocks: tuple[TaxBlock, ...]) -> Totals:
    """Return the totals of a document that consists of `blocks`."""
    tax = sum(block.tax for block in blocks)
    return Totals(
        blocks=blocks,
        subtotal=sum(block.amount for block in blocks),
        tax=tax,
        total=sum(block.taxable for block in blocks) + tax,
    )


def _print_order(tax_class: TaxClass) -> tuple[Decimal, str]:
    return -tax_class.rate, tax_class.kind


def _block(tax_class: TaxClass, amount: int, *, basis: PriceBasis, rounding: Rounding) -> TaxBlock:
    rate = tax_class.rate
    divisor = Decimal(100) if basis is PriceBasis.EXCLUSIVE else 100 + rate
    # The product is exact; only the division can be endless, and 60 digits settle it for any yen amount.
    tax = round_yen(EXACT.divide(EXACT.multiply(Decimal(amount), rate), divisor), rounding)
    taxable = amount if basis is PriceBasis.EXCLUSIVE else amount - tax
    return TaxBlock(tax_class=tax_class, amount=amount, taxable=taxable, tax=tax)
