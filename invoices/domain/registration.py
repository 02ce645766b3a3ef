"""Registration numbers of qualified invoice issuers (登録番号): T and 13 digits."""

from __future__ import annotations

import re
import unicodedata

from invoices.domain.errors import InvalidRegistrationNumber

_HYPHENS = "-‐‑‒–—―−ー"
_DROPPED = str.maketrans("", "", _HYPHENS + " ")


def normalise(value: str) -> str:
    """Return `value` as T and 13 digits.

    Full width, lower case, spaces and hyphens are forgiven. Raises InvalidRegistrationNumber when anything else is
    left than T and 13 digits.
    """
    number = unicodedata.normalize("NFKC", value).upper().translate(_DROPPED)
    if not re.fullmatch(r"T[0-9]{13}", number):
        raise InvalidRegistrationNumber(value=value)
    return number


def expected_check_digit(number: str) -> int:
    """Return the first digit a corporation's `number` (T and 13 digits) should have.

    A mismatch is a warning only: a sole proprietor's number need not satisfy it. Source: 法人番号の指定等に関する省令
    (9 − Σ Pn·Qn mod 9, Pn the n-th digit from the right, Qn 1 for odd n and 2 for even n).
    """
    digits = number[2:]
    weighted = sum(int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return 9 - weighted % 9


def has_valid_check_digit(number: str) -> bool:
    """Tell whether `number` (T and 13 digits) is one a corporation can have."""
    return int(number[1]) == expected_check_digit(number)
