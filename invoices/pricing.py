"""Typed lines → amounts and totals, by the customer's settings and the rates of the delivery date.

The screen's running total, the draft's stored total and the issued document all come from here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from catalog.selectors import Taxation, taxation_on
from invoices.domain.errors import AmountTooLarge, NoTaxRate
from invoices.domain.money import Rounding, line_amount
from invoices.domain.tax import PriceBasis, TaxClass, TaxedAmount, TaxKind, Totals, class_on, totals
from invoices.drafts import DraftLine
from invoices.models import Customer

# 999 trillion yen: with any tax it fits the column, and the paper.
MAX_AMOUNT = 999_999_999_999_999


@dataclass(frozen=True, kw_only=True)
class PricedLine:
    """A line with its place in the tax. `amount` is whole yen, None while the price is not set."""

    line: DraftLine
    tax_class: TaxClass
    amount: int | None


@dataclass(frozen=True, kw_only=True)
class Priced:
    """Priced lines and the totals of those whose price is set."""

    lines: tuple[PricedLine, ...]
    totals: Totals


def price(lines: Sequence[DraftLine], *, customer: Customer, delivered_on: date) -> Priced:
    """Price `lines` for `customer` at the rates of `delivered_on`. One query.

    Raises NoTaxRate when a category has no rate on that date and the line brings none of its own, ExemptWithRate when
    an exempt line brings one, AmountTooLarge when the amounts are beyond what a note can state.
    """
    taxation = taxation_on(delivered_on)
    rounding = Rounding(customer.line_rounding)
    priced = tuple(
        PricedLine(line=line, tax_class=_tax_class(line, taxation, delivered_on), amount=_amount(line, rounding))
        for line in lines
    )
    amounts = [TaxedAmount(tax_class=item.tax_class, amount=item.amount) for item in priced if item.amount is not None]
    _require_statable(amounts)
    basis = PriceBasis(customer.price_basis)
    return Priced(lines=priced, totals=totals(amounts, basis=basis, rounding=Rounding(customer.tax_rounding)))


def _amount(line: DraftLine, rounding: Rounding) -> int | None:
    if line.unit_price is None:
        return None
    return line_amount(quantity=line.quantity, unit_price=line.unit_price, rounding=rounding)


def _tax_class(line: DraftLine, taxation: Mapping[str, Taxation], day: date) -> TaxClass:
    found = taxation[line.tax_category]
    rate = found.rate if line.rate_override is None else line.rate_override
    if rate is None:
        raise NoTaxRate(category=found.category, date=day.isoformat())
    return class_on(day, kind=TaxKind(found.category.kind), rate=rate, standard=_standard_rate(taxation))


def _standard_rate(taxation: Mapping[str, Taxation]) -> Decimal | None:
    standard = (each.rate for each in taxation.values() if each.category.kind == TaxKind.STANDARD)
    return max((rate for rate in standard if rate is not None), default=None)


def _require_statable(amounts: Sequence[TaxedAmount]) -> None:
    reached = sum(abs(item.amount) for item in amounts)
    if reached > MAX_AMOUNT:
        raise AmountTooLarge(amount=f"{reached:,}")
