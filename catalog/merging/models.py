"""SKUs that stand for other products."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from history.recording import recorded
from history.triggers import LastingTrigger

# Locked in the order of SKUs: who merges at the same time, or switches one of the two on, waits and then sees it.
_NO_CHAIN = """
    perform from products where sku in (new.alias_id, new.product_id) order by sku for update;
    if exists (select from product_aliases where alias_id = new.product_id or product_id = new.alias_id) then
        raise exception 'an alias cannot stand for an alias: % for %', new.alias_id, new.product_id
            using errcode = 'restrict_violation';
    end if;
    if exists (select from products where sku = new.alias_id and is_active) then
        raise exception 'product % is active and cannot be an alias', new.alias_id
            using errcode = 'restrict_violation';
    end if;
    return new;
"""
_STAYS_INACTIVE = """
    if exists (select from product_aliases where alias_id = new.sku) then
        raise exception 'product % is merged into another one and cannot be active', new.sku
            using errcode = 'restrict_violation';
    end if;
    return new;
"""


def merged_stays_inactive() -> LastingTrigger:
    """Refuse to switch on a product whose SKU is an alias."""
    return LastingTrigger(
        name="merged_stays_inactive",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(new__is_active=True, old__is_active=False),
        func=_STAYS_INACTIVE,
    )


@recorded(
    table="product_alias_changes",
    title=("alias", "product"),
    fields=("product",),
    shown_on=(("catalog.product", "product"), ("catalog.product", "alias")),
)
class ProductAlias(models.Model):
    """The SKU of a merged product, which stands for another one. Its row stays, inactive: old notes refer to it."""

    alias = models.OneToOneField(
        "catalog.Product",
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="merged",
        verbose_name=_("former SKU"),
    )
    product = models.ForeignKey(
        "catalog.Product", on_delete=models.PROTECT, related_name="aliases", verbose_name=_("stands for")
    )
    was_active = models.BooleanField()

    class Meta:
        db_table = "product_aliases"
        default_permissions: ClassVar = ()
        verbose_name = _("merged SKU")
        verbose_name_plural = _("merged SKUs")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(alias=F("product")), name="product_aliases_not_of_itself")
        ]
        triggers: ClassVar = [
            LastingTrigger(
                name="alias_stands_for_a_product",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=_NO_CHAIN,
            )
        ]

    def __str__(self) -> str:
        return f"{self.alias_id} → {self.product_id}"
