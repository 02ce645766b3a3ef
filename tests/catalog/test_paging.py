from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db.models import QuerySet

from catalog import paging
from catalog.models import Product
from catalog.paging import ORDERS, Order, Page, Place, Plan, Side
from tests.catalog.factories import ProductFactory

pytestmark = pytest.mark.django_db

EVERYTHING: QuerySet[Product] = Product.objects.all()
BOTH_WAYS = [each for order in ORDERS.values() for each in (order, order.reversed())]


def page(place: Place, *, order: Order = paging.SKU, plan: Plan = Plan.SORT, size: int = 3) -> Page:
    return paging.page(EVERYTHING, order=order, place=place, size=size, plan=plan)


def walked(start: Side, step: Callable[[Page], Place | None], *, order: Order, plan: Plan) -> list[list[str]]:
    """Return the SKUs of all pages from an end to the other, each place sent through the address."""
    found, place = [], Place(side=start)
    while True:
        reached = page(paging.place_from(str(place), order=order), order=order, plan=plan)
        found.append(list(reached.skus))
        following = step(reached)
        if following is None:
            return found
        place = following


@pytest.fixture
def products() -> None:
    """Eleven products with equal names, prices and times among them, and one without a price."""
    for number in range(11):
        ProductFactory.create(sku=f"S{number:02d}", name=f"品{number % 3}", unit_price=Decimal(number % 4))
    Product.objects.filter(sku="S05").update(unit_price=None)


@pytest.mark.parametrize("plan", Plan)
@pytest.mark.parametrize("order", BOTH_WAYS, ids=lambda order: f"{'-' * order.is_descending}{order.name}")
def test_pages_show_every_product_once_in_order_whichever_way_one_walks(
    products: None, order: Order, plan: Plan
) -> None:
    expected = list(EVERYTHING.order_by(*order.sorting(order.columns)).values_list("sku", flat=True))

    forwards = walked(Side.FIRST, lambda each: each.next, order=order, plan=plan)
    backwards = walked(Side.LAST, lambda each: each.previous, order=order, plan=plan)

    assert [sku for skus in forwards for sku in skus] == expected
    # Backwards the first page is filled up, and so repeats what the second shows.
    assert (backwards[0], backwards[-1]) == (expected[-3:], expected[:3])
    assert {sku for skus in backwards for sku in skus} == set(expected)
    assert max(map(len, forwards)) == 3


def test_page_begins_where_it_did_when_products_before_it_come_and_go(products: None) -> None:
    place = page(Place()).next
    assert place is not None
    assert page(place).skus == ["S03", "S04", "S05"]

    Product.objects.filter(sku__in=["S00", "S02"]).delete()
    ProductFactory.create(sku="S01-1")

    assert page(place).skus == ["S03", "S04", "S05"]


def test_place_beyond_an_end_is_that_end(products: None) -> None:
    assert page(Place(side=Side.AFTER, key=["Z"])).skus == ["S08", "S09", "S10"]
    assert page(Place(side=Side.BEFORE, key=["A"])).skus == ["S00", "S01", "S02"]
    assert page(Place(side=Side.BEFORE, key=["S01"])).skus == ["S00", "S01", "S02"]


def test_empty_list_has_one_empty_page() -> None:
    assert page(Place()) == page(Place(side=Side.LAST)) == Page(skus=[], previous=None, next=None)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("nowhere", "sku"),
        ("after", "sku"),
        ('last["A"]', "sku"),
        ("after[]", "sku"),
        ("after[", "sku"),
        ("after[1]", "sku"),
        ('after[["A"]]', "sku"),
        ('after["A","B"]', "sku"),
        ('after["A\\u0000"]', "sku"),
        ('after["\\ud800"]', "sku"),
        ("after" + "[" * 100_000, "sku"),
        ('after["A"]', "unit_price"),
        ('after["NaN","A"]', "unit_price"),
        ('after["1e999","A"]', "unit_price"),
        ('after["yesterday","A"]', "updated_at"),
    ],
)
def test_text_that_names_no_place_is_refused(text: str, name: str) -> None:
    with pytest.raises(paging.NoSuchPlace):
        paging.place_from(text, order=ORDERS[name])


def test_place_comes_back_from_its_text() -> None:
    at = datetime(2026, 11, 25, 1, 2, 3, 456789, tzinfo=UTC)
    place = Place(side=Side.BEFORE, key=[at, '"表、[ソ"'])
    assert paging.place_from(str(place), order=ORDERS["updated_at"]) == place


def test_products_are_counted_exactly_until_there_are_many(many: None) -> None:
    rare = Product.objects.filter(unit_price__isnull=False)

    assert paging.in_words(paging.counted(rare)) == "100 products"
    assert paging.in_words(paging.counted(EVERYTHING)) == "more than 10,000 products"
    assert paging.in_words(paging.about_all()) == "about 10,200 products"


def test_few_among_many_are_found_far_from_the_place(many: None) -> None:
    rare = Product.objects.filter(unit_price__isnull=False)
    found = paging.page(rare, order=paging.SKU, place=Place(), size=3, plan=Plan.LOOK_NEARBY)
    assert found.skus == ["M010061", "M010062", "M010063"]


@pytest.mark.parametrize("name", [name for name, order in ORDERS.items() if order.is_indexed])
def test_last_page_of_many_is_read_from_an_index_and_not_counted_to(many: None, name: str) -> None:
    order = ORDERS[name].reversed()
    key = EVERYTHING.order_by(*order.sorting(order.columns)).values_list(*order.columns)[5_000]
    walk = EVERYTHING.filter(order.beyond(key)).order_by(*order.sorting(order.columns)).values_list(*order.columns)[:51]

    plan = walk.explain()

    assert ("Index" in plan, "Sort" in plan, "Index Cond" in plan) == (True, False, True)
