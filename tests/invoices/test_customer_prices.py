"""Prices and percentages of customers: which holds, what the database refuses, and the pages they are entered on."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test import Client
from hypothesis import given, settings as hypothesis_settings, strategies as st
from hypothesis.extra.django import TestCase

from catalog.models import ListPrice, Product
from invoices.domain.prices import PriceRule
from invoices.models import Customer, CustomerPercentage, CustomerPrice
from invoices.offers import Offer, offers
from papyrus_site.roles import Role
from tests import inline_rows
from tests.catalog.factories import ProductFactory
from tests.catalog.list_prices.test_admin import FACTS
from tests.conftest import wait_until
from tests.invoices.factories import CustomerFactory, user_of
from tests.invoices.test_admin import customer_form

APRIL, MAY, JUNE = date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)
DAYS = [date(2026, 4, day) for day in range(1, 13)]
period = st.tuples(st.sampled_from(DAYS), st.sampled_from([*DAYS, None])).filter(lambda p: p[1] is None or p[0] <= p[1])


def agree(customer: Customer, price: Any, since: date, until: date | None = None, *, sku: str = "A") -> CustomerPrice:
    return CustomerPrice.objects.create(
        customer=customer, product_id=sku, unit_price=price, valid_from=since, valid_until=until
    )


def grant(customer: Customer, percentage: Any, since: date, until: date | None = None) -> CustomerPercentage:
    return CustomerPercentage.objects.create(
        customer=customer, percentage=percentage, valid_from=since, valid_until=until
    )


def offer(customer: Customer | None, day: date, sku: str = "A") -> Offer:
    return offers([sku], customer=customer, day=day)[sku]


def check_now() -> None:
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate; set constraints all deferred")


@pytest.mark.django_db
class TestWhichPriceIsOffered:
    def test_customers_price_comes_before_percentage_before_list_price(self) -> None:
        ProductFactory.create(sku="A", unit_price=Decimal("1230"))
        ProductFactory.create(sku="B", unit_price=None)
        customer, other = CustomerFactory.create(), CustomerFactory.create()
        grant(customer, 85, APRIL, MAY)
        agree(customer, Decimal("900.5"), MAY, MAY)

        assert offer(customer, date(2026, 3, 31)) == Offer(unit_price=Decimal(1230), rule=PriceRule.LIST, since=None)
        assert offer(customer, APRIL) == Offer(
            unit_price=Decimal("1045.5"), rule=PriceRule.PERCENTAGE, since=APRIL, percentage=Decimal(85)
        )
        assert offer(customer, MAY) == Offer(unit_price=Decimal("900.5"), rule=PriceRule.CUSTOMER, since=MAY)
        for unaffected in (offer(customer, date(2026, 5, 2)), offer(other, MAY), offer(None, MAY)):
            assert unaffected == Offer(unit_price=Decimal(1230), rule=PriceRule.LIST, since=None)
        assert offer(customer, MAY, "B") == Offer(unit_price=None, rule=PriceRule.LIST, since=None)

    def test_free_for_a_customer_is_free(self) -> None:
        ProductFactory.create(sku="A", unit_price=Decimal(5))
        customer = CustomerFactory.create()
        agree(customer, 0, APRIL)
        assert offer(customer, MAY).unit_price == 0

    def test_percentage_follows_the_list_price(self) -> None:
        product = ProductFactory.create(sku="A", unit_price=Decimal(100))
        ListPrice.objects.create(product=product, valid_from=MAY, unit_price=Decimal(200))
        customer = CustomerFactory.create()
        grant(customer, Decimal("87.5"), APRIL)
        assert [(offer(customer, day).unit_price, offer(customer, day).since) for day in (APRIL, JUNE)] == [
            (Decimal("87.5"), APRIL),
            (Decimal(175), MAY),
        ]


class TestPeriods(TestCase):
    @hypothesis_settings(max_examples=50)
    @given(periods=st.lists(period, min_size=1, max_size=4), day=st.sampled_from(DAYS))
    def test_database_takes_periods_that_do_not_overlap_and_no_others(
        self, periods: list[tuple[date, date | None]], day: date
    ) -> None:
        ProductFactory.create(sku="A", unit_price=Decimal(1))
        customer = CustomerFactory.create()
        days = [
            {each for each in (*DAYS, date(2099, 1, 1)) if since <= each <= (until or date.max)}
            for since, until in periods
        ]
        is_free = sum(map(len, days)) == len(set().union(*days))
        try:
            with transaction.atomic():
                for place, (since, until) in enumerate(periods):
                    agree(customer, 10 + place, since, until)
                    grant(customer, 10 + place, since, until)
                check_now()
            taken = True
        except IntegrityError:
            taken = False

        assert taken == is_free
        if taken:
            expected = next((10 + place for place, each in enumerate(days) if day in each), 1)
            assert offer(customer, day).unit_price == expected


@pytest.mark.django_db
def test_periods_of_others_do_not_count() -> None:
    for sku in ("A", "B"):
        ProductFactory.create(sku=sku)
    for customer in (CustomerFactory.create(), CustomerFactory.create()):
        for sku in ("A", "B"):
            agree(customer, 1, APRIL, sku=sku)
        grant(customer, 90, APRIL)
    check_now()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"unit_price": -1}, "customer_prices_unit_price_in_range"),
        ({"valid_until": date(2026, 3, 31)}, "customer_prices_days_in_order"),
        ({"product_id": "none"}, "customer_prices_of_product"),
    ],
)
def test_impossible_prices_are_refused_by_the_database(values: dict[str, Any], rule: str) -> None:
    ProductFactory.create(sku="A")
    customer = CustomerFactory.create()
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        CustomerPrice.objects.create(
            **{"customer": customer, "product_id": "A", "unit_price": 1, "valid_from": APRIL} | values
        )


@pytest.mark.usefixtures("committed")
def test_second_of_two_sessions_is_refused_when_their_periods_overlap() -> None:
    ProductFactory.create(sku="A")
    customer = CustomerFactory.create()
    database = settings.DATABASES["default"]["NAME"]
    insertion = (
        "insert into papyrus_schema.customer_prices (customer_id, product_id, unit_price, valid_from)"
        f" values ({customer.pk}, 'A', %s, %s)"
    )
    refusals: list[BaseException] = []
    with psycopg.connect(dbname=database) as first, psycopg.connect(dbname=database) as second:
        for session, price in ((first, 1), (second, 2)):
            session.execute(insertion, [price, APRIL])
        first.execute("set constraints all immediate")

        def finish() -> None:
            try:
                second.commit()
            except psycopg.errors.ExclusionViolation as error:
                refusals.append(error)

        finishing = threading.Thread(target=finish)
        finishing.start()
        waiting = "select wait_event_type from pg_stat_activity where pid = %s and wait_event_type = 'Lock'"
        pid = second.info.backend_pid
        with connection.cursor() as cursor:
            wait_until(lambda: cursor.execute(waiting, [pid]) or cursor.fetchone())
        first.commit()
        finishing.join()

    assert "customer_prices_no_overlap" in str(refusals[0])
    assert list(CustomerPrice.objects.values_list("unit_price", flat=True)) == [Decimal(1)]


@pytest.fixture
def staff(client: Client, db: None) -> Client:
    client.force_login(user_of(Role.PRODUCT_STAFF))
    return client


@pytest.fixture
def tea(db: None) -> Product:
    product: Product = ProductFactory.create(sku="KB-1", name="茶", unit_price=Decimal(100))
    return product


def rows(prefix: str, *rows: dict[str, str], initial: int = 0, **parent: str) -> dict[str, str]:
    counts = {f"{prefix}-TOTAL_FORMS": str(len(rows)), f"{prefix}-INITIAL_FORMS": str(initial)}
    return counts | {
        f"{prefix}-{place}-{name}": value for place, row in enumerate(rows) for name, value in (parent | row).items()
    }


def faults(answer: Any, place: int) -> list[dict[str, list[str]]]:
    assert answer.status_code == 200
    return list(answer.context["inline_admin_formsets"][place].formset.errors)


class TestPages:
    def test_customers_prices_are_typed_by_code(self, staff: Client, tea: Product) -> None:
        customer = CustomerFactory.create(code="C1")
        page = f"/admin/invoices/customer/{customer.pk}/change/"
        prices = rows(
            "prices",
            {"product": "ｋｂ-１", "unit_price": "￥９０", "valid_from": "2026-04-01", "valid_until": "2026-04-30"},
            {"product": "KB-1", "unit_price": "0", "valid_from": "2026-05-01"},
        )
        percentages = rows("percentages", {"percentage": "８５％", "valid_from": "2026-04-01"})

        assert staff.post(page, customer_form() | prices | percentages).status_code == 302

        assert [str(offer(customer, day, "KB-1").unit_price) for day in (APRIL, MAY)] == ["90.0000", "0.0000"]
        assert customer.percentages.get().percentage == 85
        shown = staff.get(page).content.decode()
        assert "茶（¥100）" in shown

    def test_products_prices_are_typed_by_customer(self, staff: Client, tea: Product) -> None:
        customer = CustomerFactory.create(code="C1")
        prices = rows("customer_prices", {"customer": "C1", "unit_price": "90", "valid_from": "2026-04-01"})

        sent = FACTS | inline_rows.OF_PRODUCT | prices
        assert staff.post("/admin/catalog/product/KB-1/change/", sent).status_code == 302

        assert offer(customer, MAY, "KB-1").unit_price == 90

    def test_overlap_is_named(self, staff: Client, tea: Product) -> None:
        customer = CustomerFactory.create(code="C1")
        page = f"/admin/invoices/customer/{customer.pk}/change/"
        present = agree(customer, 90, APRIL, MAY, sku="KB-1")
        kept = {"id": str(present.pk), "product": "KB-1", "unit_price": "90", "valid_from": "2026-04-01"}
        prices = rows(
            "prices",
            kept | {"valid_until": "2026-05-01"},
            {"product": "KB-1", "unit_price": "80", "valid_from": "2026-05-01"},
            initial=1,
            customer=str(customer.pk),
        )
        percentages = rows(
            "percentages",
            {"percentage": "85", "valid_from": "2026-04-01"},
            {"percentage": "80", "valid_from": "2027-04-01"},
        )

        answer = staff.post(page, customer_form() | prices | percentages)

        assert faults(answer, 0) == [
            {},
            {
                "valid_from": [
                    "¥90（2026-04-01から2026-05-01まで）と期間が重なっています。空いている日を選んでください。"
                ]
            },
        ]
        assert faults(answer, 1) == [
            {},
            {
                "valid_from": [
                    "85%（2026-04-01から）と期間が重なっています。空いている日を選ぶか、そちらに終了日を入れてください。"
                ]
            },
        ]
        assert (CustomerPrice.objects.count(), CustomerPercentage.objects.count()) == (1, 0)

    def test_two_periods_can_change_together(self, staff: Client, tea: Product) -> None:
        customer = CustomerFactory.create(code="C1")
        first, last = agree(customer, 90, APRIL, MAY, sku="KB-1"), agree(customer, 80, JUNE, sku="KB-1")
        facts = {"product": "KB-1", "unit_price": "90"}
        prices = rows(
            "prices",
            facts | {"id": str(first.pk), "valid_from": "2026-04-01", "valid_until": "2026-06-30"},
            facts | {"id": str(last.pk), "valid_from": "2026-07-01"},
            initial=2,
            customer=str(customer.pk),
        )

        page = f"/admin/invoices/customer/{customer.pk}/change/"
        assert staff.post(page, customer_form() | prices).status_code == 302

        check_now()
        assert [each.valid_from for each in CustomerPrice.objects.order_by("pk")] == [APRIL, date(2026, 7, 1)]

    def test_wrong_rows_are_named_with_the_remedy(self, staff: Client, tea: Product) -> None:
        customer = CustomerFactory.create(code="C1")
        prices = rows(
            "prices",
            {"product": "X", "unit_price": "1", "valid_from": "2026-04-01"},
            {"product": "KB-1", "unit_price": "", "valid_from": "2026-04-01"},
            {"product": "KB-1", "unit_price": "1", "valid_from": "2026-04-02", "valid_until": "2026-04-01"},
        )
        percentages = rows("percentages", {"percentage": "0", "valid_from": "2026-04-01"})

        page = f"/admin/invoices/customer/{customer.pk}/change/"
        answer = staff.post(page, customer_form() | prices | percentages)

        assert faults(answer, 0) == [
            {"product": ["商品「X」はありません。登録済みの品番を入力してください。"]},
            {"unit_price": ["単価を入力してください。0は無償です。標準単価でよければこの行を削除してください。"]},
            {"__all__": ["終了日が開始日より前です。どちらかを直してください。"]},
        ]
        assert faults(answer, 1) == [
            {"percentage": ["掛率（標準単価に対する%）は 0 より大きくしてください（0 が入力されました）。"]}
        ]

    @pytest.mark.parametrize("count", [1, 3])
    def test_pages_ask_no_more_often_when_there_are_more_rows(
        self, staff: Client, tea: Product, count: int, django_assert_max_num_queries: Any
    ) -> None:
        customer = CustomerFactory.create(code="C1")
        for number in range(count):
            ProductFactory.create(sku=f"P{number}")
            agree(customer, 90, APRIL, sku=f"P{number}")
            agree(CustomerFactory.create(), 90, APRIL, sku="KB-1")
        for page in (f"/admin/invoices/customer/{customer.pk}/change/", "/admin/catalog/product/KB-1/change/"):
            staff.get(page)
            with django_assert_max_num_queries(12):
                assert staff.get(page).status_code == 200

    def test_product_with_customer_prices_is_not_deleted(self, staff: Client, tea: Product) -> None:
        agree(CustomerFactory.create(code="C1"), 90, APRIL, sku="KB-1")
        staff.post("/admin/catalog/product/KB-1/delete/", {"post": "yes"})
        assert Product.objects.count() == 1


@pytest.mark.django_db
def test_picker_offers_the_customers_price(client: Client) -> None:
    ProductFactory.create(sku="A", unit_price=Decimal(100))
    customer = CustomerFactory.create()
    agree(customer, 90, APRIL, MAY)
    client.force_login(user_of(Role.CLERK))

    def price(**query: str | int) -> Any:
        [found] = client.get("/notes/products/suggest", {"q": "A", **query}).json()["products"]
        return found["unit_price"]

    assert price(on="2026-04-01", customer=customer.pk) == "90"
    assert price(on="2026-05-02", customer=customer.pk) == "100"
    for unknown in ("", "x", "9" * 30, "-1", "²", 999_999):
        assert price(on="2026-04-01", customer=unknown) == "100"
