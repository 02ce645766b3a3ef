"""Merge products and take it back."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from catalog.merging.models import ProductAlias
from catalog.models import Product


class MergeRefused(Exception):
    """Raised when products cannot be merged; the text says why and what to do."""


@transaction.atomic
def merge(skus: Sequence[str], *, into: str) -> int:
    """Make `skus` aliases of the product `into`, with the aliases they have, and return how many were merged.

    The merged products become inactive; delivery notes stay as they are. One transaction, which locks the products in
    the order of their SKUs. Raises MergeRefused when one is missing or merged already; nothing is written then.
    """
    wanted = {*skus, into}
    products = {each.sku: each for each in Product.objects.filter(sku__in=wanted).order_by("sku").select_for_update()}
    _refuse_unfit(wanted, present=set(products))
    others = sorted(wanted - {into})
    ProductAlias.objects.filter(product__in=others).update(product=into)
    _switch_off(others)
    ProductAlias.objects.bulk_create(
        ProductAlias(alias_id=sku, product_id=into, was_active=products[sku].is_active) for sku in others
    )
    return len(others)


@transaction.atomic
def separate(sku: str) -> None:
    """Let `sku` name its own product again, active if it was. Raises MergeRefused when it is no alias."""
    Product.objects.filter(sku=sku).select_for_update().first()
    alias = ProductAlias.objects.filter(alias=sku).select_for_update(of=("self",)).first()
    if alias is None:
        raise MergeRefused(_("The product “%(sku)s” is not merged.") % {"sku": sku})
    alias.delete()
    if alias.was_active:
        Product.objects.filter(sku=sku).update(is_active=True)


def _refuse_unfit(wanted: set[str], *, present: set[str]) -> None:
    if missing := sorted(wanted - present):
        raise MergeRefused(
            _("There is no product “%(sku)s” any more. Choose the products again.") % {"sku": missing[0]}
        )
    merged = ProductAlias.objects.filter(alias__in=wanted).order_by("alias").first()
    if merged is not None:
        message = _("The product “%(sku)s” is merged already. Leave it out, or undo that first.")
        raise MergeRefused(message % {"sku": merged.alias_id})


def _switch_off(skus: Sequence[str]) -> None:
    try:
        with transaction.atomic():
            Product.objects.filter(sku__in=skus, is_active=True).update(is_active=False)
    except IntegrityError as error:  # an adopted row that breaks a rule of ours, see migration 0008
        message = _("An old product has a name, SKU or price that is no longer allowed. Open it and mend it first.")
        raise MergeRefused(message) from error
