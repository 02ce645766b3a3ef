"""Returns by tables and by properties: whatever is taken back in which pieces, together it is the exact negative."""

import dataclasses
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from invoices.domain.document import Document, Line
from invoices.domain.money import Rounding, line_amount
from invoices.domain.returns import MoreThanDelivered, Roundings, TakenBack, left_of, roundings_of, take_back
from invoices.domain.tax import PriceBasis, TaxClass, TaxedAmount, TaxKind, totals
from tests.invoices.pdf.documents import document

STANDARD = TaxClass(kind=TaxKind.STANDARD, rate=Decimal(10))
REDUCED = TaxClass(kind=TaxKind.REDUCED, rate=Decimal(8))
FLOOR = Roundings(line=Rounding.FLOOR, tax=Rounding.FLOOR)
Row = tuple[str, str, TaxClass]


def sale(*rows: Row, basis: PriceBasis = PriceBasis.EXCLUSIVE, roundings: Roundings = FLOOR) -> Document:
    """A note of rows of quantity, unit price and class."""
    lines = tuple(
        Line(
            code="",
            name="品物",
            quantity=Decimal(quantity),
            unit="個",
            unit_price=Decimal(price),
            amount=line_amount(quantity=Decimal(quantity), unit_price=Decimal(price), rounding=roundings.line),
            tax_class=tax_class,
        )
        for quantity, price, tax_class in rows
    )
    amounts = [TaxedAmount(tax_class=line.tax_class, amount=line.amount) for line in lines]
    return document(lines=lines, basis=basis, totals=totals(amounts, basis=basis, rounding=roundings.tax))


def returned(original: Document, *pieces: dict[int, str], roundings: Roundings = FLOOR) -> list[TakenBack]:
    """Take pieces back, one after the other."""
    slips: list[TakenBack] = []
    for piece in pieces:
        quantities = {place: Decimal(quantity) for place, quantity in piece.items()}
        slips.append(take_back(original, quantities=quantities, earlier=slips, roundings=roundings))
    return slips


def test_full_return_is_the_exact_negative() -> None:
    original = sale(("4", "114", REDUCED), ("2", "102", REDUCED), ("2", "222", STANDARD), ("1", "300", STANDARD))
    [slip] = returned(original, {0: "4", 1: "2", 2: "2", 3: "1"})
    assert (original.totals.total, slip.totals.total) == (1530, -1530)
    assert [(block.taxable, block.tax) for block in slip.totals.blocks] == [(-744, -74), (-660, -52)]
    assert [(line.quantity, line.amount) for line in slip.lines] == [
        (-line.quantity, -line.amount) for line in original.lines
    ]


def test_last_return_takes_the_rest_when_every_piece_would_round_down() -> None:
    original = sale(("3", "105", STANDARD))  # 315 and 31 of tax; 105 alone has 10.5
    slips = returned(original, {0: "1"}, {0: "1"}, {0: "1"})
    assert [(slip.totals.subtotal, slip.totals.tax) for slip in slips] == [(-105, -10), (-105, -11), (-105, -10)]
    assert sum(slip.totals.total for slip in slips) == -original.totals.total == -346


def test_pieces_never_give_back_more_than_was_paid_when_every_piece_would_round_up() -> None:
    roundings = Roundings(line=Rounding.HALF_UP, tax=Rounding.HALF_UP)
    original = sale(("4", "0.5", STANDARD), roundings=roundings)
    slips = returned(original, *[{0: "1"}] * 4, roundings=roundings)
    assert [slip.lines[0].amount for slip in slips] == [-1, 0, -1, 0]


def test_block_of_a_rate_that_nothing_is_taken_back_from_is_not_there() -> None:
    original = sale(("1", "100", STANDARD), ("1", "100", REDUCED))
    [first, second] = returned(original, {1: "1"}, {0: "1"})
    assert [block.tax_class for block in first.totals.blocks] == [REDUCED]
    assert [block.tax_class for block in second.totals.blocks] == [STANDARD]


def test_more_than_is_left_is_refused_with_the_numbers() -> None:
    original = sale(("1", "100", STANDARD), ("5", "100", STANDARD))
    earlier = returned(original, {1: "3.5"})
    with pytest.raises(MoreThanDelivered) as refusal:
        take_back(original, quantities={1: Decimal("1.6")}, earlier=earlier, roundings=FLOOR)
    assert refusal.value.params == {"line": 2, "left": "1.5", "delivered": "5", "returned": "3.5", "asked": "1.6"}
    assert left_of(original.lines, earlier) == [Decimal(1), Decimal("1.5")]


