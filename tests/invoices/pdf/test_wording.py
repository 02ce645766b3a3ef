from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from invoices.domain.document import Language
from invoices.domain.eras import ERAS
from invoices.domain.tax import TaxClass, TaxKind
from invoices.pdf import wording
from tests.invoices.pdf.documents import document


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", "0"),
        ("2.500", "2.5"),
        ("1200", "1,200"),
        ("1200.000", "1,200"),
        ("42.50", "42.5"),
        ("0.1234", "0.1234"),
        ("1E+3", "1,000"),
        ("100", "100"),
        ("-3.0", "▲3"),
        ("-0.0", "0"),
        ("1234567.125", "1,234,567.125"),
    ],
)
def test_number_has_no_trailing_zeros(value: str, expected: str) -> None:
    assert wording.number(Decimal(value)) == expected


@pytest.mark.parametrize(("yen", "expected"), [(0, "0"), (1530, "1,530"), (-1530, "▲1,530")])
def test_amount_marks_negative_figures(yen: int, expected: str) -> None:
    assert wording.amount(yen) == expected


@pytest.mark.parametrize(("yen", "expected"), [(0, "¥0"), (1530, "¥1,530"), (-1530, "▲¥1,530")])
def test_amount_with_sign_marks_negative_figures(yen: int, expected: str) -> None:
    assert wording.amount_with_sign(yen) == expected


def test_day_has_no_leading_zeros() -> None:
    assert wording.day(date(2026, 1, 3), document(1)) == "2026年1月3日"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2026, 11, 23), "令和8年11月23日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1926, 12, 24), "1926年12月24日"),
    ],
)
def test_day_is_written_by_the_eras_of_the_document(value: date, expected: str) -> None:
    assert wording.day(value, document(1, eras=ERAS)) == expected


def test_day_is_written_by_the_eras_known_at_issue_when_a_new_one_has_begun_since() -> None:
    assert wording.day(date(2019, 5, 1), document(1, eras=ERAS[:2])) == "平成31年5月1日"


def test_day_is_plain_in_english() -> None:
    assert wording.day(date(2026, 1, 3), document(1, eras=ERAS, language=Language.ENGLISH)) == "2026-01-03"


@pytest.mark.parametrize(
    ("kind", "rate", "expected"),
    [
        (TaxKind.STANDARD, "10", "10%対象"),
        (TaxKind.REDUCED, "8", "8%対象※"),
        (TaxKind.STANDARD, "8", "8%対象"),
        (TaxKind.REDUCED, "1.00", "1%対象※"),
        (TaxKind.EXEMPT, "0", "非課税"),
    ],
)
def test_tax_class_marks_reduced_rates(kind: TaxKind, rate: str, expected: str) -> None:
    assert wording.tax_class(TaxClass(kind=kind, rate=Decimal(rate))) == expected
