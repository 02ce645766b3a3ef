"""What staff should look at, for their start page: cheap at any number of products."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Count
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _, ngettext

from catalog import paging, taxation
from catalog.filters import ACTIVE, RecentLoadFilter
from catalog.list_prices.selectors import without_price
from catalog.models import LoadState, Product, ProductLoad, TaxCategory, TaxRate

Viewer = User | AnonymousUser


@dataclass(frozen=True, kw_only=True)
class Matter:
    """Something to look at: how much of it there is, in words, and the page with all of it."""

    label: str
    amount: str
    address: str
    is_bad: bool = False


def matters(viewer: Viewer, *, now: datetime) -> list[Matter]:
    """Return what `viewer` may see and should look at, most pressing first. At most five queries.

    `now` is local time.
    """
    return [matter for permission, found in FINDERS if viewer.has_perm(permission) for matter in found(now)]


def _loads(now: datetime) -> Iterator[Matter]:
    since = now - timedelta(days=RecentLoadFilter.days["week"])
    recent = ProductLoad.objects.filter(started_at__gte=since).order_by()
    by_state = dict(recent.values_list("state").annotate(Count("pk")))
    labels = {LoadState.FAILED: _("Loads that failed"), LoadState.PREVIEWED: _("Loads that wait to be confirmed")}
    for state, label in labels.items():
        if number := by_state.get(state, 0):
            amount = ngettext("%(number)s file", "%(number)s files", number) % {"number": number_format(number)}
            address = _list("productload", state__exact=state, since="week")
            yield Matter(label=label, amount=amount, address=address, is_bad=state is LoadState.FAILED)


def _products_without_price(now: datetime) -> Iterator[Matter]:
    count = paging.counted(without_price(Product.objects.filter(is_active=True)))
    if count.number != 0:
        address = _list("product", price="missing", **ACTIVE)
        yield Matter(label=_("Products without a price"), amount=paging.in_words(count), address=address)


def _coming_rates(now: datetime) -> Iterator[Matter]:
    today = now.date()
    changing = TaxCategory.objects.filter(rates__valid_from__gt=today).distinct().prefetch_related("rates")
    for category in changing:
        rates = taxation.rates_of(category, day=today)
        if rates.next:
            amount = f"{taxation.percent(rates.present)} → {taxation.percent(rates.next)}"
            address = reverse("admin:catalog_taxcategory_change", args=[category.pk])
            yield Matter(label=_beginning(rates.next, category, today), amount=amount, address=address)


def _beginning(rate: TaxRate, category: TaxCategory, today: date) -> str:
    days = (rate.valid_from - today).days
    label = ngettext(
        "%(category)s from %(date)s (in %(days)s day)", "%(category)s from %(date)s (in %(days)s days)", days
    )
    return label % {"category": category, "date": date_format(rate.valid_from), "days": number_format(days)}


def _list(model: str, **query: str) -> str:
    return f"{reverse(f'admin:catalog_{model}_changelist')}?{urlencode(query)}"


# By the permission to see what is counted.
FINDERS: tuple[tuple[str, Callable[[datetime], Iterator[Matter]]], ...] = (
    ("catalog.view_productload", _loads),
    ("catalog.view_product", _products_without_price),
    ("catalog.view_taxcategory", _coming_rates),
)
