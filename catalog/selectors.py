"""Reads of the product master."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from catalog.models import Product, ProductAlias, TaxCategory, TaxRate
from catalog.search import SearchFold, SkuFold, can_be_found, matching_skus, name_contains, skus_read_alike


def suggest(typed: str, *, limit: int = 20) -> list[Product]:
    """Return at most `limit` active products that `typed` means, with their tax category. Two queries.

    The SKU or JAN of a merged product means the one it was merged into.

    The very SKU or JAN comes first, then SKUs that begin with `typed`, then names that contain every word of it; each
    in SKU order. Width, case and kana do not matter, and % and _ mean only themselves. Nothing typed finds nothing.
    """
    if not can_be_found(typed):
        return []
    skus = matching_skus(typed, limit=limit)
    products = Product.objects.select_related("tax_category").in_bulk(skus)
    return [products[sku] for sku in skus if sku in products]


def search(products: QuerySet[Product], typed: str) -> QuerySet[Product]:
    """Narrow `products`, active or not, to those that `typed` means, as in `suggest` but in no order of its own.

    Nothing typed narrows nothing. One query, besides that of the products.
    """
    words = typed.split()
    if not words:
        return products
    if not can_be_found(typed):
        return products.none()
    text = Value(" ".join(words))
    coded = Q(sku_folded__startswith=SkuFold(text)) | Q(Q(jan=SearchFold(text)), ~Q(jan=""))
    # Beside an "or" PostgreSQL computes the grams of every name it finds once more, which takes five times as long.
    is_code = Product.objects.filter(coded).exists()
    return products.filter(coded | name_contains(words) if is_code else name_contains(words))


def product_by_sku(sku: str) -> Product | None:
    """Return the active product of exactly this SKU, or the one it was merged into. One query."""
    stands_for = ProductAlias.objects.filter(alias=sku).values("product")
    return Product.objects.filter(sku=Coalesce(Subquery(stands_for), Value(sku)), is_active=True).first()


def products_meant(codes: Collection[str]) -> dict[str, Product]:
    """Return the product that each of `codes` means; a code that means none is left out. At most three queries.

    That is the product of exactly this SKU, active or not, or the one it was merged into, or else the only active one
    whose SKU differs from it in nothing but width, case or kana.
    """
    if not codes:
        return {}
    named = Product.objects.select_related("merged__product").in_bulk(list(codes))
    found = {code: product.merged.product if hasattr(product, "merged") else product for code, product in named.items()}
    alike = skus_read_alike([code for code in codes if code not in found])
    products = Product.objects.in_bulk(list(alike.values())) if alike else {}
    return found | {code: products[sku] for code, sku in alike.items() if sku in products}


def product_by_name(name: str) -> Product | None:
    """Return the active product of exactly this name, else one whose name contains it. One query.

    Among several the smallest SKU wins. Returns None for an empty name.
    """
    words = name.split()
    if not words or not can_be_found(name):
        return None
    named = Product.objects.filter(name_contains(words), is_active=True)
    return named.order_by(ExpressionWrapper(Q(name=name), BooleanField()).desc(), "sku").first()


@dataclass(frozen=True, kw_only=True)
class Taxation:
    """A tax category as it stands on one day; `rate` is a percentage (10 means 10 %), None when it has none then."""

    category: TaxCategory
    rate: Decimal | None


def taxation_on(day: date) -> dict[str, Taxation]:
    """Return each tax category by its code, as it stands on `day`, in their sort order. One query."""
    begun = TaxRate.objects.filter(category=OuterRef("pk"), valid_from__lte=day).order_by("-valid_from")
    categories = TaxCategory.objects.annotate(rate_on_day=Subquery(begun.values("rate")[:1]))
    return {each.code: Taxation(category=each, rate=each.rate_on_day) for each in categories}
