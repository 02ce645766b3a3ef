from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, strategies as st

from catalog.composition import composed, half_width


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("カ\u3099ス", "ガス"),
        ("ハ\u309aン", "パン"),
        ("cafe\u0301", "café"),
        ("\ufa19社", "\ufa19社"),
        ("\ufa11\u9ad9", "\ufa11\u9ad9"),
        ("㈱①㎝Ⅲ", "㈱①㎝Ⅲ"),
        ("葛\U000e0100", "葛\U000e0100"),
        ("\u3099", "\u3099"),
        ("", ""),
    ],
)
def test_composed_joins_marks_and_keeps_every_kanji(typed: str, expected: str) -> None:
    assert composed(typed) == expected


def test_flood_of_marks_is_composed_in_as_many_steps_as_it_has_marks() -> None:
    # All at once these took minutes.
    flood = "か" + "\u0301\u0323" * 500_000
    assert (len(composed(flood)), half_width(flood)) == (len(flood), flood)


@given(st.text(alphabet="カキハa\u3099\u309a\u0301\ufa19神"))
def test_composed_changes_nothing_that_is_composed(text: str) -> None:
    assert composed(composed(text)) == composed(text)
    assert unicodedata.normalize("NFC", composed(text)) == unicodedata.normalize("NFC", text)
