"""Which of the chosen products can have a label, and why others cannot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _, ngettext

from catalog import jan
from catalog.models import Product
from typesetting.fonts import unprintable

MOST_LABELS = 5_000
NAMED = 10


class TooManyChosen(Exception):
    """More products are chosen than labels can be made at once. The argument is a sentence for the user."""


@dataclass(frozen=True, kw_only=True)
class ChosenProduct:
    """What a label may show of a product."""

    sku: str
    name: str
    jan: str
    unit_price: Decimal | None

    def __str__(self) -> str:
        return f"{self.sku} {self.name}"


@dataclass(kw_only=True)
class Choice:
    """The chosen products in the list's order: those with a valid JAN, and the others."""

    printable: list[ChosenProduct] = field(default_factory=list)
    without_jan: list[ChosenProduct] = field(default_factory=list)

    @property
    def without_price(self) -> list[ChosenProduct]:
        return [product for product in self.printable if product.unit_price is None]


def sort_out(products: QuerySet[Product]) -> Choice:
    """Return `products` by whether they can have a label. One query. Raises TooManyChosen."""
    rows = products.values_list("sku", "name", "jan", "unit_price")[: MOST_LABELS + 1]
    choice = Choice()
    for sku, name, code, price in rows:
        has_jan = jan.is_digits(code) and jan.has_valid_check_digit(code)
        product = ChosenProduct(sku=sku, name=name, jan=code, unit_price=price)
        (choice.printable if has_jan else choice.without_jan).append(product)
    if len(choice.printable) + len(choice.without_jan) > MOST_LABELS:
        message = _("More than %(most)s products are selected. Select at most as many; a filter of the list helps.")
        raise TooManyChosen(message % {"most": f"{MOST_LABELS:,}"})
    return choice


def named(products: Iterable[object]) -> str:
    """Return the names of `products`, and how many there are beyond the first ten."""
    names = [f"「{product}」" for product in products]
    if len(names) <= NAMED:
        return "".join(names)
    more = ngettext(" and %(count)d more", " and %(count)d more", len(names) - NAMED)
    return "".join(names[:NAMED]) + more % {"count": len(names) - NAMED}


def not_printable(products: Iterable[ChosenProduct], *, shows_name: bool, shows_sku: bool) -> list[str]:
    """Return for each product of which no font prints all that is shown: its SKU, and the characters."""
    found = []
    for product in products:
        texts = (product.name if shows_name else "", product.sku if shows_sku else "")
        if characters := [each for text in texts for each in unprintable(text)]:
            found.append(f"{product.sku}: {_spelled(characters)}")
    return found


def _spelled(characters: list[str]) -> str:
    """Return each character with its code points, since it may be one that nobody sees."""
    codes = {each: " ".join(f"U+{ord(part):04X}" for part in each) for each in characters}
    return ", ".join(f"{each} ({code})" for each, code in codes.items())
