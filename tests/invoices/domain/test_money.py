from decimal import Decimal, localcontext

import pytest
from hypothesis import given, strategies as st

from invoices.domain.money import Rounding, line_amount, round_yen


@pytest.mark.parametrize(
    ("value", "floor", "half_up", "ceil"),
    [
        ("0", 0, 0, 0),
        ("0.4", 0, 0, 1),
        ("0.5", 0, 1, 1),
        ("1.4999", 1, 1, 2),
        ("-0.5", 0, -1, -1),
        ("-1.5", -1, -2, -2),
        ("1000", 1000, 1000, 1000),
        ("100.5", 100, 101, 101),
    ],
)
def test_round_yen_is_symmetric_about_zero(value: str, floor: int, half_up: int, ceil: int) -> None:
    rounded = [round_yen(Decimal(value), rounding) for rounding in Rounding]
    assert rounded == [floor, half_up, ceil]


def test_line_amount_is_exact_when_binary_floats_would_be_one_yen_short() -> None:
    assert line_amount(quantity=Decimal("1100"), unit_price=Decimal("1.1"), rounding=Rounding.FLOOR) == 1210
    assert round_yen(Decimal(1100) / Decimal("1.1"), Rounding.FLOOR) == 1000


def test_line_amount_keeps_every_digit_of_the_largest_price_and_quantity() -> None:
    amount = line_amount(quantity=Decimal("9999999.999"), unit_price=Decimal("9999999999.9999"), rounding=Rounding.CEIL)
    assert amount == -(-(9999999999 * 99999999999999) // 10_000_000)


@given(
    quantity=st.decimals(min_value=-9999999, max_value=9999999, places=3),
    unit_price=st.decimals(min_value=0, max_value=9999999, places=4),
    rounding=st.sampled_from(Rounding),
)
def test_line_amount_of_a_return_is_the_exact_negative(
    quantity: Decimal, unit_price: Decimal, rounding: Rounding
) -> None:
    sold = line_amount(quantity=quantity, unit_price=unit_price, rounding=rounding)
    returned = line_amount(quantity=-quantity, unit_price=unit_price, rounding=rounding)
    assert returned == -sold


def test_round_yen_is_exact_when_the_thread_rounds_coarsely() -> None:
    with localcontext(prec=5):
        assert round_yen(Decimal("-123456789.5"), Rounding.HALF_UP) == -123456790
