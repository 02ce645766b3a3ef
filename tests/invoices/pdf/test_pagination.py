from __future__ import annotations

from typing import NamedTuple

from hypothesis import given, strategies as st

from invoices.pdf.pagination import paginate


class Strip(NamedTuple):
    """A row made of numbered strips, each 1 high."""

    number: int
    strips: tuple[int, ...]

    @property
    def height(self) -> float:
        return float(len(self.strips))

    def split(self, room: float) -> tuple[Strip | None, Strip]:
        kept = min(int(room), len(self.strips) - 1)
        if kept < 1:
            return None, self
        return Strip(self.number, self.strips[:kept]), Strip(self.number, self.strips[kept:])


def strips(*heights: int) -> list[Strip]:
    return [Strip(number, tuple(range(height))) for number, height in enumerate(heights)]


def heights(pages: list[list[Strip]]) -> list[list[int]]:
    return [[len(row.strips) for row in page] for page in pages]


def test_paginate_fills_pages_when_rows_are_many() -> None:
    pages = paginate(strips(*[1] * 12), first=4, later=6, closing=2)
    assert heights(pages) == [[1] * 4, [1] * 6, [1] * 2]


def test_paginate_moves_the_last_row_when_the_closing_does_not_fit() -> None:
    assert heights(paginate(strips(1, 1, 1), first=4, later=6, closing=2)) == [[1, 1], [1]]


def test_paginate_keeps_one_page_when_the_closing_fits_exactly() -> None:
    assert heights(paginate(strips(1, 1), first=4, later=6, closing=2)) == [[1, 1]]


def test_paginate_keeps_a_row_whole_when_it_fits_the_next_page() -> None:
    assert heights(paginate(strips(3, 5, 1), first=4, later=6, closing=0)) == [[3], [5, 1]]


def test_paginate_divides_a_row_when_no_page_holds_it() -> None:
    assert heights(paginate(strips(1, 15, 1), first=4, later=6, closing=1)) == [[1, 3], [6], [6], [1]]


def test_paginate_leaves_the_first_page_without_rows_when_it_has_no_room() -> None:
    assert heights(paginate(strips(3), first=2, later=6, closing=2)) == [[], [3]]


@given(
    rows=st.lists(st.integers(1, 30), min_size=1, max_size=60),
    first=st.integers(1, 10),
    later=st.integers(8, 12),
    closing=st.integers(0, 6),
)
def test_paginate_prints_everything_once_in_order_and_within_the_page(
    rows: list[int], first: int, later: int, closing: int
) -> None:
    made = strips(*rows)
    pages = paginate(made, first=first, later=later, closing=closing)
    printed = [(row.number, strip) for page in pages for row in page for strip in row.strips]
    assert printed == [(row.number, strip) for row in made for strip in row.strips]
    rooms = [first, *[later] * (len(pages) - 1)]
    used = [sum(map(len, (row.strips for row in page))) for page in pages]
    assert all(taken <= room for taken, room in zip(used, rooms, strict=True))
    assert used[-1] + closing <= rooms[-1]
    assert all(page for page in pages[1:])


@given(rows=st.lists(st.integers(1, 6), min_size=1, max_size=60))
def test_paginate_divides_no_row_when_each_fits_a_page_with_the_closing(rows: list[int]) -> None:
    pages = paginate(strips(*rows), first=8, later=12, closing=6)
    assert [len(row.strips) for page in pages for row in page] == rows
