"""The list of products as staff walk through it; pages as such are tested in test_paging."""

from __future__ import annotations

import html
import re
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog import filters
from catalog.models import Product
from catalog.paging import Plan
from catalog.product_list import Link, ProductList
from tests.catalog.factories import ProductFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/catalog/product/"


def opened(client: Client, query: str = "") -> ProductList:
    answer = client.get(LIST + query)
    assert answer.status_code == 200
    return answer.context["cl"]  # type: ignore[no-any-return]


def skus(products: ProductList) -> list[str]:
    return [product.sku for product in products.result_list]


def link(links: list[Link], label: str) -> str:
    [query] = [each.query for each in links if each.label == label]
    assert query is not None
    return query


def test_long_list_is_paged_to_its_end_without_being_counted(signed_in: Client, many: int) -> None:
    first = opened(signed_in)
    with CaptureQueriesContext(connection) as queries:
        last = opened(signed_in, link(first.pages(), "Last"))
        before = opened(signed_in, link(last.pages(), "Previous"))

    counting = [query["sql"] for query in queries if "COUNT(" in query["sql"].upper()]
    assert [bool(re.search(r"LIMIT 10001\) subquery$", sql)) for sql in counting] == [True, True]
    assert not any("OFFSET" in query["sql"].upper() for query in queries)
    assert (first.count_text(), skus(first)[0]) == ("about 10,200 products", "M000001")
    assert (len(skus(last)), skus(last)[-1], skus(before)[-1]) == (50, "M010160", "M010110")
    assert skus(opened(signed_in, link(before.pages(), "Next"))) == skus(last)
    assert [each.query for each in last.pages()[2:]] == [None, None]


def test_long_list_is_sorted_by_what_an_index_holds_only(signed_in: Client, many: int) -> None:
    products = opened(signed_in, "?o=-3")

    assert (products.sortable_by, skus(products)[0]) == (["sku", "updated_at"], "M000001")
    assert skus(opened(signed_in, "?price=present&o=-3"))[0] == "M010160"
    assert skus(opened(signed_in, "?o=-1"))[0] == "M010160"


PLANS = {
    "": Plan.WALK,
    "?price=missing": Plan.WALK,
    "?price=missing&is_active__exact=1": Plan.WALK,
    "?price=missing&tax_category__code__exact=standard": Plan.LOOK_NEARBY,
    "?is_active__exact=1": Plan.LOOK_NEARBY,
    "?changed=week": Plan.LOOK_NEARBY,
    "?changed=week&o=-8": Plan.WALK,
    "?name__startswith=品": Plan.LOOK_NEARBY,
    "?q=品": Plan.LOOK_NEARBY,
    "?price=present": Plan.SORT,
}


def test_page_of_many_is_found_by_the_plan_that_suits_its_filters(signed_in: Client, many: int) -> None:
    lists = {query: opened(signed_in, query) for query in PLANS}

    assert {query: found._plan(found._order()) for query, found in lists.items()} == PLANS
    assert {len(skus(found)) for found in lists.values()} == {50}


def test_search_and_filters_stay_while_one_pages(signed_in: Client, many: int) -> None:
    second = link(opened(signed_in, "?q=品&price=missing").pages(), "Next")
    assert dict(parse_qsl(second[1:])) == {"q": "品", "price": "missing", "p": 'after["M000050"]'}
    assert skus(opened(signed_in, second))[0] == "M000051"


@pytest.mark.parametrize("place", ["2", "after[]", 'after["A\\u0000"]', "before[[[["])
def test_list_begins_anew_where_its_address_names_no_place(signed_in: Client, place: str) -> None:
    answer = signed_in.get(LIST, {"p": place})
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}?e=1")


def test_saved_filters_lead_to_their_products_and_say_which_one_is_shown(signed_in: Client) -> None:
    products: dict[str, dict[str, Any]] = {
        "NO-PRICE": {"unit_price": None, "jan": "49123456"},
        "NO-JAN": {},
        "INACTIVE": {"is_active": False, "unit_price": None},
        "LONG-AGO": {"jan": "4901234567894"},
    }
    for sku, facts in products.items():
        ProductFactory.create(sku=sku, **facts)
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table stored_products disable trigger user")
        cursor.execute("update products set updated_at = now() - interval '40 days' where sku = 'LONG-AGO'")
        cursor.execute("alter table stored_products enable trigger user")

    links = opened(signed_in).saved_filters()
    found = {each.label: opened(signed_in, each.query or "") for each in links}

    assert {label: skus(shown) for label, shown in found.items()} == {
        "All": ["INACTIVE", "LONG-AGO", "NO-JAN", "NO-PRICE"],
        "No price": ["NO-PRICE"],
        "No JAN": ["NO-JAN"],
        "Changed this week": ["INACTIVE", "NO-JAN", "NO-PRICE"],
        "Inactive": ["INACTIVE"],
    }
    for label, shown in found.items():
        assert [each.label for each in shown.saved_filters() if each.is_current] == [label]


def test_week_begins_on_monday_in_tokyo() -> None:
    now = datetime(2026, 11, 25, 0, 30, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert [moment.strftime("%m-%d %H:%M") for moment in filters.beginnings(now).values()] == [
        "11-25 00:00",
        "11-23 00:00",
        "11-01 00:00",
    ]


def test_everything_found_can_be_chosen_for_an_action(signed_in: Client, many: int) -> None:
    body = html.unescape(signed_in.get(LIST).content.decode())
    assert "Select all: about 10,200 products" in body

    sent = {"action": "deactivate", "_selected_action": ["M010160"], "select_across": "1"}
    signed_in.post(f"{LIST}?price=present", sent)

    assert Product.objects.filter(is_active=False).count() == 100
