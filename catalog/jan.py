"""JAN (EAN-13 and EAN-8) article numbers: digits and their check digit."""

from __future__ import annotations

from catalog.composition import half_width

LENGTHS = (8, 13)
_DROPPED = str.maketrans("", "", "-‐‑‒–—―−ー ")


def normalise(typed: str) -> str:
    """Return `typed` in plain digits where it was full width, without spaces and hyphens."""
    return half_width(typed).translate(_DROPPED)


def is_digits(jan: str) -> bool:
    """Tell whether `jan` has the form of one: 8 or 13 of the digits 0 to 9."""
    return len(jan) in LENGTHS and jan.isascii() and jan.isdigit()


def expected_check_digit(jan: str) -> int:
    """Return the last digit that `jan` (8 or 13 digits) should have.

    From the right, the digits before it weigh 3, 1, 3, …; with the check digit they sum to a multiple of ten.
    Source: GS1 General Specifications, section 7.9.
    """
    weighted = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(jan[:-1])))
    return -weighted % 10


def has_valid_check_digit(jan: str) -> bool:
    """Tell whether the last digit of `jan` (8 or 13 digits) is the one the others ask for."""
    return int(jan[-1]) == expected_check_digit(jan)
