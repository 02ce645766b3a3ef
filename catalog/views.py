"""JSON about products, for those who may see them."""

from __future__ import annotations

from catalog import prices, selectors
from catalog.answers import answers_typed
from catalog.models import Product

MAY_READ = "catalog.view_product"


@answers_typed("sku", permission=MAY_READ)
def product_by_sku(typed: str) -> dict[str, object]:
    """Answer the active product of that very SKU, or {}."""
    return _brief(selectors.product_by_sku(typed))


@answers_typed("name", permission=MAY_READ)
def product_by_name(typed: str) -> dict[str, object]:
    """Answer the active product of that name, else the first whose name contains it, or {}."""
    return _brief(selectors.product_by_name(typed))


@answers_typed("q", permission=MAY_READ)
def product_suggest(typed: str) -> dict[str, object]:
    """Answer what a clerk may mean, best first, at most 20 products."""
    return {"products": [choice(product) for product in selectors.suggest(typed)]}


def _brief(product: Product | None) -> dict[str, object]:
    if product is None:
        return {}
    price = product.unit_price
    return {
        "sku": product.sku,
        "name": product.name,
        "unit_price": None if price is None else prices.json_number(price),
    }


def choice(product: Product) -> dict[str, object]:
    """Return what a picker shows of a product, with today's list price."""
    price = product.unit_price
    return {
        "sku": product.sku,
        "name": product.name,
        "unit_price": None if price is None else prices.plain_text(price),
        "unit": product.unit,
        "tax_category": product.tax_category_id,
        "tax_category_name": product.tax_category.name,
        "jan": product.jan,
    }
