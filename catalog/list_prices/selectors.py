"""Which list price holds on a day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import QuerySet

from catalog.models import ListPrice, Product, StoredProduct

ON_DAY = """
select stored.sku, case when listed.valid_from is null then stored.unit_price else listed.unit_price end,
       listed.valid_from
from stored_products as stored left join lateral (
    select valid_from, unit_price from list_prices
    where product_id = stored.sku and valid_from <= %(day)s order by valid_from desc limit 1
) as listed on true
where stored.sku = any (%(skus)s)
"""


@dataclass(frozen=True, kw_only=True)
class Holding:
    """A list price, None when it is not set, and the day it holds from, None when from the beginning."""

    unit_price: Decimal | None
    since: date | None


def list_prices_on(day: date, skus: Collection[str]) -> dict[str, Holding]:
    """Return the list price of each of `skus` that is a product, as it holds on `day`. At most one query."""
    if not skus:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(ON_DAY, {"day": day, "skus": list(skus)})
        return {sku: Holding(unit_price=price, since=since) for sku, price, since in cursor.fetchall()}


def without_price(products: QuerySet[Product]) -> QuerySet[Product]:
    """Narrow `products` to those whose price is not set today. One query, to see whether any dated price says so.

    Asks indexes, where comparing would read every product. While no dated price is “not set”, an index holds in the
    order of SKUs what is left.
    """
    never = StoredProduct.objects.filter(unit_price=None).values("pk")
    no_more = ListPrice.objects.filter(unit_price=None).order_by().values("product")
    candidates = never.union(no_more) if no_more.exists() else never
    return products.filter(pk__in=candidates, unit_price=None)
