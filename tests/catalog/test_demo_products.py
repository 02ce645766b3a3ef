from __future__ import annotations

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from catalog import jan
from catalog.models import Product
from tests.catalog.factories import ProductFactory

pytestmark = pytest.mark.django_db


def loaded() -> str:
    output = StringIO()
    call_command("load_demo_products", stdout=output)
    return output.getvalue()


def test_demo_products_are_loaded_when_missing() -> None:
    assert loaded() == "Demo products added: 53.\n"

    keyboard = Product.objects.get(sku="KB-001")
    assert (keyboard.name, keyboard.unit_price, keyboard.unit, keyboard.note) == (
        "メカニカルキーボード",
        Decimal(12000),
        "台",
        "青軸",
    )
    assert Product.objects.get(name="𠮷野の葛餅 6個入").tax_category_id == "reduced"
    assert list(Product.objects.filter(unit_price=None).values_list("sku", flat=True)) == ["WK-021"]
    assert [
        number
        for number in Product.objects.exclude(jan="").values_list("jan", flat=True)
        if not jan.has_valid_check_digit(number)
    ] == []
    assert not Product.objects.filter(unit="").exists()


def test_demo_products_leave_rows_alone_when_they_exist() -> None:
    ProductFactory.create(sku="KB-001", name="うちのキーボード")

    assert loaded() == "Demo products added: 52.\n"
    assert loaded() == "Demo products added: 0.\n"
    assert Product.objects.get(sku="KB-001").name == "うちのキーボード"
