"""What a return note (赤伝) takes back, in goods and in yen.

Each return settles the difference between two roundings: of all that was taken back up to and with it, and of what was
taken back before. So a first return is rounded as the original was, the one that takes the last goods takes the last
yen, and returns that together take everything are together the exact negative. docs/decisions/0035-after-the-note.md.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from invoices.domain.document import Document, Line
from invoices.domain.errors import DomainError, gettext_noop
from invoices.domain.money import Rounding, line_amount
from invoices.domain.tax import TaxBlock, TaxedAmount, Totals, of_blocks, totals


class MoreThanDelivered(DomainError):
    """More would be taken back than is left; `line` is the place of the original's line, from 1."""

    template = gettext_noop(
        "Line %(line)s: at most %(left)s can be returned, since %(delivered)s were delivered and %(returned)s returned "
        "(%(asked)s were entered)."
    )

    @classmethod
    def of(cls, *, line: int, delivered: Decimal, left: Decimal, asked: Decimal) -> MoreThanDelivered:
        """Return the refusal that names these quantities, all of them without sign."""
        numbers = {"left": left, "delivered": delivered, "returned": delivered - left, "asked": asked}
        return cls(line=line, **{name: _plain(number) for name, number in numbers.items()})


@dataclass(frozen=True, kw_only=True)
class Roundings:
    """How fractions of a yen were settled in a document: of its lines, and of its tax."""

    line: Rounding
    tax: Rounding


@dataclass(frozen=True, kw_only=True)
class TakenBack:
    """The content of one return: negative lines and totals. `places` says which lines of the original, from 0."""

    lines: tuple[Line, ...]
    places: tuple[int, ...]
    totals: Totals


def left_of(lines: Sequence[Line], earlier: Iterable[TakenBack]) -> list[Decimal]:
    """Return how much of each of `lines` has not been taken back, with the sign of what was delivered."""
    left = [line.quantity for line in lines]
    for slip in earlier:
        for place, line in zip(slip.places, slip.lines, strict=True):
            left[place] += line.quantity
    return left


def take_back(
    original: Document, *, quantities: Mapping[int, Decimal], earlier: Sequence[TakenBack], roundings: Roundings
) -> TakenBack:
    """Return what takes `quantities` (positive, by place of the line from 0) of `original` back, after `earlier`.

    At the original's prices, rates and roundings. Raises MoreThanDelivered for the first line that has less left.
    """
    left = left_of(original.lines, earlier)
    settled = _settled(earlier)
    lines: list[Line] = []
    for place, asked in sorted(quantities.items()):
        line = original.lines[place]
        _require_left(line, place=place, left=left[place], asked=asked)
        back = asked.copy_sign(line.quantity)
        reached = _reached(line, remaining=left[place] - back, rounding=roundings.line)
        lines.append(dataclasses.replace(line, quantity=-back, amount=settled.get(place, 0) - reached))
        settled[place] = reached
    blocks = _blocks(original, settled=settled, earlier=earlier, rounding=roundings.tax)
    touched = {line.tax_class for line in lines}
    return TakenBack(
        lines=tuple(lines),
        places=tuple(sorted(quantities)),
        totals=of_blocks(tuple(block for block in blocks if block.tax_class in touched)),
    )


def roundings_of(document: Document, *, likely: Roundings) -> Roundings:
    """Return the roundings `document` was made with, where nobody wrote them down: `likely` if that explains it.

    Otherwise each is the first that yields the printed figures; `likely` again when none does.
    """
    return Roundings(
        line=_explaining(likely.line, lambda rounding: _explains_lines(document, rounding)),
        tax=_explaining(likely.tax, lambda rounding: _explains_tax(document, rounding)),
    )


def _require_left(line: Line, *, place: int, left: Decimal, asked: Decimal) -> None:
    if asked > abs(left):
        raise MoreThanDelivered.of(line=place + 1, delivered=line.quantity, left=left, asked=asked)


def _plain(number: Decimal) -> str:
    return format(abs(number).normalize(), "f")


def _settled(earlier: Iterable[TakenBack]) -> dict[int, int]:
    """What `earlier` gave back for each line of the original, by place; in the direction of the original."""
    settled: dict[int, int] = {}
    for slip in earlier:
        for place, line in zip(slip.places, slip.lines, strict=True):
            settled[place] = settled.get(place, 0) - line.amount
    return settled


def _reached(line: Line, *, remaining: Decimal, rounding: Rounding) -> int:
    """What the goods of `line` come to that are back once only `remaining` is not."""
    if not remaining:
        return line.amount
    return line_amount(quantity=line.quantity - remaining, unit_price=line.unit_price, rounding=rounding)


def _blocks(
    original: Document, *, settled: Mapping[int, int], earlier: Sequence[TakenBack], rounding: Rounding
) -> list[TaxBlock]:
    """Return, for each class, what is reached once `settled` is given back, less what `earlier` gave back; negative."""
    amounts = (
        TaxedAmount(tax_class=original.lines[place].tax_class, amount=yen) for place, yen in sorted(settled.items())
    )
    whole = {block.tax_class: block for block in original.totals.blocks}
    given = [block for slip in earlier for block in slip.totals.blocks]
    blocks = []
    for computed in totals(amounts, basis=original.basis, rounding=rounding).blocks:
        all_of_it = whole[computed.tax_class]
        reached = all_of_it if computed.amount == all_of_it.amount else computed
        blocks.append(_rest(reached, before=[block for block in given if block.tax_class == computed.tax_class]))
    return blocks


def _rest(reached: TaxBlock, *, before: Sequence[TaxBlock]) -> TaxBlock:
    return dataclasses.replace(
        reached,
        amount=-reached.amount - sum(block.amount for block in before),
        taxable=-reached.taxable - sum(block.taxable for block in before),
        tax=-reached.tax - sum(block.tax for block in before),
    )


def _explaining(likely: Rounding, explains: Callable[[Rounding], bool]) -> Rounding:
    return next((rounding for rounding in (likely, *Rounding) if explains(rounding)), likely)


def _explains_lines(document: Document, rounding: Rounding) -> bool:
    return all(
        line.amount == line_amount(quantity=line.quantity, unit_price=line.unit_price, rounding=rounding)
        for line in document.lines
    )


def _explains_tax(document: Document, rounding: Rounding) -> bool:
    amounts = (TaxedAmount(tax_class=line.tax_class, amount=line.amount) for line in document.lines)
    return totals(amounts, basis=document.basis, rounding=rounding) == document.totals
