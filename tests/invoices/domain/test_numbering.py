from datetime import date

import pytest

from invoices.domain.errors import InvalidNumberFormat
from invoices.domain.numbering import DEFAULT_FORMAT, check_format, fiscal_year, format_number


@pytest.mark.parametrize(
    ("day", "start_month", "year"),
    [
        (date(2027, 3, 31), 4, 2026),
        (date(2027, 4, 1), 4, 2027),
        (date(2026, 12, 31), 1, 2026),
        (date(2026, 1, 1), 1, 2026),
        (date(2026, 11, 30), 12, 2025),
        (date(2026, 12, 1), 12, 2026),
    ],
)
def test_fiscal_year_begins_in_its_start_month(day: date, start_month: int, year: int) -> None:
    assert fiscal_year(day, start_month=start_month) == year


def test_format_number_writes_the_default() -> None:
    assert format_number(DEFAULT_FORMAT, year=2026, number=1) == "DN-2026-000001"


def test_format_number_grows_when_the_digits_are_used_up() -> None:
    assert format_number("{number:03d}", year=2026, number=12345) == "12345"


@pytest.mark.parametrize("number_format", [DEFAULT_FORMAT, "納{year}-{number}", "{year}{number:08d}"])
def test_check_format_accepts(number_format: str) -> None:
    check_format(number_format, restarts_yearly=True)


def test_check_format_accepts_a_format_without_year_when_numbers_never_restart() -> None:
    check_format("DN{number:08d}", restarts_yearly=False)


@pytest.mark.parametrize(
    ("number_format", "reason"),
    [
        ("DN-{year}", "{number} is missing"),
        ("DN-{number}", "{year} is missing although numbers restart every year"),
        ("{year}-{number}-{month}", "only {year} and {number} may stand in braces"),
        ("{year}-{number.__class__}", "{number} is missing"),
        ("{year}-{number", "the braces do not match"),
        ("{year}-{number:zz}", "after a colon only a width may stand"),
        ("{year}/{number}", "spaces and the characters"),
        ("{year}-{number:060d}", "the number would be over 40 characters"),
        ("{year}-{number:.0e}", "after a colon only a width may stand"),
        ("{year}-{number:6d}", "spaces and the characters"),
        ("{year}-{number!a:06d}", "after a colon only a width may stand"),
        ("{year!s:4d}-{number}", "after a colon only a width may stand"),
        ("{year}\u3000{number}", "spaces and the characters"),
        ("{year}\u00a0{number}", "spaces and the characters"),
        ("{year}\u200b{number}", "spaces and the characters"),
        ("{year}-" + "x" * 26 + "{number}", "the number would be over 40 characters"),
    ],
)
def test_check_format_refuses_and_says_why(number_format: str, reason: str) -> None:
    with pytest.raises(InvalidNumberFormat) as refusal:
        check_format(number_format, restarts_yearly=True)
    assert str(refusal.value.params["reason"]).startswith(reason)
    assert refusal.value.params["format"] == number_format
