"""Typed lines → amounts and totals, by the customer's settings and the rates of the delivery date.

The screen's running total, the draft's stored total and the issued document all come from here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from catalog.models import TaxCategory
from catalog.selectors import rates_on
from invoices.domain.errors import NoTaxRate
from invoices.domain.money import Rounding, line_amount
from invoices.domain.tax import PriceBasis, TaxClass, TaxedAmount, TaxKind, Totals, totals
from invoices.drafts import DraftLine
from invoices.models import Customer


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
    """Price `lines` for `customer` at the rates of `delivered_on`.

    Raises NoTaxRate when a category has no rate on that date and the line brings none of its own.
    """
    classes = tax_classes(delivered_on)
    rounding = Rounding(customer.line_rounding)
    priced = tuple(_price_line(line, classes, rounding, delivered_on) for line in lines)
    amounts = [TaxedAmount(tax_class=item.tax_class, amount=item.amount) for item in priced if item.amount is not None]
    basis = PriceBasis(customer.price_basis)
    return Priced(lines=priced, totals=totals(amounts, basis=basis, rounding=Rounding(customer.tax_rounding)))


def tax_classes(day: date) -> dict[str, TaxClass]:
    """Return the class of each tax category code on `day`, leaving out those without a rate. One query."""
    return {code: TaxClass(kind=TaxKind(rate.category.kind), rate=rate.rate) for code, rate in rates_on(day).items()}


def _price_line(line: DraftLine, classes: Mapping[str, TaxClass], rounding: Rounding, delivered_on: date) -> PricedLine:
    amount = None
    if line.unit_price is not None:
        amount = line_amount(quantity=line.quantity, unit_price=line.unit_price, rounding=rounding)
    return PricedLine(line=line, tax_class=_tax_class(line, classes, delivered_on), amount=amount)


def _tax_class(line: DraftLine, classes: Mapping[str, TaxClass], delivered_on: date) -> TaxClass:
    try:
        known = classes[line.tax_category]
    except KeyError:
        category = TaxCategory.objects.filter(code=line.tax_category).first()
        raise NoTaxRate(category=category or line.tax_category, date=delivered_on.isoformat()) from None
    if line.rate_override is None:
        return known
    return TaxClass(kind=known.kind, rate=line.rate_override)
