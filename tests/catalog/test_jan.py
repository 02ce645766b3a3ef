from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from catalog import jan


@pytest.mark.parametrize("number", ["4901234567894", "49123456"])
def test_check_digit_is_valid_when_it_is_the_one_of_the_standard(number: str) -> None:
    assert jan.has_valid_check_digit(number) is True


def test_check_digit_is_invalid_when_another_is_expected() -> None:
    assert jan.has_valid_check_digit("4901234567890") is False
    assert jan.expected_check_digit("4901234567890") == 4


@given(st.from_regex(r"\A[0-9]{7}\Z") | st.from_regex(r"\A[0-9]{12}\Z"), st.data())
def test_check_digit_notices_when_one_digit_is_wrong(digits: str, data: st.DataObject) -> None:
    number = f"{digits}{jan.expected_check_digit(digits + '0')}"
    place = data.draw(st.integers(0, len(digits) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[place]]))

    assert jan.has_valid_check_digit(number) is True
    assert jan.has_valid_check_digit(number[:place] + other + number[place + 1 :]) is False


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("４９０１２３４５６７８９４", "4901234567894"), ("4912-3456", "49123456"), (" 4912 3456", "49123456"), ("", "")],
)
def test_normalise_returns_plain_digits_when_typed_another_way(typed: str, expected: str) -> None:
    assert jan.normalise(typed) == expected


@pytest.mark.parametrize("number", ["", "4912345", "491234567", "4901234567894 ", "49０12345", "abcdefgh", "²²²²²²²²"])
def test_form_is_refused_when_not_8_or_13_digits(number: str) -> None:
    assert jan.is_digits(number) is False
