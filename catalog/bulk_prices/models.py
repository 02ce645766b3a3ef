"""One change of many prices, and the products it is for."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class RevisionState(models.TextChoices):
    CHOSEN = "chosen", _("products chosen")
    PREVIEWED = "previewed", _("previewed")
    APPLIED = "applied", _("applied")
    UNDONE = "undone", _("undone")


class Kind(models.TextChoices):
    PERCENT = "percent", _("by percent (−5 lowers)")
    AMOUNT = "amount", _("by yen (−100 lowers)")
    SET = "set", _("set to")


class Rounded(models.TextChoices):
    HALF_UP = "half_up", _("round half up")
    CEIL = "ceil", _("round up")
    FLOOR = "floor", _("round down")


class RowVerdict(models.TextChoices):
    """What becomes of one product."""

    CHANGED = "changed", _("changed")
    UNCHANGED = "unchanged", _("unchanged")
    UNPRICED = "unpriced", _("without price")
    NEGATIVE = "negative", _("would be negative")
    TOO_LARGE = "too_large", _("would be too large")


WRONG = (RowVerdict.NEGATIVE, RowVerdict.TOO_LARGE)


class PriceRevision(models.Model):
    """One change of many list prices (一括変更) from a day on."""

    state = models.TextField(_("state"), choices=RevisionState.choices, default=RevisionState.CHOSEN)
    kind = models.TextField(_("change"), choices=Kind.choices, default=Kind.PERCENT)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=4, null=True)
    # A power of ten: whole yen, ten yen, or decimals of a yen.
    rounded_to = models.DecimalField(_("rounded to"), max_digits=8, decimal_places=4, default=1)
    rounding = models.TextField(_("rounding"), choices=Rounded.choices, default=Rounded.HALF_UP)
    valid_from = models.DateField(_("valid from"), null=True)
    counts = models.JSONField(default=dict)
    has_skipped_wrong = models.BooleanField(default=False, db_default=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("undone by")
    )
    started_at = models.DateTimeField(_("begun"), db_default=Now())
    applied_at = models.DateTimeField(_("applied"), null=True)
    undone_at = models.DateTimeField(_("undone"), null=True)

    class Meta:
        db_table = "price_revisions"
        verbose_name = _("bulk price change")
        verbose_name_plural = _("bulk price changes")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=RevisionState.values), name="price_revisions_state_known"),
            models.CheckConstraint(
                condition=Q(value__isnull=False, valid_from__isnull=False) | Q(state="chosen"),
                name="price_revisions_terms_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d} ({self.pk})"


class PriceRevisionRow(models.Model):
    """A product of a revision: its price on that day before, and after."""

    pk = models.CompositePrimaryKey("revision_id", "sku")
    revision = models.ForeignKey(PriceRevision, on_delete=models.CASCADE, related_name="rows", db_index=False)
    sku = models.TextField(_("SKU"), db_collation="C")
    former_price = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    # Wider than a price, since it may turn out to be too large for one.
    new_price = models.DecimalField(max_digits=24, decimal_places=4, null=True)
    had_price_of_day = models.BooleanField(default=False, db_default=False)
    verdict = models.TextField(choices=RowVerdict.choices, default=RowVerdict.UNCHANGED, db_default="unchanged")
    seen_updated_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "price_revision_rows"

    def __str__(self) -> str:
        return f"{self.revision_id}:{self.sku}"
