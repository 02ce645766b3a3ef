from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from catalog import prices

any_price = st.decimals(min_value=0, max_value=Decimal("9999999999.9999"), places=4)


@pytest.mark.parametrize(
    ("price", "plain", "grouped"),
    [
        ("12000.0000", "12000", "12,000"),
        ("42.5000", "42.5", "42.5"),
        ("1234.5600", "1234.56", "1,234.56"),
        ("0.0000", "0", "0"),
        ("0.0001", "0.0001", "0.0001"),
        ("9999999999.9999", "9999999999.9999", "9,999,999,999.9999"),
    ],
)
def test_text_has_no_trailing_zeros_when_price_comes_from_database(price: str, plain: str, grouped: str) -> None:
    assert prices.plain_text(Decimal(price)) == plain
    assert prices.grouped_text(Decimal(price)) == grouped


@given(any_price)
def test_text_means_the_same_price_when_read_again(price: Decimal) -> None:
    assert Decimal(prices.plain_text(price)) == price
    assert Decimal(prices.grouped_text(price).replace(",", "")) == price


@given(any_price)
def test_json_number_has_the_exact_digits_when_written(price: Decimal) -> None:
    assert Decimal(json.dumps(prices.json_number(price))) == price


def test_json_number_is_an_integer_when_price_is_whole() -> None:
    assert (
        json.dumps([prices.json_number(Decimal("12000.0000")), prices.json_number(Decimal("42.5000"))])
        == "[12000, 42.5]"
    )