def test_discount_line_is_taken_back_as_well() -> None:
    original = sale(("2", "1000", STANDARD), ("1", "-100", STANDARD))
    slips = returned(original, {0: "2"}, {1: "1"})
    assert [slip.totals.total for slip in slips] == [-2200, 110]


@pytest.mark.parametrize("rounding", Rounding)
def test_roundings_are_read_off_the_figures_when_the_customer_has_others_now(rounding: Rounding) -> None:
    made = Roundings(line=rounding, tax=rounding)
    # 16.5 and 36.4 tell all three apart, and so do 10.5 and 8.4 of tax.
    exempt = TaxClass(kind=TaxKind.EXEMPT, rate=Decimal(0))
    rows = (("3", "5.5", exempt), ("1", "36.4", exempt), ("1", "105", STANDARD), ("1", "105", REDUCED))
    note = sale(*rows, roundings=made)
    for likely in Rounding:
        assert roundings_of(note, likely=Roundings(line=likely, tax=likely)) == made


def test_roundings_are_the_likely_ones_when_all_explain_the_figures() -> None:
    likely = Roundings(line=Rounding.CEIL, tax=Rounding.HALF_UP)
    assert roundings_of(sale(("1", "100", STANDARD)), likely=likely) == likely


QUANTITIES = st.decimals("0.001", 50, places=3)
PRICES = st.decimals("-20", 2000, places=2)


@given(
    rows=st.lists(st.tuples(QUANTITIES, PRICES, st.sampled_from([STANDARD, REDUCED])), min_size=1, max_size=4),
    basis=st.sampled_from(PriceBasis),
    line_rounding=st.sampled_from(Rounding),
    tax_rounding=st.sampled_from(Rounding),
    draw=st.data(),
)
def test_pieces_that_take_everything_back_are_together_the_exact_negative(
    rows: list[tuple[Decimal, Decimal, TaxClass]],
    basis: PriceBasis,
    line_rounding: Rounding,
    tax_rounding: Rounding,
    draw: st.DataObject,
) -> None:
    roundings = Roundings(line=line_rounding, tax=tax_rounding)
    texts = [(str(quantity), str(price), tax_class) for quantity, price, tax_class in rows]
    original = sale(*texts, basis=basis, roundings=roundings)
    slips: list[TakenBack] = []
    for _ in range(draw.draw(st.integers(0, 3))):
        left = left_of(original.lines, slips)
        piece = {
            place: draw.draw(st.decimals("0.001", rest, places=3))
            for place, rest in enumerate(left)
            if rest and draw.draw(st.booleans())
        }
        if piece:
            slips.append(take_back(original, quantities=piece, earlier=slips, roundings=roundings))
    rest = {place: rest for place, rest in enumerate(left_of(original.lines, slips)) if rest}
    if rest:
        slips.append(take_back(original, quantities=rest, earlier=slips, roundings=roundings))

    assert left_of(original.lines, slips) == [0] * len(original.lines)
    for place, line in enumerate(original.lines):
        amounts = [
            each.amount for slip in slips for at, each in zip(slip.places, slip.lines, strict=True) if at == place
        ]
        assert sum(amounts) == -line.amount
    for whole in original.totals.blocks:
        blocks = [block for slip in slips for block in slip.totals.blocks if block.tax_class == whole.tax_class]
        assert sum(block.tax for block in blocks) == -whole.tax
        assert sum(block.taxable for block in blocks) == -whole.taxable
    assert sum(slip.totals.total for slip in slips) == -original.totals.total
    for slip in slips:
        assert slip.totals.subtotal == sum(line.amount for line in slip.lines)
        assert all(abs(-line.amount - exact(line)) < 1 for line in slip.lines)


def exact(line: Line) -> Decimal:
    return -line.quantity * line.unit_price


def test_return_leaves_the_printed_facts_of_the_line_alone() -> None:
    original = sale(("2", "100", REDUCED))
    [slip] = returned(original, {0: "1"})
    assert slip.lines[0] == dataclasses.replace(original.lines[0], quantity=Decimal(-1), amount=-100)
