"""Writes to the product master."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from catalog.models import Product


@transaction.atomic
def add_missing(products: Iterable[Product]) -> int:
    """Add the products whose SKU is not taken, leave the others as they stand, and return how many were added.

    One transaction. Raises IntegrityError when a product breaks a rule of the table; nothing is added then.
    """
    wanted = {product.sku: product for product in products}
    taken = set(Product.objects.filter(sku__in=wanted).values_list("sku", flat=True))
    # ignore_conflicts as well, for a SKU that somebody else adds meanwhile.
    missing = [product for sku, product in wanted.items() if sku not in taken]
    Product.objects.bulk_create(missing, ignore_conflicts=True)
    return len(missing)
