"""Dated prices on the page of their product, and prices in files."""

from __future__ import annotations

import datetime
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.loads import undoing
from catalog.models import ListPrice, Product
from tests import inline_rows
from tests.catalog.factories import ProductFactory
from tests.catalog.list_prices.clock import today_is
from tests.catalog.loads.loading import loaded

pytestmark = pytest.mark.django_db

LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
PAGE = "/admin/catalog/product/A/change/"
FACTS = {"name": "茶", "unit_price": "100", "unit": "個", "tax_category": "standard", "is_active": "on"}


@pytest.fixture
def tea() -> Product:
    return ProductFactory.create(sku="A", name="茶", unit_price=Decimal(100), created_at=LONG_AGO)


def sent(*rows: dict[str, str], initial: int = 0, **changes: str) -> dict[str, str]:
    counts = {"list_prices-TOTAL_FORMS": str(len(rows)), "list_prices-INITIAL_FORMS": str(initial)}
    form = FACTS | inline_rows.OF_PRODUCT | counts | changes
    for place, row in enumerate(rows):
        form |= {f"list_prices-{place}-{name}": value for name, value in ({"product": "A"} | row).items()}
    return form


def faults(answer: Any) -> list[dict[str, list[str]]]:
    assert answer.status_code == 200
    return list(answer.context["inline_admin_formsets"][0].formset.errors)


def dated() -> list[tuple[Any, ...]]:
    return list(ListPrice.objects.order_by("valid_from").values_list("valid_from", "unit_price"))


def test_next_months_prices_are_entered_today(signed_in: Client, tea: Product) -> None:
    next_year = timezone.localdate().year + 1
    rows = ({"valid_from": f"{next_year}-04-01", "unit_price": "１,２００"}, {"valid_from": f"{next_year}-05-01"})

    answer = signed_in.post(PAGE, sent(*rows, {"valid_from": f"{next_year}-06-01", "unit_price": "0"}))

    assert answer.status_code == 302
    assert dated() == [(date(next_year, 4, 1), 1200), (date(next_year, 5, 1), None), (date(next_year, 6, 1), 0)]
    assert Product.objects.get().unit_price == 100


def test_wrong_prices_are_named_and_nothing_is_saved(signed_in: Client, tea: Product) -> None:
    rows = (
        {"valid_from": "2027-04-01", "unit_price": "-1"},
        {"valid_from": "2027-04-31", "unit_price": "1"},
        {"valid_from": "0027-04-01", "unit_price": "1"},
        {"valid_from": "", "unit_price": "1"},
    )

    found = faults(signed_in.post(PAGE, sent(*rows, name="紅茶")))

    assert found == [
        {"unit_price": ["The unit price “-1” is negative. Enter 0 or more, or leave it empty."]},
        {"valid_from": ["This is not a date. Enter it as in 2026-11-24."]},
        {"__all__": ["The day is before 2000. Enter the year with four digits."]},
        {"valid_from": ["Enter the day from which the price holds, as in 2026-11-24."]},
    ]
    assert (dated(), Product.objects.get().name) == ([], "茶")


def test_two_prices_from_one_day_are_refused(signed_in: Client, tea: Product) -> None:
    row = {"valid_from": "2027-04-01", "unit_price": "1"}
    answer = signed_in.post(PAGE, sent(row, row))
    formset = answer.context["inline_admin_formsets"][0].formset
    sentence = "This product already has a price from that day. Change that price or choose another day."
    assert formset.non_form_errors() == [sentence]


def test_todays_price_is_not_taken_in_two_places(signed_in: Client, tea: Product) -> None:
    row = {"valid_from": timezone.localdate().isoformat(), "unit_price": "130"}

    found = faults(signed_in.post(PAGE, sent(row, unit_price="120")))

    assert found == [{"unit_price": ["You also changed today's price above. Enter it in one of the two places."]}]
    assert signed_in.post(PAGE, sent(row)).status_code == 302
    assert Product.objects.get().unit_price == 130


def test_price_changed_above_holds_from_today(signed_in: Client, tea: Product) -> None:
    signed_in.post(PAGE, sent(unit_price="120"))

    assert dated() == [(timezone.localdate(), 120)]
    page = signed_in.get(PAGE).content.decode()
    assert "Price before the first dated one" in page
    assert 'value="120"' in page


@pytest.mark.parametrize("count", [1, 3])
def test_page_takes_as_many_queries_with_many_prices(signed_in: Client, tea: Product, count: int) -> None:
    for month in range(count):
        ListPrice.objects.create(product=tea, valid_from=date(2027, 1 + month, 1), unit_price=5)
    signed_in.get(PAGE)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        signed_in.get(PAGE)

    assert len(queries) <= 12


def test_products_without_price_today_are_found_among_dated_prices(signed_in: Client, tea: Product) -> None:
    ProductFactory.create(sku="B", unit_price=None)
    ProductFactory.create(sku="C", unit_price=None, created_at=LONG_AGO)
    ListPrice.objects.create(product_id="C", valid_from=date(2026, 1, 1), unit_price=5)
    ListPrice.objects.create(product_id="A", valid_from=date(2026, 1, 1), unit_price=None)

    def listed(**query: str) -> list[str]:
        return [each.sku for each in signed_in.get("/admin/catalog/product/", query).context["cl"].result_list]

    assert listed(price="missing") == ["A", "B"]
    assert listed(price="present") == ["C"]


def test_load_dates_prices_and_its_undoing_takes_them_back(tea: Product) -> None:
    """Of a product: a price from today on, another price of today, one's first price, none."""
    today = timezone.localdate()
    ProductFactory.create(sku="B", name="茶", unit_price=Decimal(100), created_at=LONG_AGO)
    ListPrice.objects.create(product_id="B", valid_from=today, unit_price=Decimal(110))
    ProductFactory.create(sku="C", name="茶", unit_price=None, created_at=LONG_AGO)
    ProductFactory.create(sku="D", name="茶", unit_price=Decimal(1), created_at=LONG_AGO)
    ListPrice.objects.create(product_id="D", valid_from=today - timedelta(days=9), unit_price=Decimal(2))
    before = (dated(), list(Product.objects.order_by("sku").values_list("sku", "unit_price")))
    rows = ("A", "茶", "200"), ("B", "茶", "200"), ("C", "茶", "200"), ("D", "紅茶", "2")

    load = loaded(("品番", "品名", "単価"), *rows)

    prices = list(Product.objects.order_by("sku").values_list("unit_price", flat=True))
    assert prices == [200, 200, 200, 2]
    assert list(
        ListPrice.objects.filter(valid_from=today).values_list("product", "unit_price").order_by("product")
    ) == [
        ("A", Decimal(200)),
        ("B", Decimal(200)),
    ]
    with today_is(today + timedelta(days=3)):
        assert undoing.undo(load.pk, user=None) == 4
        assert (dated(), list(Product.objects.order_by("sku").values_list("sku", "unit_price"))) == before


def test_load_is_not_undone_when_a_price_was_planned_since(tea: Product) -> None:
    load = loaded(("品番", "品名", "単価"), ("A", "茶", "200"))
    with connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute("update stored_products set updated_at = now() - interval '1 day'")
        cursor.execute("update product_loads set applied_at = now() - interval '1 day'")
        cursor.execute("set local session_replication_role = origin")

    ListPrice.objects.create(product=tea, valid_from=date(2099, 1, 1), unit_price=Decimal(1))

    with pytest.raises(undoing.CannotBeUndone) as refused:
        undoing.undo(load.pk, user=None)
    assert [each.sku for each in refused.value.obstacles] == ["A"]
