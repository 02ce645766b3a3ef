"""How documents are numbered."""

from __future__ import annotations

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, gettext_lazy as _

from history.recording import recorded
from invoices.domain.numbering import DEFAULT_FORMAT
from invoices.models.base import survives_truncate
from invoices.triggers import LastingProtect


@recorded(table="number_series_changes", title=("code",))
class NumberSeries(models.Model):
    """How documents of one kind are numbered."""

    DELIVERY_NOTE = "delivery_note"

    code = models.CharField(_("kind of document"), max_length=32, primary_key=True)
    number_format = models.CharField(
        _("number format"),
        max_length=60,
        default=DEFAULT_FORMAT,
        help_text=_("{year} is the fiscal year, {number:06d} the number with six digits."),
    )
    fiscal_year_start_month = models.PositiveSmallIntegerField(
        _("first month of the fiscal year"),
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
    )
    restarts_yearly = models.BooleanField(_("starts again at 1 every fiscal year"), default=True)

    class Meta:
        db_table = "number_series"
        verbose_name = _("number series")
        verbose_name_plural = _("number series")
        constraints = (
            models.CheckConstraint(
                name="number_series_start_month", condition=Q(fiscal_year_start_month__range=(1, 12))
            ),
        )

    def __str__(self) -> str:
        return gettext("delivery note") if self.code == self.DELIVERY_NOTE else self.code


class NumberCounter(models.Model):
    """The last number given in a series and year (0 where the series never restarts)."""

    series = models.ForeignKey(NumberSeries, on_delete=models.PROTECT)
    year = models.IntegerField()
    last_number = models.BigIntegerField(default=0)

    class Meta:
        db_table = "number_counters"
        constraints = (
            models.UniqueConstraint(name="number_counters_one_per_year", fields=["series", "year"]),
            models.CheckConstraint(name="number_counters_not_negative", condition=Q(last_number__gte=0)),
        )
        triggers = (
            LastingProtect(
                name="number_never_goes_back",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__last_number__lt=pgtrigger.F("old__last_number")),
            ),
            LastingProtect(name="number_counter_is_kept", operation=pgtrigger.Delete),
            survives_truncate("number_counters"),
        )

    def __str__(self) -> str:
        return f"{self.series_id} {self.year}: {self.last_number}"
