"""Japanese eras (元号) and the days they began on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Era:
    """An era and its first day."""

    name: str
    began_on: date


# Source: 元号法 (law 43 of 1979) and the cabinet orders by it; the first day of 平成 is the day after its order.
ERAS = (
    Era(name="昭和", began_on=date(1926, 12, 25)),
    Era(name="平成", began_on=date(1989, 1, 8)),
    Era(name="令和", began_on=date(2019, 5, 1)),
)


def era_of(day: date, eras: Sequence[Era]) -> Era | None:
    """Return the last of `eras`, which are in order, that had begun on `day`; None before the first."""
    return next((era for era in reversed(eras) if era.began_on <= day), None)


def year_in(era: Era, day: date) -> str:
    """Return the year of `day` in `era`: 元 for the first one."""
    year = day.year - era.began_on.year + 1
    return "元" if year == 1 else str(year)
