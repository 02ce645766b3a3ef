"""Products and tax categories for tests. The standard, reduced and exempt categories exist already, by migration."""

from __future__ import annotations

import datetime
from decimal import Decimal

from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory

from catalog.models import Product, TaxCategory, TaxRate


class TaxCategoryFactory(DjangoModelFactory[TaxCategory]):
    class Meta:
        model = TaxCategory
        django_get_or_create = ("code",)

    code = Sequence(lambda number: f"category-{number}")
    name = Sequence(lambda number: f"区分{number}")
    kind = "standard"
    sort_order = 100


class TaxRateFactory(DjangoModelFactory[TaxRate]):
    class Meta:
        model = TaxRate

    category = SubFactory(TaxCategoryFactory)
    valid_from = datetime.date(2019, 10, 1)
    rate = Decimal("10.00")


class ProductFactory(DjangoModelFactory[Product]):
    class Meta:
        model = Product

    sku = Sequence(lambda number: f"P-{number:04d}")
    name = Sequence(lambda number: f"商品{number}")
    unit_price = Decimal("100.0000")
    unit = "個"
    tax_category_id = "standard"
