"""The price that a clerk is offered for a product: by the delivery date."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from catalog.list_prices.selectors import list_prices_on
from invoices.domain.prices import PriceRule


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A unit price, None when it is not set, the rule that gave it, and since when; None from the beginning."""

    unit_price: Decimal | None
    rule: PriceRule
    since: date | None


def offers(skus: Collection[str], *, day: date) -> dict[str, Offer]:
    """Return what each of `skus` that is a product costs when it is delivered on `day`. At most one query."""
    return {
        sku: Offer(unit_price=held.unit_price, rule=PriceRule.LIST, since=held.since)
        for sku, held in list_prices_on(day, skus).items()
    }
