"""When a note has to be approved by somebody else before it is issued."""

from __future__ import annotations


def needs_approval(total: int, *, above: int | None) -> bool:
    """Return whether a note of `total` yen, tax included, is above the limit; None is no limit.

    A return counts by what it takes back, so its sign does not matter. A total equal to the limit is not above it.
    """
    return above is not None and abs(total) > above
