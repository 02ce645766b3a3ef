"""Filters of the list of products, and the links that staff find saved above it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.list_prices.selectors import without_price


class ChoiceFilter(admin.SimpleListFilter):
    """A filter whose choice is one of `choices_by_value`.

    `orders` says in which order an index holds what a choice leaves; `included` are choices that all these indexes can
    tell as well. See catalog.paging.Plan.
    """

    choices_by_value: ClassVar[Mapping[str, Any]]
    orders: ClassVar[Mapping[str, str]] = {}
    included: ClassVar[frozenset[str]] = frozenset()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(self.choices_by_value.items())

    def index_order(self) -> str | None:
        return self.orders.get(self.value() or "")

    def is_included(self) -> bool:
        return self.value() in self.included


class ActiveFilter(ChoiceFilter):
    title = _("active")
    # As Django's own filter of the field would call it; people have kept addresses.
    parameter_name = "is_active__exact"
    choices_by_value: ClassVar = {"1": _("active"), "0": _("inactive")}
    orders: ClassVar = {"0": "sku"}
    included: ClassVar = frozenset({"1"})

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(is_active=self.value() == "1") if self.value() in self.choices_by_value else queryset


class _PresenceFilter(ChoiceFilter):
    """Products that have a value and those that lack it."""

    missing: ClassVar[dict[str, Any]]
    orders: ClassVar = {"missing": "sku"}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "missing":
            return queryset.filter(**self.missing)
        if self.value() == "present":
            return queryset.exclude(**self.missing)
        return queryset


class PriceFilter(_PresenceFilter):
    title = _("unit price")
    parameter_name = "price"
    missing: ClassVar = {"unit_price__isnull": True}
    choices_by_value: ClassVar = {"missing": _("not set"), "present": _("set")}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return without_price(queryset) if self.value() == "missing" else super().queryset(request, queryset)


class JanFilter(_PresenceFilter):
    title = _("JAN")
    parameter_name = "jan"
    missing: ClassVar = {"jan": ""}
    choices_by_value: ClassVar = {"missing": _("none"), "present": _("entered")}


class ChangedFilter(ChoiceFilter):
    """Products that were changed since a day began in Tokyo; weeks begin on Monday."""

    title = _("last change")
    parameter_name = "changed"
    choices_by_value: ClassVar = {"today": _("today"), "week": _("this week"), "month": _("this month")}
    orders: ClassVar = dict.fromkeys(choices_by_value, "updated_at")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        since = beginnings(timezone.localtime()).get(self.value() or "")
        return queryset if since is None else queryset.filter(updated_at__gte=since)


def beginnings(now: datetime) -> dict[str, datetime]:
    """Return when the day, the week and the month of `now`, a local time, began."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return {"today": today, "week": today - timedelta(days=today.weekday()), "month": today.replace(day=1)}


class RecentLoadFilter(admin.SimpleListFilter):
    """Loads that were begun of late."""

    title = _("read")
    parameter_name = "since"
    days: ClassVar = {"week": 7, "month": 30}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("week", _("in the last 7 days")), ("month", _("in the last 30 days"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        days = self.days.get(self.value() or "")
        return queryset if days is None else queryset.filter(started_at__gte=timezone.now() - timedelta(days=days))


@dataclass(frozen=True, kw_only=True)
class SavedFilter:
    """A link to the list: the parameters it sets, newest first where `sorts_by_change`."""

    label: Any
    parameters: Mapping[str, str]
    sorts_by_change: bool = False


ACTIVE: Mapping[str, str] = {"is_active__exact": "1"}
SAVED = (
    SavedFilter(label=_("All"), parameters={}),
    SavedFilter(label=_("No price"), parameters={"price": "missing", **ACTIVE}),
    SavedFilter(label=_("No JAN"), parameters={"jan": "missing", **ACTIVE}),
    SavedFilter(label=_("Changed this week"), parameters={"changed": "week"}, sorts_by_change=True),
    SavedFilter(label=_("Inactive"), parameters={"is_active__exact": "0"}),
)
