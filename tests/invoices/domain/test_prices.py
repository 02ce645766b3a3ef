from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from invoices.domain.money import Rounding
from invoices.domain.prices import percentage_of

TABLE = [
    ("1230", "85", "1045.5", "1045.5", "1045.5"),
    ("99.99", "85", "84.9915", "84.9915", "84.9915"),
    ("0.0003", "50", "0.0001", "0.0002", "0.0002"),
    ("33.3333", "33.33", "11.1099", "11.1100", "11.1100"),
    ("0", "85", "0", "0", "0"),
    ("9999999.9999", "120", "11999999.9998", "11999999.9999", "11999999.9999"),
]


@pytest.mark.parametrize(("price", "percentage", "floor", "half_up", "ceil"), TABLE)
def test_percentage_is_rounded_to_four_decimals(
    price: str, percentage: str, floor: str, half_up: str, ceil: str
) -> None:
    found = [percentage_of(Decimal(price), percentage=Decimal(percentage), rounding=each) for each in Rounding]
    assert found == [Decimal(floor), Decimal(half_up), Decimal(ceil)]


@given(price=st.decimals(min_value=0, max_value=10**9, places=4), rounding=st.sampled_from(list(Rounding)))
def test_hundred_percent_is_the_list_price(price: Decimal, rounding: Rounding) -> None:
    assert percentage_of(price, percentage=Decimal(100), rounding=rounding) == price
