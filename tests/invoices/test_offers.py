"""The price that a clerk is offered, and what becomes of one that stands on a line."""

from __future__ import annotations

import datetime
import re
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from catalog.models import ListPrice, Product
from invoices import services
from invoices.models import Customer, DeliveryNoteLine
from papyrus_site.roles import Role
from tests.catalog.factories import ProductFactory
from tests.invoices.factories import NOW, CustomerFactory, IssuerFactory, draft_note, line, user_of
from tests.invoices.test_views import form

pytestmark = pytest.mark.django_db

LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
DECEMBER = date(2026, 12, 1)


@pytest.fixture
def clerk(client: Client) -> Client:
    client.force_login(user_of(Role.CLERK))
    return client


@pytest.fixture
def tea() -> Product:
    """100 yen, from December 120."""
    product: Product = ProductFactory.create(sku="A", name="茶", unit_price=Decimal(100), created_at=LONG_AGO)
    ListPrice.objects.create(product=product, valid_from=DECEMBER, unit_price=Decimal(120))
    return product


@pytest.fixture
def customer() -> Customer:
    return CustomerFactory.create()


def offered(answer: Any) -> list[tuple[str | None, ...]]:
    """What each line is offered: SKU, price, rule, and whether the line says another price."""
    spans = re.findall(r'<span id="lines-\d+-amount"([^>]*)>', answer.content.decode())

    def told(span: str, name: str) -> str | None:
        found = re.search(rf' data-{name}(?:="([^"]*)")?(?= |$)', span)
        return None if found is None else unescape(found[1] or "")

    return [tuple(told(span, name) for name in ("sku", "offer", "rule", "is-own")) for span in spans]


def test_picker_shows_the_price_of_the_delivery_date(clerk: Client, tea: Product) -> None:
    def price(**query: str) -> Any:
        [found] = clerk.get("/notes/products/suggest", {"q": "A", **query}).json()["products"]
        return found["unit_price"]

    assert price(on="2026-11-30") == "100"
    assert price(on="2026-12-01") == "120"
    for unreadable in ("", "2026-02-31", "x"):
        assert price(on=unreadable) in ("100", "120")


def test_code_alone_is_completed_with_the_price_of_the_delivery_date(
    clerk: Client, tea: Product, customer: Customer
) -> None:
    for day, price in (("2026-11-30", 100), ("2026-12-01", 120)):
        typed = {"code": "A", "name": "", "unit_price": ""}
        clerk.post("/notes/new", form(customer, typed, delivered_on=day))
        assert DeliveryNoteLine.objects.latest("pk").unit_price == price


def test_lines_tell_their_offer_as_the_date_changes(clerk: Client, tea: Product, customer: Customer) -> None:
    rows: list[dict[str, str]] = [{"product_sku": "A", "unit_price": price} for price in ("100", "1００.0")]

    before = clerk.post("/notes/totals", form(customer, *rows, {}, delivered_on="2026-11-30"))
    after = clerk.post("/notes/totals", form(customer, *rows, {}, delivered_on="2026-12-01"))

    assert offered(before) == [("A", "100", "標準単価", None)] * 2 + [(None,) * 4]
    assert offered(after) == [("A", "120", "標準単価 2026-12-01から", "")] * 2 + [(None,) * 4]


def test_price_that_is_not_set_is_offered_as_such(clerk: Client, customer: Customer) -> None:
    ProductFactory.create(sku="A", unit_price=None)
    rows = ({"product_sku": "A", "unit_price": ""}, {"product_sku": "A", "unit_price": "0"})
    assert offered(clerk.post("/notes/totals", form(customer, *rows))) == [
        ("A", "", "標準単価", None),
        ("A", "", "標準単価", ""),
    ]


def test_saving_and_issuing_change_no_price(clerk: Client, tea: Product, customer: Customer) -> None:
    IssuerFactory.create()
    author = user_of(Role.CLERK, username="author")
    note = draft_note(author, lines=(line(product_sku="A", unit_price=Decimal(95)),), delivered_on=DECEMBER)

    assert offered(clerk.get(f"/notes/{note.pk}/edit"))[0] == ("A", "120", "標準単価 2026-12-01から", "")
    issued = services.issue(note_id=note.pk, author=author, now=NOW)

    assert issued.lines.get().unit_price == 95


@pytest.mark.parametrize("count", [1, 3])
def test_totals_take_as_many_queries_with_many_lines(
    clerk: Client, tea: Product, customer: Customer, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    typed = form(customer, *[{"product_sku": "A"}] * count)
    clerk.post("/notes/totals", typed)

    with django_assert_num_queries(12):
        clerk.post("/notes/totals", typed)
