"""Until when documents are kept."""

from __future__ import annotations

from datetime import date

import pytest

from invoices.domain.retention import retention

APRIL, JANUARY = 4, 1


@pytest.mark.parametrize(
    ("day", "start_month", "usual", "after_loss"),
    [
        (date(2026, 4, 1), APRIL, date(2034, 5, 31), date(2037, 5, 31)),
        (date(2027, 3, 31), APRIL, date(2034, 5, 31), date(2037, 5, 31)),
        (date(2027, 4, 1), APRIL, date(2035, 5, 31), date(2038, 5, 31)),
        # Filed by the end of February.
        (date(2026, 12, 31), JANUARY, date(2034, 2, 28), date(2037, 2, 28)),
        (date(2028, 12, 31), JANUARY, date(2036, 2, 29), date(2039, 2, 28)),
        # The fiscal year ends with October, the tax is filed by the end of December.
        (date(2026, 11, 1), 11, date(2034, 12, 31), date(2037, 12, 31)),
        (date(2026, 10, 31), 11, date(2033, 12, 31), date(2036, 12, 31)),
        (date(9999, 12, 31), APRIL, date.max, date.max),
    ],
)
def test_document_is_kept_from_the_day_after_filing(day: date, start_month: int, usual: date, after_loss: date) -> None:
    kept = retention(delivered_on=day, issued_on=date(2026, 1, 1), start_month=start_month)
    assert (kept.usual, kept.after_loss) == (usual, after_loss)


def test_later_of_delivery_and_issue_decides() -> None:
    dates = {"delivered_on": date(2027, 3, 31), "issued_on": date(2027, 4, 1)}
    assert retention(**dates, start_month=APRIL).usual == date(2035, 5, 31)
