"""What is used stays: it is deactivated instead."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client

from catalog import selectors
from catalog.models import Product
from invoices.models import Customer
from tests.catalog.factories import ProductFactory
from tests.invoices.factories import clerk, issued_note, line

pytestmark = pytest.mark.django_db

LIST = "/admin/catalog/product/"
REMEDY = "Deactivate it instead: it is not offered any more, and old notes keep it."


@pytest.fixture
def used() -> None:
    ProductFactory.create(sku="A", name="茶")
    ProductFactory.create(sku="B")
    issued_note(clerk(), lines=(line(product_sku="A", code="A"),))


@pytest.mark.usefixtures("used")
@pytest.mark.parametrize("sent", [None, {"post": "yes"}])
def test_used_product_is_kept_and_the_page_says_what_to_do(signed_in: Client, sent: dict[str, str] | None) -> None:
    address = f"{LIST}A/delete/"

    answer = signed_in.post(address, sent) if sent else signed_in.get(address)

    page = unescape(answer.content.decode())
    assert "<p>“A 茶” is used and cannot be deleted.</p>" in page
    assert f"<p>{REMEDY}</p>" in page
    assert Product.objects.count() == 2


@pytest.mark.usefixtures("used")
def test_nothing_is_deleted_when_one_of_the_selected_is_used(signed_in: Client) -> None:
    chosen = {"action": "delete_selected", "_selected_action": ["A", "B"], "post": "yes"}

    page = unescape(signed_in.post(LIST, chosen).content.decode())

    assert "<p>“A 茶” is used and cannot be deleted.</p>" in page
    assert REMEDY in page
    assert "“B " not in page
    assert Product.objects.count() == 2


@pytest.mark.usefixtures("used")
def test_inactive_product_is_not_offered(signed_in: Client) -> None:
    signed_in.post(LIST, {"action": "deactivate", "_selected_action": ["A"]})

    assert selectors.suggest("茶") == []
    assert selectors.product_by_sku("A") is None


@pytest.mark.usefixtures("used")
def test_used_customer_is_kept(signed_in: Client) -> None:
    customer = Customer.objects.get()

    page = unescape(signed_in.get(f"/admin/invoices/customer/{customer.pk}/delete/").content.decode())

    assert f"“{customer}” is used and cannot be deleted." in page
    assert "Untick “active” on its page instead" in page
