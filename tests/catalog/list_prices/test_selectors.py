from __future__ import annotations

import datetime
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.django import TestCase

from catalog.list_prices.selectors import Holding, list_prices_on
from catalog.models import ListPrice, Product
from tests.catalog.factories import ProductFactory
from tests.catalog.list_prices.clock import today_is

LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
prices = st.none() | st.decimals(min_value=0, max_value=10_000, places=4)
days = st.dates(min_value=date(2026, 1, 1), max_value=date(2026, 1, 20))


class TestWhichPriceHolds(TestCase):
    @settings(max_examples=60)
    @given(first=prices, dated=st.dictionaries(days, prices, max_size=5), day=days)
    def test_last_price_that_has_begun_holds(
        self, first: Decimal | None, dated: dict[date, Decimal | None], day: date
    ) -> None:
        product = ProductFactory.create(sku="A", unit_price=first, created_at=LONG_AGO)
        ListPrice.objects.bulk_create(
            ListPrice(product=product, valid_from=since, unit_price=price) for since, price in dated.items()
        )
        since = max((each for each in dated if each <= day), default=None)
        expected = first if since is None else dated[since]

        assert list_prices_on(day, ["A", "none"]) == {"A": Holding(unit_price=expected, since=since)}
        with today_is(day):
            assert Product.objects.get().unit_price == expected

    @settings(max_examples=40)
    @given(writes=st.lists(st.tuples(days, prices), max_size=6), first=prices, day=days)
    def test_price_is_what_was_written_last_until_that_day(
        self, writes: list[tuple[date, Decimal | None]], first: Decimal | None, day: date
    ) -> None:
        """`products` is updated on some days, in their order, by the habits of before."""
        ProductFactory.create(sku="A", unit_price=first, created_at=LONG_AGO)
        written = sorted(writes, key=lambda write: write[0])
        for written_on, price in written:
            with today_is(written_on):
                Product.objects.update(unit_price=price)

        with today_is(date(2026, 12, 31)):
            assert Product.objects.get().unit_price == ([first] + [price for _on, price in written])[-1]
        # The first price that is set holds from the beginning.
        known = [(date.min, first), *written]
        while len(known) > 1 and known[0][1] is None:
            known = [(date.min, known[1][1]), *known[2:]]
        expected = [price for begun_on, price in known if begun_on <= day][-1]
        assert list_prices_on(day, ["A"])["A"].unit_price == expected


@pytest.mark.django_db
def test_many_are_asked_for_in_one_query(django_assert_num_queries: object) -> None:
    skus = [ProductFactory.create().sku for _ in range(3)]

    for wanted in (skus[:1], skus):
        with django_assert_num_queries(1):  # type: ignore[operator]
            assert set(list_prices_on(date(2026, 1, 1), wanted)) == set(wanted)
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert list_prices_on(date(2026, 1, 1), []) == {}
