"""When a note needs somebody's approval."""

from __future__ import annotations

import pytest

from invoices.domain.approval import needs_approval


@pytest.mark.parametrize(
    ("total", "above", "needed"),
    [
        (1_000_000, None, False),
        (0, 0, False),
        (1, 0, True),
        (999_999, 1_000_000, False),
        (1_000_000, 1_000_000, False),
        (1_000_001, 1_000_000, True),
        (-1_000_000, 1_000_000, False),
        (-1_000_001, 1_000_000, True),
        (999_999_999_999_999, 1_000_000, True),
    ],
)
def test_note_needs_approval_when_its_total_is_above_the_limit(total: int, above: int | None, needed: bool) -> None:
    assert needs_approval(total, above=above) is needed
