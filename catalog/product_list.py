"""The list of products in the admin, at any length: counted so far as that is cheap, paged by catalog.paging."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR, SEARCH_VAR, ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from catalog import filters, paging
from catalog.filters import ChoiceFilter
from catalog.models import Product
from catalog.paging import Count, Order, Place, Plan, Side

# Columns of the list by the order that sorts them; the price is a text for those who may not change it.
ORDER_OF_COLUMN = {
    "sku": "sku",
    "name": "name",
    "price": "unit_price",
    "unit_price": "unit_price",
    "updated_at": "updated_at",
}
WITHOUT_MEANING = (ORDER_VAR, SEARCH_VAR, PAGE_VAR)


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link above or below the list; `query` is None where it leads nowhere."""

    label: str
    query: str | None
    is_current: bool = False


class ProductList(ChangeList):
    """Django's list with pages that begin after a product, in place of pages with numbers.

    The parameter `p` says the place. A list longer than `paging.LONG` is sorted by SKU or last change only.
    """

    count: Count

    def get_results(self, request: HttpRequest) -> None:
        """Count, and find out what is asked for. The page is looked up when it is shown: an action needs none."""
        self.count = paging.counted(self.queryset)
        self.sortable_by = [column for column, name in ORDER_OF_COLUMN.items() if self._may_sort(paging.ORDERS[name])]
        self.order = self._order()
        self.place = self._place(request)
        if not self.count.is_exact and self._is_all():
            self.count = paging.about_all()
        # What Django's templates and the view read.
        self.result_count = paging.LONG + 1 if self.count.number is None else self.count.number
        self.show_admin_actions = self.result_count > 0
        self.can_show_all = self.show_full_result_count = False
        self.full_result_count = None

    @cached_property
    def page(self) -> paging.Page:
        plan = self._plan(self.order)
        return paging.page(self.queryset, order=self.order, place=self.place, size=self.list_per_page, plan=plan)

    @cached_property
    def result_list(self) -> QuerySet[Product]:
        rows = self.root_queryset.filter(pk__in=self.page.skus).select_related("tax_category")
        return rows.prefetch_related("tax_category__rates").order_by(*self.order.sorting(self.order.columns))

    def has_more_pages(self) -> bool:
        return bool(self.page.previous or self.page.next)

    def count_text(self) -> str:
        """How many products match."""
        return paging.in_words(self.count)

    def last_sku(self) -> str:
        return self.page.skus[-1]

    def is_too_long_to_sort(self) -> bool:
        return not self.count.is_exact

    def pages(self) -> list[Link]:
        """The links to the first, previous, next and last page."""
        previous, following = self.page.previous, self.page.next
        places = (
            (_("First"), previous and Place(side=Side.FIRST)),
            (_("Previous"), previous),
            (_("Next"), following),
            (_("Last"), following and Place(side=Side.LAST)),
        )
        return [Link(label=label, query=self._query_of(place) if place else None) for label, place in places]

    def saved_filters(self) -> list[Link]:
        """The links above the list."""
        kept = {name: value for name, value in self.params.items() if name not in WITHOUT_MEANING}
        return [
            Link(
                label=str(saved.label),
                query=f"?{urlencode({**saved.parameters, **self._sorting(saved)})}",
                is_current=kept == saved.parameters and not self.query,
            )
            for saved in filters.SAVED
        ]

    def _sorting(self, saved: filters.SavedFilter) -> dict[str, str]:
        is_sorted = saved.sorts_by_change and "updated_at" in self.list_display
        return {ORDER_VAR: f"-{list(self.list_display).index('updated_at')}"} if is_sorted else {}

    def _query_of(self, place: Place) -> str:
        # Without a place the list begins at its beginning.
        return self.get_query_string({PAGE_VAR: None if place.side is Side.FIRST else str(place)})

    def _may_sort(self, order: Order) -> bool:
        return order.is_indexed or self.count.is_exact

    def _order(self) -> Order:
        """Return the order that is asked for, by SKU where none is that this list can be sorted by."""
        _before, minus, place = self.params.get(ORDER_VAR, "").split(".")[0].rpartition("-")
        columns = {str(number): str(column) for number, column in enumerate(self.list_display)}
        order = paging.ORDERS.get(ORDER_OF_COLUMN.get(columns.get(place, ""), ""))
        if order is None or not self._may_sort(order):
            return paging.SKU
        return order.reversed() if minus else order

    def _place(self, request: HttpRequest) -> Place:
        try:
            return paging.place_from(request.GET.get(PAGE_VAR, ""), order=self.order)
        except paging.NoSuchPlace as error:
            raise IncorrectLookupParameters from error

    def _plan(self, order: Order) -> Plan:
        if self.count.is_exact:
            return Plan.SORT
        return Plan.WALK if self._is_all() or self._is_in_an_index(order) else Plan.LOOK_NEARBY

    def _is_all(self) -> bool:
        return not self.query and not self.get_filters_params()

    def _is_in_an_index(self, order: Order) -> bool:
        """Tell whether indexes hold what each filter leaves, in `order`."""
        chosen = self.get_filters_params()
        specs = [spec for spec in self.filter_specs if any(name in chosen for name in spec.expected_parameters())]
        telling = [spec for spec in specs if not (isinstance(spec, ChoiceFilter) and spec.is_included())]
        in_order = [spec for spec in telling if isinstance(spec, ChoiceFilter) and spec.index_order() == order.name]
        return not self.query and len(specs) == len(chosen) and bool(telling) and in_order == telling
