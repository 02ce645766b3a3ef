from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import ProtectedError

from catalog.jan import has_valid_check_digit
from catalog.models import Product, TaxCategory, TaxRate
from tests.catalog.factories import ProductFactory, TaxCategoryFactory, TaxRateFactory

pytestmark = pytest.mark.django_db

LONG_AGO = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)


def execute(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))  # type: ignore[arg-type]


def refused(statement: str, *values: object) -> str:
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        execute(statement, *values)
    return str(error.value)


def test_product_has_every_default_when_inserted_by_plain_sql() -> None:
    execute("insert into products (sku, name, unit_price) values ('007', 'ﾎﾞｰﾙﾍﾟﾝ', 42.5)")

    product = Product.objects.get(sku="007")
    assert (product.name, product.unit_price) == ("ﾎﾞｰﾙﾍﾟﾝ", Decimal("42.5"))
    assert (product.unit, product.tax_category_id, product.jan, product.note) == ("個", "standard", "", "")
    assert product.is_active is True
    assert (product.sku_folded, product.name_folded) == ("007", "ぼ-るぺん")
    assert product.created_at == product.updated_at
    assert (product.created_at - datetime.datetime.now(datetime.UTC)).total_seconds() == pytest.approx(0, abs=60)


def test_product_needs_only_sku_and_name_when_inserted_by_plain_sql() -> None:
    execute("insert into products (sku, name) values ('A', 'B')")

    assert Product.objects.get().unit_price is None


def test_updated_at_is_kept_by_the_database_when_updated_by_plain_sql() -> None:
    ProductFactory.create(sku="A", created_at=LONG_AGO, updated_at=LONG_AGO)

    execute("update products set unit_price = 1 where sku = 'A'")

    product = Product.objects.get()
    assert product.created_at == LONG_AGO
    assert product.updated_at > LONG_AGO


def test_folded_columns_follow_when_name_is_changed_by_plain_sql() -> None:
    ProductFactory.create(sku="A", name="旧")

    execute("update products set name = 'ＮＥＷ' where sku = 'A'")

    assert Product.objects.get().name_folded == "new"


@pytest.mark.parametrize(
    "sku", ["", " A", "A ", "\u3000A", "A\u00a0", "A\tB", "A\n", "\x7fA", "A\u200b", "A\u2028B", "x" * 65]
)
def test_sku_is_refused_when_not_clean(sku: str) -> None:
    message = refused("insert into products (sku, name) values (%s, 'B')", sku)

    assert "products_sku_valid" in message
    assert Product.objects.count() == 0


@pytest.mark.parametrize("sku", ["0", "007", "A B", "x" * 64, "品番-１", "𠮷", "a/b?c"])
def test_sku_is_kept_as_typed_when_clean(sku: str) -> None:
    ProductFactory.create(sku=sku)

    assert list(Product.objects.values_list("sku", flat=True)) == [sku]


@pytest.mark.parametrize("name", ["", " ", "\u3000", "\n\t"])
def test_name_is_refused_when_blank(name: str) -> None:
    assert "products_name_not_blank" in refused("insert into products (sku, name) values ('A', %s)", name)


def test_unit_price_is_refused_when_negative() -> None:
    assert "products_unit_price_not_negative" in refused(
        "insert into products (sku, name, unit_price) values ('A', 'B', -0.0001)"
    )


def test_unit_price_is_refused_when_no_number() -> None:
    message = refused("insert into products (sku, name, unit_price) values ('A', 'B', 'NaN')")

    assert "products_unit_price_is_number" in message


@pytest.mark.parametrize("price", ["0", "9999999999.9999"])
def test_unit_price_is_kept_when_as_small_or_large_as_can_be(price: str) -> None:
    execute("insert into products (sku, name, unit_price) values ('A', 'B', %s)", price)

    assert Product.objects.get().unit_price == Decimal(price)


@pytest.mark.parametrize("price", ["Infinity", "-Infinity", "10000000000"])
def test_unit_price_is_refused_when_beyond_its_digits(price: str) -> None:
    with pytest.raises(DataError), transaction.atomic():
        execute("insert into products (sku, name, unit_price) values ('A', 'B', %s)", price)

    assert Product.objects.count() == 0


@pytest.mark.parametrize("typed", ["4901234567890", "4569951110000", "49012340", "00000000"])
def test_jan_is_refused_when_its_last_digit_does_not_fit(typed: str) -> None:
    for number in (f"{typed[:-1]}{last}" for last in range(10)):
        if has_valid_check_digit(number):
            ProductFactory.create(sku=number, jan=number)
        else:
            message = refused("insert into products (sku, name, jan) values (%s, 'B', %s)", number, number)
            assert "products_jan_last_digit" in message

    assert Product.objects.count() == 1


@pytest.mark.parametrize("jan", ["123", "49123456 ", "４９１２３４５６", "490123456789", "4901234567894x"])
def test_jan_is_refused_when_not_digits(jan: str) -> None:
    assert "products_jan_digits" in refused("insert into products (sku, name, jan) values ('A', 'B', %s)", jan)


def test_skus_are_in_code_point_order_when_listed() -> None:
    for sku in ("a", "B", "10", "2", "A-1", "A1"):
        ProductFactory.create(sku=sku)

    assert [product.sku for product in Product.objects.all()] == ["10", "2", "A-1", "A1", "B", "a"]


def test_tax_category_is_kept_when_products_use_it() -> None:
    category = TaxCategoryFactory.create()
    ProductFactory.create(tax_category=category, tax_category_id=category.code)

    with pytest.raises(ProtectedError):
        category.delete()

    assert TaxCategory.objects.filter(code=category.code).count() == 1


def test_tax_category_is_kept_when_it_has_rates() -> None:
    rate = TaxRateFactory.create()

    with pytest.raises(ProtectedError):
        rate.category.delete()

    assert TaxRate.objects.filter(pk=rate.pk).count() == 1


def test_tax_rates_are_those_in_force_when_freshly_migrated() -> None:
    rates = TaxRate.objects.order_by("category__sort_order").values_list(
        "category", "category__name", "category__kind", "valid_from", "rate"
    )

    since = datetime.date(2019, 10, 1)
    assert list(rates) == [
        ("standard", "標準税率", "standard", since, Decimal("10.00")),
        ("reduced", "軽減税率", "reduced", since, Decimal("8.00")),
        ("exempt", "非課税", "exempt", since, Decimal("0.00")),
    ]


@pytest.mark.parametrize("rate", ["-0.01", "100"])
def test_tax_rate_is_refused_when_out_of_range(rate: str) -> None:
    message = refused(
        "insert into tax_rates (category_id, valid_from, rate) values ('standard', '2030-01-01', %s)", rate
    )

    assert "tax_rates_rate_in_range" in message


def test_tax_rate_is_refused_when_the_day_has_one() -> None:
    message = refused("insert into tax_rates (category_id, valid_from, rate) values ('standard', '2019-10-01', 5)")

    assert "tax_rates_one_per_day" in message


def test_tax_kind_is_refused_when_unknown() -> None:
    message = refused("insert into tax_categories (code, name, kind) values ('x', 'x', 'luxury')")

    assert "tax_categories_kind_known" in message


def test_texts_say_what_they_are_when_shown() -> None:
    assert str(ProductFactory.build(sku="A", name="B")) == "A B"
    assert str(TaxRate.objects.get(category="reduced")) == "reduced 8% 2019-10-01"
    assert str(TaxCategory.objects.get(code="reduced")) == "軽減税率"
