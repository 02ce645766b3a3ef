"""Lines by the settings of a customer and the rates of a day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from catalog.models import TaxRate
from invoices.domain.errors import AmountTooLarge, ExemptWithRate, NoTaxRate
from invoices.domain.tax import TaxClass, TaxKind
from invoices.drafts import DraftLine
from invoices.models import Customer
from invoices.pricing import Priced, price
from tests.invoices.factories import TODAY, line

pytestmark = pytest.mark.django_db
BEFORE = date(2019, 9, 30)


def priced(*lines: DraftLine, on: date = TODAY) -> Priced:
    return price(lines, customer=Customer(), delivered_on=on)


def overridden(category: str, rate: str) -> DraftLine:
    return line(tax_category=category, rate_override=Decimal(rate), rate_reason="経過措置")


def test_line_brings_its_own_rate_when_its_category_has_none_on_the_day() -> None:
    (item,) = priced(overridden("standard", "8"), on=BEFORE).lines
    assert item.tax_class == TaxClass(kind=TaxKind.STANDARD, rate=Decimal(8))


def test_line_is_refused_when_neither_it_nor_its_category_has_a_rate() -> None:
    with pytest.raises(NoTaxRate, match=r"標準税率.*2019-09-30"):
        priced(line(), on=BEFORE)


def test_food_of_2019_stands_in_the_old_standard_rate_when_staff_added_it() -> None:
    TaxRate.objects.create(category_id="reduced", valid_from=date(2014, 4, 1), rate=8)
    (item,) = priced(line(tax_category="reduced"), on=BEFORE).lines
    assert item.tax_class == TaxClass(kind=TaxKind.STANDARD, rate=Decimal(8))


def test_food_taxed_at_the_standard_rate_joins_the_block_of_that_rate() -> None:
    blocks = priced(line(), overridden("reduced", "10")).totals.blocks
    assert [(block.tax_class.kind, block.tax_class.rate, block.tax) for block in blocks] == [
        (TaxKind.STANDARD, Decimal(10), 4800)
    ]


def test_exempt_line_is_refused_when_it_brings_a_rate() -> None:
    with pytest.raises(ExemptWithRate):
        priced(overridden("exempt", "8"))


def test_lines_are_refused_when_they_come_to_more_than_a_note_can_state() -> None:
    largest = line(quantity=Decimal(1), unit_price=Decimal("9999999999"))
    assert priced(*[largest] * 100).totals.subtotal == 999_999_999_900
    huge = line(quantity=Decimal("9999999"), unit_price=Decimal("9999999999"))
    with pytest.raises(AmountTooLarge, match="99,999,989,990,000,001"):
        priced(huge)
