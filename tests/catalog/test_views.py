from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.models import Product
from tests.catalog.factories import ProductFactory

pytestmark = pytest.mark.django_db

ADDRESSES = {"/api/product_by_sku": "sku", "/api/product_by_name": "name", "/products/suggest": "q"}
every_address = pytest.mark.parametrize(("address", "parameter"), ADDRESSES.items())


def test_addresses_are_those_of_the_contract_when_reversed() -> None:
    assert reverse("catalog:product_by_sku") == "/api/product_by_sku"
    assert reverse("catalog:product_by_name") == "/api/product_by_name"
    assert reverse("catalog:product_suggest") == "/products/suggest"


@pytest.mark.parametrize(
    ("price", "written"), [("12000", "12000"), ("42.5", "42.5"), ("0.0001", "0.0001"), ("0", "0"), (None, "null")]
)
def test_product_by_sku_answers_the_price_as_a_number_when_found(
    signed_in: Client, price: str | None, written: str
) -> None:
    ProductFactory.create(sku="007", name="𠮷野の葛餅", unit_price=price)

    answer = signed_in.get("/api/product_by_sku", {"sku": " 007 "})

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {"sku": "007", "name": "𠮷野の葛餅", "unit_price": json.loads(written)}
    assert f'"unit_price": {written}}}' in answer.content.decode()


@pytest.mark.parametrize("sku", ["7", "07", "ab", "OFF", "", "%"])
def test_product_by_sku_answers_nothing_when_no_active_product_has_it(signed_in: Client, sku: str) -> None:
    ProductFactory.create(sku="007")
    ProductFactory.create(sku="AB")
    ProductFactory.create(sku="OFF", is_active=False)

    answer = signed_in.get("/api/product_by_sku", {"sku": sku})

    assert (answer.status_code, answer.json()) == (200, {})


def test_product_by_name_answers_the_smallest_sku_when_name_is_ambiguous(signed_in: Client) -> None:
    ProductFactory.create(sku="B", name="紙", unit_price=2)
    ProductFactory.create(sku="A", name="紙", unit_price=1)

    answer = signed_in.get("/api/product_by_name", {"name": "\u3000紙 "})

    assert answer.json() == {"sku": "A", "name": "紙", "unit_price": 1}


def test_product_by_name_answers_nothing_when_unknown(signed_in: Client) -> None:
    ProductFactory.create(name="紙", is_active=False)

    assert signed_in.get("/api/product_by_name", {"name": "紙"}).json() == {}
    assert signed_in.get("/api/product_by_name").json() == {}


def test_suggest_answers_what_a_line_needs_when_found(signed_in: Client) -> None:
    ProductFactory.create(
        sku="A", name="茶", unit_price="1080.50", unit="袋", tax_category_id="reduced", jan="49123456"
    )
    ProductFactory.create(sku="B", name="茶", unit_price=None)

    answer = signed_in.get("/products/suggest", {"q": "茶"})

    assert answer.json() == {
        "products": [
            {
                "sku": "A",
                "name": "茶",
                "unit_price": "1080.5",
                "unit": "袋",
                "tax_category": "reduced",
                "tax_category_name": "軽減税率",
                "jan": "49123456",
            },
            {
                "sku": "B",
                "name": "茶",
                "unit_price": None,
                "unit": "個",
                "tax_category": "standard",
                "tax_category_name": "標準税率",
                "jan": "",
            },
        ]
    }


def test_suggest_answers_twenty_products_when_more_match(signed_in: Client) -> None:
    ProductFactory.create_batch(21, name="紙")

    assert len(signed_in.get("/products/suggest", {"q": "紙"}).json()["products"]) == 20


@pytest.mark.parametrize("count", [1, 3])
def test_suggest_asks_four_times_when_several_match(
    signed_in: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ProductFactory.create_batch(count, name="紙")

    # Session and user, then the search and its rows.
    with django_assert_num_queries(4):
        answer = signed_in.get("/products/suggest", {"q": "紙"})

    assert len(answer.json()["products"]) == count


@every_address
def test_answer_is_401_in_json_when_nobody_is_signed_in(client: Client, address: str, parameter: str) -> None:
    answer = client.get(address, {parameter: "A"})

    assert answer.status_code == 401
    assert answer.json() == {"error": "You are not signed in. Sign in and try again."}


@every_address
def test_answer_is_403_in_json_when_the_user_may_not_see_products(client: Client, address: str, parameter: str) -> None:
    ProductFactory.create(sku="A")
    user = User.objects.create_user("somebody")
    client.force_login(user)

    answer = client.get(address, {parameter: "A"})

    assert answer.status_code == 403
    assert answer.json() == {"error": "Your account may not ask this. Ask an administrator for the role you need."}

    user.user_permissions.add(Permission.objects.get(codename="view_product"))

    assert client.get(address, {parameter: "A"}).status_code == 200


@every_address
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_answer_is_405_in_json_when_not_reading(signed_in: Client, address: str, parameter: str, method: str) -> None:
    ProductFactory.create(sku="A")

    answer = signed_in.generic(method, f"{address}?{parameter}=A")

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD"
    assert answer.json() == {"error": f"{method} is not possible here. Use GET."}
    assert Product.objects.count() == 1


@every_address
def test_answer_is_empty_when_only_the_head_is_asked(signed_in: Client, address: str, parameter: str) -> None:
    answer = signed_in.head(address, {parameter: "A"})

    assert (answer.status_code, answer.content) == (200, b"")


@every_address
def test_answer_is_400_when_text_contains_nul(signed_in: Client, address: str, parameter: str) -> None:
    answer = signed_in.get(f"{address}?{parameter}=A%00B")

    assert answer.status_code == 400
    assert answer.json() == {"error": "The text contains a NUL character. Remove it and try again."}


@every_address
def test_answer_is_400_when_text_is_too_long(signed_in: Client, address: str, parameter: str) -> None:
    assert signed_in.get(address, {parameter: "あ" * 200}).status_code == 200

    answer = signed_in.get(address, {parameter: "あ" * 201})

    assert answer.status_code == 400
    assert answer.json() == {"error": "The text has 201 characters. Enter at most 200."}


@every_address
@pytest.mark.parametrize(
    "typed", ["%", "\\", "'", '"', "{}", "\ud800".encode("utf-8", "replace").decode(), "﷽" * 200, "\u200b"]
)
def test_answer_is_200_when_text_is_unusual(signed_in: Client, address: str, parameter: str, typed: str) -> None:
    assert signed_in.get(address, {parameter: typed}).status_code == 200


@every_address
def test_answer_is_200_when_bytes_are_no_utf8(signed_in: Client, address: str, parameter: str) -> None:
    assert signed_in.get(f"{address}?{parameter}=%ff%fe%81").status_code == 200
