"""Tax categories in words: what they are today, and what they will be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from catalog.models import TaxCategory, TaxRate
from catalog.prices import plain_text


@dataclass(frozen=True, kw_only=True)
class Rates:
    """The rate that holds on a day and the one after it, None where there is none."""

    present: TaxRate | None
    next: TaxRate | None


def rates_of(category: TaxCategory, *, day: date) -> Rates:
    """Return the rates of `category` around `day`. No query when its rates were prefetched."""
    rates = sorted(category.rates.all(), key=lambda rate: rate.valid_from)
    begun = [rate for rate in rates if rate.valid_from <= day]
    coming = [rate for rate in rates if rate.valid_from > day]
    return Rates(present=begun[-1] if begun else None, next=coming[0] if coming else None)


def percent(rate: TaxRate | None) -> str:
    """Return a rate as it is printed: 10%, 7.8%, and a dash for none."""
    return "–" if rate is None else f"{plain_text(rate.rate)}%"


def briefly(category: TaxCategory, *, day: date) -> str:
    """Return the name with the rate of `day`: 標準税率 10%. A category without rates is its name."""
    present = rates_of(category, day=day).present
    return f"{category} {percent(present)}" if present else str(category)


def dated(rate: TaxRate | None) -> str:
    """Return a rate with its first day: 10%（2019年10月1日から）; a dash for none."""
    if rate is None:
        return "–"
    return _("%(rate)s (from %(date)s)") % {"rate": percent(rate), "date": date_format(rate.valid_from)}


def in_full(category: TaxCategory, *, day: date) -> str:
    """Return the name with the rates of `day` and next: 軽減税率 8%（2019年10月1日から） 次: 1%（2027年4月1日から）."""
    rates = rates_of(category, day=day)
    text = f"{category} {dated(rates.present)}" if rates.present else str(category)
    return _("%(category)s, next: %(rate)s") % {"category": text, "rate": dated(rates.next)} if rates.next else text
