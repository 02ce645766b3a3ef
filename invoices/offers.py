"""The price that a clerk is offered for a product: by the customer and the delivery date."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from catalog.list_prices.selectors import Holding, list_prices_on
from invoices.domain.money import Rounding
from invoices.domain.prices import PriceRule, percentage_of
from invoices.models import Customer, CustomerPercentage, CustomerPrice


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A unit price, None when it is not set, the rule that gave it, and since when; None from the beginning."""

    unit_price: Decimal | None
    rule: PriceRule
    since: date | None
    percentage: Decimal | None = None


def offers(skus: Collection[str], *, customer: Customer | None, day: date) -> dict[str, Offer]:
    """Return what each of `skus` that is a product costs `customer` when it is delivered on `day`.

    The customer's price of the product, else the percentage of the list price, else the list price. At most three
    queries.
    """
    if not skus:
        return {}
    listed = list_prices_on(day, skus)
    offered = {
        sku: Offer(unit_price=held.unit_price, rule=PriceRule.LIST, since=held.since) for sku, held in listed.items()
    }
    if customer is None or customer.pk is None:
        return offered
    return offered | _by_percentage(listed, customer, day) | _of_customer(skus, customer, day)


def _by_percentage(listed: dict[str, Holding], customer: Customer, day: date) -> dict[str, Offer]:
    agreed = _holding_on(day, CustomerPercentage.objects.filter(customer=customer)).first()
    if agreed is None:
        return {}
    rounding = Rounding(customer.line_rounding)
    return {
        sku: Offer(
            unit_price=percentage_of(held.unit_price, percentage=agreed.percentage, rounding=rounding),
            rule=PriceRule.PERCENTAGE,
            since=agreed.valid_from if held.since is None else max(agreed.valid_from, held.since),
            percentage=agreed.percentage,
        )
        for sku, held in listed.items()
        if held.unit_price is not None
    }


def _of_customer(skus: Collection[str], customer: Customer, day: date) -> dict[str, Offer]:
    agreed = _holding_on(day, CustomerPrice.objects.filter(customer=customer, product__in=list(skus)))
    return {
        each.product_id: Offer(unit_price=each.unit_price, rule=PriceRule.CUSTOMER, since=each.valid_from)
        for each in agreed
    }


def _holding_on(day: date, rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(Q(valid_until=None) | Q(valid_until__gte=day), valid_from__lte=day)
