"""Reads of the product master."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet, Value

from catalog.models import Product, TaxRate
from catalog.search import SearchFold, SkuFold, matching_skus, name_contains


def suggest(typed: str, *, limit: int = 20) -> list[Product]:
    """Return at most `limit` active products that `typed` means, with their tax category. Two queries.

    The very SKU or JAN comes first, then SKUs that begin with `typed`, then names that contain every word of it; each
    in SKU order. Width, case and kana do not matter, and % and _ mean only themselves. Nothing typed finds nothing.
    """
    skus = matching_skus(typed, limit=limit)
    products = Product.objects.select_related("tax_category").in_bulk(skus)
    return [products[sku] for sku in skus if sku in products]


def search(products: QuerySet[Product], typed: str) -> QuerySet[Product]:
    """Narrow `products`, active or not, to those that `typed` means, as in `suggest` but in no order of its own.

    Nothing typed narrows nothing.
    """
    words = typed.split()
    if not words:
        return products
    text = Value(" ".join(words))
    return products.filter(
        Q(sku_folded__startswith=SkuFold(text)) | Q(Q(jan=SearchFold(text)), ~Q(jan="")) | name_contains(words)
    )


def product_by_sku(sku: str) -> Product | None:
    """Return the active product of exactly this SKU. One query."""
    return Product.objects.filter(sku=sku, is_active=True).first()


def product_by_name(name: str) -> Product | None:
    """Return the active product of exactly this name, else one whose name contains it. One query.

    Among several the smallest SKU wins. Returns None for an empty name.
    """
    words = name.split()
    if not words:
        return None
    named = Product.objects.filter(name_contains(words), is_active=True)
    return named.order_by(ExpressionWrapper(Q(name=name), BooleanField()).desc(), "sku").first()


def tax_rate_on(category_code: str, day: date) -> Decimal | None:
    """Return the percentage of a tax category on `day` (10 means 10 %), or None when it has none. One query."""
    rates = TaxRate.objects.filter(category=category_code, valid_from__lte=day)
    return rates.order_by("-valid_from").values_list("rate", flat=True).first()


def rates_on(day: date) -> dict[str, TaxRate]:
    """Return the rate of each tax category code on `day`, with its category, in their sort order. One query.

    A category without a rate on that day is left out.
    """
    latest = (
        TaxRate.objects.filter(valid_from__lte=day)
        .order_by("category__sort_order", "category_id", "-valid_from")
        .distinct("category__sort_order", "category_id")
    )
    return {rate.category_id: rate for rate in latest.select_related("category")}
