"""Divide rows among pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, Self, TypeVar


class Row(Protocol):
    """What pages are filled with."""

    @property
    def height(self) -> float: ...

    def split(self, room: float) -> tuple[Self | None, Self]:
        """Return what fits into `room`, or None, and a rest that is never empty."""
        ...


AnyRow = TypeVar("AnyRow", bound=Row)


def paginate(rows: Sequence[AnyRow], *, first: float, later: float, closing: float) -> list[list[AnyRow]]:
    """Return the rows of each page, in order.

    `first` and `later` are the heights the first and the later pages offer to rows, `closing` is the height to keep
    free below the last row. A row is divided only when no page could hold it whole, and only the first page may be
    left without rows: when its room is too low for the first one.
    """
    pages: list[list[AnyRow]] = [[]]
    room = first
    for row in rows:
        is_last = row is rows[-1]
        parts = _parts(row, room=room, later=later, limit=later - closing if is_last else later)
        for started, part in enumerate(parts):
            if started or part.height > room:
                pages.append([])
                room = later
            pages[-1].append(part)
            room -= part.height
    return pages if room >= closing else _with_last_row_moved(pages)


def _parts(row: AnyRow, *, room: float, later: float, limit: float) -> list[AnyRow]:
    """Return `row` whole, or in the parts it fills pages with when it is higher than `limit`."""
    parts: list[AnyRow] = []
    while row.height > limit:
        part, row = row.split(room)
        if part:
            parts.append(part)
        room = later
    return [*parts, row]


def _with_last_row_moved(pages: list[list[AnyRow]]) -> list[list[AnyRow]]:
    *before, last = pages
    return [*before, last[:-1], last[-1:]]
