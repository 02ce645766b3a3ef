"""Until when a document has to be kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta

from invoices.domain.numbering import fiscal_year

YEARS = 7
YEARS_AFTER_A_LOSS = 10
# A corporation files its tax so many months after the end of its fiscal year.
MONTHS_TO_FILE = 2


@dataclass(frozen=True, kw_only=True)
class Retention:
    """The last days on which a document has to be there: after a usual fiscal year, and after one with a loss."""

    usual: date
    after_loss: date


def retention(*, delivered_on: date, issued_on: date, start_month: int) -> Retention:
    """Return until when a document is kept, of which the later day decides the fiscal year.

    The years run from the day after the filing date, two months after the end of the fiscal year: one that ends on
    2027-03-31 is kept until 2034-05-31, with a loss until 2037-05-31. Source: Regulation for Enforcement of the
    Corporation Tax Act, articles 59 and 26-3; National Tax Agency, No.5930.
    """
    begins = _day_after_filing(max(delivered_on, issued_on), start_month=start_month)
    return Retention(usual=_last_day(begins, years=YEARS), after_loss=_last_day(begins, years=YEARS_AFTER_A_LOSS))


def _day_after_filing(day: date, *, start_month: int) -> tuple[int, int]:
    """Return year and month; it is the first day of that month."""
    months = (fiscal_year(day, start_month=start_month) + 1) * 12 + start_month - 1 + MONTHS_TO_FILE
    return months // 12, months % 12 + 1


def _last_day(begins: tuple[int, int], *, years: int) -> date:
    year, month = begins
    # A delivery date may be the last one a calendar has.
    return date(year + years, month, 1) - timedelta(days=1) if year + years <= MAXYEAR else date.max
