"""Writes to the product master."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import IntegrityError, transaction

from catalog.models import Product


@transaction.atomic
def add_missing(products: Iterable[Product]) -> int:
    """Add the products whose SKU is not taken, leave the others as they stand, and return how many were added.

    One transaction. Raises IntegrityError when a product breaks a rule of the table; nothing is added then.
    """
    wanted = {product.sku: product for product in products}
    missing = _missing(wanted)
    try:
        with transaction.atomic():
            Product.objects.bulk_create(missing)
    except IntegrityError:
        # Somebody else added one meanwhile: a view cannot be told to pass over conflicts.
        if len(still_missing := _missing(wanted)) == len(missing):
            raise
        return add_missing(still_missing)
    return len(missing)


def _missing(wanted: Mapping[str, Product]) -> list[Product]:
    taken = set(Product.objects.filter(sku__in=wanted).values_list("sku", flat=True))
    return [product for sku, product in wanted.items() if sku not in taken]
