"""A load of products from a file, its rows while they wait, and what it changed."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class LoadState(models.TextChoices):
    PREVIEWED = "previewed", _("previewed")
    APPLIED = "applied", _("loaded")
    UNDONE = "undone", _("undone")
    FAILED = "failed", _("failed")


class Verdict(models.TextChoices):
    """What a row of the file means for the products as they stand."""

    NEW = "new", _("new")
    CHANGED = "changed", _("changed")
    UNCHANGED = "unchanged", _("unchanged")
    WRONG = "wrong", _("wrong")


class ProductLoad(models.Model):
    """One file that somebody loaded, or tried to. `failure` says why nothing came of it."""

    state = models.TextField(_("state"), choices=LoadState.choices, default=LoadState.PREVIEWED)
    file_name = models.TextField(_("file name"))
    file_sha256 = models.TextField(_("SHA-256 of the file"), db_default="", default="")
    file_kind = models.TextField(_("kind of file"), db_default="", default="")
    encoding = models.TextField(_("encoding"), db_default="", default="")
    # The fields that the file has a column for, in its order; and headings that nobody knows.
    columns = models.JSONField(_("columns"), default=list)
    ignored_headings = models.JSONField(_("ignored columns"), default=list)
    headings = models.JSONField(default=list)
    row_count = models.PositiveIntegerField(_("rows"), default=0, db_default=0)
    new_count = models.PositiveIntegerField(_("new"), default=0, db_default=0)
    changed_count = models.PositiveIntegerField(_("changed"), default=0, db_default=0)
    unchanged_count = models.PositiveIntegerField(_("unchanged"), default=0, db_default=0)
    wrong_count = models.PositiveIntegerField(_("wrong"), default=0, db_default=0)
    has_skipped_wrong = models.BooleanField(_("wrong rows skipped"), default=False, db_default=False)
    failure = models.TextField(_("reason"), default="", db_default="")
    # None: loaded by a command.
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("undone by")
    )
    started_at = models.DateTimeField(_("read"), db_default=Now())
    # What `updated_at` of every product that the load wrote was set to.
    applied_at = models.DateTimeField(_("loaded"), null=True)
    undone_at = models.DateTimeField(_("undone"), null=True)

    class Meta:
        db_table = "product_loads"
        verbose_name = _("product load")
        verbose_name_plural = _("product loads")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=LoadState.values), name="product_loads_state_known"),
            models.CheckConstraint(
                condition=Q(applied_at__isnull=False) | ~Q(state__in=["applied", "undone"]),
                name="product_loads_applied_have_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.pk})"


class ProductLoadRow(models.Model):
    """One row of a file that waits to be loaded, as it was read. The table is unlogged: a crash empties it.

    A None says that the file has no such column, or an empty cell that leaves things as they are; but in unit_price,
    where the file has that column, it says: not set.
    """

    pk = models.CompositePrimaryKey("load_id", "number")
    # Without a constraint, which would be asked once for each of a million rows.
    load = models.ForeignKey(ProductLoad, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    number = models.IntegerField(_("row"))
    cells = models.TextField()  # JSON of all cells, for the file of wrong rows
    sku = models.TextField(null=True, db_collation="C")  # noqa: DJ001
    # What the file says where that is a merged SKU; `sku` is then the one it stands for.
    merged_sku = models.TextField(null=True, db_collation="C")  # noqa: DJ001
    name = models.TextField(null=True)  # noqa: DJ001
    unit_price = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    unit = models.TextField(null=True)  # noqa: DJ001
    tax_category = models.TextField(null=True)  # noqa: DJ001
    jan = models.TextField(null=True)  # noqa: DJ001
    note = models.TextField(null=True)  # noqa: DJ001
    is_active = models.BooleanField(null=True)
    # Lists of {"column", "value", "message"}: what the row itself got wrong, and what it disagrees with.
    faults = models.JSONField(null=True)
    conflicts = models.JSONField(null=True)
    verdict = models.TextField(db_default=Verdict.NEW, default=Verdict.NEW)
    seen_updated_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "product_load_rows"

    def __str__(self) -> str:
        return f"{self.load_id}:{self.number}"


class ProductLoadChange(models.Model):
    """A product as it stood before a load wrote it; of one that the load added, only the SKU."""

    pk = models.CompositePrimaryKey("load_id", "sku")
    load = models.ForeignKey(ProductLoad, on_delete=models.CASCADE, related_name="changes", db_index=False)
    sku = models.TextField(_("SKU"), db_collation="C")
    is_addition = models.BooleanField()
    # Whether a price began on the very day of the load before it did.
    had_price_of_day = models.BooleanField(default=False, db_default=False)
    name = models.TextField(null=True)  # noqa: DJ001
    unit_price = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    unit = models.TextField(null=True)  # noqa: DJ001
    tax_category = models.TextField(null=True)  # noqa: DJ001
    jan = models.TextField(null=True)  # noqa: DJ001
    note = models.TextField(null=True)  # noqa: DJ001
    is_active = models.BooleanField(null=True)

    class Meta:
        db_table = "product_load_changes"

    def __str__(self) -> str:
        return f"{self.load_id}:{self.sku}"
