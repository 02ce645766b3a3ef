"""What `products` shows and takes, whoever asks in plain SQL."""

from __future__ import annotations

import datetime
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from catalog.models import ListPrice, Product
from tests.catalog.factories import ProductFactory
from tests.catalog.list_prices.clock import today_is

pytestmark = pytest.mark.django_db

LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
SOME_DAY, NEXT_DAY = date(2026, 11, 30), date(2026, 12, 1)


def execute(statement: str, *values: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))  # type: ignore[arg-type]
        count: int = cursor.rowcount
        return count


def rows(statement: str, *values: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))  # type: ignore[arg-type]
        return list(cursor.fetchall())


def price_of(sku: str) -> Any:
    [(price,)] = rows("select unit_price from papyrus_schema.products where sku = %s", sku)
    return price


def dated(sku: str) -> list[tuple[Any, ...]]:
    return rows("select valid_from, unit_price from list_prices where product_id = %s order by valid_from", sku)


@pytest.fixture
def tea() -> Product:
    """A product that has been there for long."""
    return ProductFactory.create(sku="A", unit_price=Decimal(100), created_at=LONG_AGO)


def test_price_takes_effect_at_midnight_when_nothing_is_written(tea: Product) -> None:
    ListPrice.objects.create(product=tea, valid_from=NEXT_DAY, unit_price=Decimal("120.5"))

    with today_is(SOME_DAY):
        assert price_of("A") == 100
    with today_is(NEXT_DAY):
        assert price_of("A") == Decimal("120.5000")
        assert Product.objects.get(unit_price=Decimal("120.5")).sku == "A"
    with today_is(date(2099, 1, 1)):
        assert price_of("A") == Decimal("120.5000")


def test_day_begins_at_midnight_in_tokyo() -> None:
    [(today, there)] = rows("select today(), (now() at time zone 'Asia/Tokyo')::date")
    assert today == there
    [(day,)] = rows("select (timestamptz '2026-11-22 15:00+00' at time zone 'Asia/Tokyo')::date")
    assert day == date(2026, 11, 23)


def test_price_is_not_set_when_a_dated_one_says_so(tea: Product) -> None:
    ListPrice.objects.create(product=tea, valid_from=NEXT_DAY, unit_price=None)

    with today_is(NEXT_DAY):
        assert price_of("A") is None
        assert Product.objects.filter(unit_price=None).count() == 1


def test_free_stays_free(tea: Product) -> None:
    ListPrice.objects.create(product=tea, valid_from=NEXT_DAY, unit_price=Decimal(0))

    with today_is(NEXT_DAY):
        assert price_of("A") == 0


def test_price_holds_from_today_when_updated_by_plain_sql(tea: Product) -> None:
    with today_is(SOME_DAY):
        assert execute("update products set unit_price = unit_price * 2 where sku = 'A'") == 1
        assert price_of("A") == 200
        execute("update products set unit_price = 250, name = '紅茶'")
        assert price_of("A") == 250

    assert dated("A") == [(SOME_DAY, 250)]
    with today_is(date(2026, 11, 29)):
        assert price_of("A") == 100
    assert Product.objects.get().name == "紅茶"


def test_planned_price_stays_when_todays_is_changed(tea: Product) -> None:
    ListPrice.objects.create(product=tea, valid_from=NEXT_DAY, unit_price=Decimal(300))

    with today_is(SOME_DAY):
        execute("update products set unit_price = 150")

    assert dated("A") == [(SOME_DAY, 150), (NEXT_DAY, 300)]


def test_price_can_go_back_to_what_it_was_when_a_dated_one_has_begun(tea: Product) -> None:
    ListPrice.objects.create(product=tea, valid_from=SOME_DAY, unit_price=Decimal(120))

    with today_is(NEXT_DAY):
        execute("update products set unit_price = 100")
        assert price_of("A") == 100

    assert dated("A") == [(SOME_DAY, 120), (NEXT_DAY, 100)]


def test_other_columns_leave_a_price_alone_that_has_begun(tea: Product) -> None:
    ListPrice.objects.create(product=tea, valid_from=SOME_DAY, unit_price=Decimal(120))

    with today_is(NEXT_DAY):
        execute("update products set name = '紅茶'")
        product = Product.objects.get()
        product.note = "x"
        product.save()
        assert price_of("A") == 120

    assert dated("A") == [(SOME_DAY, 120)]


def test_first_price_holds_from_the_beginning_when_there_was_none() -> None:
    ProductFactory.create(sku="A", unit_price=None, created_at=LONG_AGO)

    execute("update products set unit_price = 5")

    assert (price_of("A"), dated("A")) == (5, [])


def test_price_is_corrected_from_the_beginning_on_the_first_day() -> None:
    ProductFactory.create(sku="A", unit_price=Decimal(10))

    execute("update products set unit_price = 5")

    assert (price_of("A"), dated("A")) == (5, [])


def test_product_is_deleted_with_its_prices_by_plain_sql(tea: Product) -> None:
    ListPrice.objects.create(product=tea, valid_from=NEXT_DAY, unit_price=Decimal(300))

    assert execute("delete from products where sku = 'A'") == 1

    assert ListPrice.objects.count() == 0


def test_insertion_answers_what_the_database_added() -> None:
    added = rows("insert into products (sku, name) values ('A', 'ﾍﾟﾝ') returning sku_folded, name_folded, unit, note")
    assert added == [("a", "ぺん", "個", "")]


def test_insertions_of_a_taken_sku_are_refused(tea: Product) -> None:
    with pytest.raises(IntegrityError, match="products_pkey"), transaction.atomic():
        execute("insert into products (sku, name) values ('A', 'B')")


def test_key_can_be_changed_by_plain_sql(tea: Product) -> None:
    ListPrice.objects.create(product=tea, valid_from=NEXT_DAY, unit_price=Decimal(300))

    with today_is(SOME_DAY):
        execute("update products set sku = 'B', unit_price = 11 where sku = 'A'")
        assert rows("select sku, sku_folded, unit_price from products") == [("B", "b", 11)]

    assert dated("B") == [(SOME_DAY, 11), (NEXT_DAY, 300)]


@pytest.mark.parametrize(
    ("day", "price", "rule"),
    [
        ("2026-12-01", "-0.0001", "list_prices_unit_price_in_range"),
        ("2026-12-01", "NaN", "list_prices_unit_price_in_range"),
        ("0026-12-01", "1", "list_prices_day_is_plausible"),
        ("2026-11-30", "1", "list_prices_one_per_day"),
    ],
)
def test_impossible_prices_are_refused(tea: Product, day: str, price: str, rule: str) -> None:
    ListPrice.objects.create(product=tea, valid_from=SOME_DAY, unit_price=Decimal(1))

    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        execute("insert into list_prices (product_id, valid_from, unit_price) values ('A', %s, %s)", day, price)


def test_price_of_no_product_is_refused() -> None:
    with pytest.raises(IntegrityError, match="list_prices_of_product"), transaction.atomic():
        execute("insert into list_prices (product_id, valid_from) values ('none', '2026-12-01')")


def test_product_counts_as_changed_when_its_prices_are(tea: Product) -> None:
    for statement in (
        "insert into list_prices (product_id, valid_from, unit_price) values ('A', '2026-12-01', 5)",
        "update list_prices set unit_price = 6",
        "delete from list_prices",
    ):
        execute("set local session_replication_role = replica")
        execute("update stored_products set updated_at = %s", LONG_AGO)
        execute("set local session_replication_role = origin")
        execute(statement)
        assert Product.objects.get().updated_at > LONG_AGO
