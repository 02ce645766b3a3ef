"""Document numbers: the fiscal year they belong to and how they are written."""

from __future__ import annotations

import re
import string
from datetime import date

from invoices.domain.errors import InvalidNumberFormat, gettext_noop

DEFAULT_FORMAT = "DN-{year}-{number:06d}"
MAX_LENGTH = 40
# More than any company issues; a number this high must still fit.
HIGHEST = 9_999_999_999
# What not every file system, URL and header carries unchanged.
_UNSAFE = set('/\\:*?"<>|#&;%')


def fiscal_year(day: date, *, start_month: int) -> int:
    """Return the fiscal year `day` belongs to: with an April start 2027-03-31 belongs to 2026."""
    return day.year if day.month >= start_month else day.year - 1


def check_format(number_format: str, *, restarts_yearly: bool) -> None:
    """Check that `number_format` gives distinct, file-safe numbers.

    Raises InvalidNumberFormat when it lacks {number}, lacks {year} although the series restarts with the year, has
    another field or layout, a character that a file name or address cannot hold, or grows over 40 characters.
    """
    if reason := _fault(number_format, restarts_yearly=restarts_yearly):
        raise InvalidNumberFormat(format=number_format, reason=reason)


def format_number(number_format: str, *, year: int, number: int) -> str:
    """Return the printed number, such as DN-2026-000001."""
    return number_format.format(year=year, number=number)


def _fault(number_format: str, *, restarts_yearly: bool) -> str | None:
    try:
        fields = [field for field in string.Formatter().parse(number_format) if field[1] is not None]
    except ValueError:
        return gettext_noop("the braces do not match")
    names = {name for _, name, _, _ in fields}
    if "number" not in names:
        return gettext_noop("{number} is missing")
    if restarts_yearly and "year" not in names:
        return gettext_noop("{year} is missing although numbers restart every year")
    if names - {"year", "number"}:
        return gettext_noop("only {year} and {number} may stand in braces")
    # Other layouts, such as .0e, and conversions, such as !r, write two numbers alike or fail.
    if not all(re.fullmatch(r"(0?[0-9]{1,2})?d?", layout or "") and not how for _, _, layout, how in fields):
        return gettext_noop("after a colon only a width may stand, such as 06d")
    short, long = (format_number(number_format, year=2026, number=number) for number in (1, HIGHEST))
    if len(long) > MAX_LENGTH:
        return gettext_noop("the number would be over 40 characters")
    if _UNSAFE & {*short, *long} or any(character.isspace() or not character.isprintable() for character in short):
        return gettext_noop('spaces and the characters / \\ : * ? " < > | # & ; % are not allowed')
    return None
