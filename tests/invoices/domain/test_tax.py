"""Tax by tables (tax_vectors.json, domain rules §2) and by properties against an integer reference."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from invoices.domain.errors import ExemptWithRate
from invoices.domain.money import Rounding, line_amount
from invoices.domain.tax import PriceBasis, TaxClass, TaxedAmount, TaxKind, class_on, totals

VECTORS = json.loads((Path(__file__).parent / "tax_vectors.json").read_text())


def taxed(amount: int, rate: str, kind: TaxKind = TaxKind.STANDARD) -> TaxedAmount:
    return TaxedAmount(tax_class=TaxClass(kind=kind, rate=Decimal(rate)), amount=amount)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['id']}-{vector['tax_rounding']}")
def test_totals_match_the_worked_numbers(vector: dict[str, Any]) -> None:
    lines = [
        taxed(
            line_amount(
                quantity=Decimal(line["qty"]),
                unit_price=Decimal(line["unit_price"]),
                rounding=Rounding(vector["line_rounding"]),
            ),
            str(line["rate"]),
        )
        for line in vector["lines"]
    ]

    result = totals(lines, basis=PriceBasis(vector["basis"]), rounding=Rounding(vector["tax_rounding"]))

    assert {str(block.tax_class.rate): block.taxable for block in result.blocks} == vector["taxable"]
    assert {str(block.tax_class.rate): block.tax for block in result.blocks} == vector["tax"]
    assert result.total == vector["total"]


def test_vectors_cover_both_bases_and_all_roundings() -> None:
    assert {vector["basis"] for vector in VECTORS} == {"inclusive", "exclusive"}
    assert {vector["tax_rounding"] for vector in VECTORS} == {"floor", "half_up", "ceil"}
    assert len(VECTORS) == 27


def test_totals_round_once_per_rate_when_lines_would_round_to_less() -> None:
    lines = [taxed(105, "10")] * 3
    assert totals(lines, basis=PriceBasis.EXCLUSIVE, rounding=Rounding.FLOOR).tax == 31


def test_totals_keep_two_kinds_of_one_percentage_apart() -> None:
    lines = [taxed(1000, "8", TaxKind.REDUCED), taxed(500, "8"), taxed(300, "10")]

    result = totals(lines, basis=PriceBasis.EXCLUSIVE, rounding=Rounding.FLOOR)

    assert [(block.tax_class.kind, block.tax_class.rate, block.tax) for block in result.blocks] == [
        (TaxKind.STANDARD, Decimal(10), 30),
        (TaxKind.REDUCED, Decimal(8), 80),
        (TaxKind.STANDARD, Decimal(8), 40),
    ]


@pytest.mark.parametrize(
    ("day", "kind", "rate", "standard", "expected"),
    [
        (date(2026, 11, 23), TaxKind.STANDARD, "10", "10", TaxKind.STANDARD),
        (date(2026, 11, 23), TaxKind.REDUCED, "8", "10", TaxKind.REDUCED),
        (date(2026, 11, 23), TaxKind.STANDARD, "8", "10", TaxKind.STANDARD),  # a transitional measure
        (date(2026, 11, 23), TaxKind.REDUCED, "10", "10", TaxKind.STANDARD),  # food eaten on the premises
        (date(2027, 4, 1), TaxKind.REDUCED, "1", "10", TaxKind.REDUCED),
        (date(2019, 10, 1), TaxKind.REDUCED, "8", "10", TaxKind.REDUCED),
        (date(2019, 9, 30), TaxKind.REDUCED, "8", None, TaxKind.STANDARD),
        (date(2026, 11, 23), TaxKind.REDUCED, "8", None, TaxKind.REDUCED),
        (date(2026, 11, 23), TaxKind.EXEMPT, "0", "10", TaxKind.EXEMPT),
    ],
)
def test_class_is_reduced_only_while_less_is_taken_than_of_anything_else(
    day: date, kind: TaxKind, rate: str, standard: str | None, expected: TaxKind
) -> None:
    found = class_on(day, kind=kind, rate=Decimal(rate), standard=None if standard is None else Decimal(standard))
    assert found == TaxClass(kind=expected, rate=Decimal(rate))


def test_class_is_refused_when_exempt_goods_are_given_a_rate() -> None:
    with pytest.raises(ExemptWithRate, match="8 %"):
        class_on(date(2026, 11, 23), kind=TaxKind.EXEMPT, rate=Decimal("8.00"), standard=Decimal(10))


def test_totals_hold_three_rates_on_one_document() -> None:
    lines = [taxed(1000, "10"), taxed(1000, "8", TaxKind.REDUCED), taxed(1000, "1", TaxKind.REDUCED)]
    result = totals(lines, basis=PriceBasis.EXCLUSIVE, rounding=Rounding.FLOOR)
    assert ([block.tax for block in result.blocks], result.total) == ([100, 80, 10], 3190)


def test_totals_are_zero_when_there_is_no_line() -> None:
    result = totals([], basis=PriceBasis.INCLUSIVE, rounding=Rounding.CEIL)
    assert (result.blocks, result.subtotal, result.tax, result.total) == ((), 0, 0, 0)


# One document: integer thousandths of a quantity, ten-thousandths of a price, hundredths of a percent.
documents = st.lists(
    st.tuples(
        st.integers(-99_999_999, 99_999_999), st.integers(0, 99_999_999), st.sampled_from([0, 100, 800, 1000, 1250])
    ),
    min_size=1,
    max_size=12,
)


def integer_rounded(numerator: int, denominator: int, rounding: Rounding) -> int:
    magnitude = abs(numerator)
    whole, rest = divmod(magnitude, denominator)
    if rounding is Rounding.CEIL:
        whole += rest > 0
    elif rounding is Rounding.HALF_UP:
        whole += 2 * rest >= denominator
    return whole if numerator >= 0 else -whole


@settings(max_examples=10_000)
@given(
    document=documents,
    basis=st.sampled_from(PriceBasis),
    line_rounding=st.sampled_from(Rounding),
    tax_rounding=st.sampled_from(Rounding),
)
def test_totals_equal_an_integer_reference(
    document: list[tuple[int, int, int]], basis: PriceBasis, line_rounding: Rounding, tax_rounding: Rounding
) -> None:
    sums: dict[int, int] = {}
    for quantity, price, rate in document:
        amount = integer_rounded(quantity * price, 10_000_000, line_rounding)
        sums[rate] = sums.get(rate, 0) + amount
    divisor = {rate: 10_000 if basis is PriceBasis.EXCLUSIVE else 10_000 + rate for rate in sums}
    taxes = {rate: integer_rounded(total * rate, divisor[rate], tax_rounding) for rate, total in sums.items()}
    expected_total = sum(sums.values()) + (sum(taxes.values()) if basis is PriceBasis.EXCLUSIVE else 0)

    lines = [
        taxed(
            line_amount(
                quantity=Decimal(quantity).scaleb(-3), unit_price=Decimal(price).scaleb(-4), rounding=line_rounding
            ),
            str(Decimal(rate).scaleb(-2)),
        )
        for quantity, price, rate in document
    ]
    result = totals(lines, basis=basis, rounding=tax_rounding)

    assert {int(block.tax_class.rate * 100): block.tax for block in result.blocks} == taxes
    assert {int(block.tax_class.rate * 100): block.amount for block in result.blocks} == sums
    assert result.subtotal == sum(sums.values())
    assert result.total == expected_total == sum(block.taxable + block.tax for block in result.blocks)


@given(
    amounts=st.lists(st.tuples(st.integers(0, 10**9), st.sampled_from(["10", "8", "1"])), min_size=1, max_size=8),
    basis=st.sampled_from(PriceBasis),
    rounding=st.sampled_from(Rounding),
)
def test_totals_of_a_full_return_are_the_exact_negative(
    amounts: list[tuple[int, str]], basis: PriceBasis, rounding: Rounding
) -> None:
    sold = totals([taxed(amount, rate) for amount, rate in amounts], basis=basis, rounding=rounding)
    returned = totals([taxed(-amount, rate) for amount, rate in amounts], basis=basis, rounding=rounding)
    assert (returned.subtotal, returned.tax, returned.total) == (-sold.subtotal, -sold.tax, -sold.total)
