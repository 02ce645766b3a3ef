"""Which rule gives a unit price."""

from __future__ import annotations

from enum import StrEnum


class PriceRule(StrEnum):
    """In the order in which they are asked; the first that knows a price gives it."""

    LIST = "list"
