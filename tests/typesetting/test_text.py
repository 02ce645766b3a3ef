from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from typesetting.fonts import REGULAR, clusters
from typesetting.text import NOT_AT_END, NOT_AT_START, fit, may_break, wrap

PRINTABLE = "abcXYZ019,.-/()%¥ 　、。・ーっゃァッ「」（）…―々漢字仮名交文書品番※①㈱髙𠮷ｶﾞ"
TEXTS = st.text(alphabet=PRINTABLE, max_size=120)
PIECES = st.lists(st.sampled_from([*PRINTABLE, "葛\U000e0100", "辻\U000e0101", "\n"]), max_size=80).map("".join)


def set_at(text: str, em: float) -> list[str]:
    """Wrap `text` to lines of `em` full-width characters."""
    return wrap(text, width=em * 10, size=10, typeface=REGULAR)


@pytest.mark.parametrize(
    ("text", "em", "expected"),
    [
        ("納品書の件名", 3, ["納品書", "の件名"]),
        ("納品しました。次", 6, ["納品しまし", "た。次"]),
        ("納品する、はい", 4, ["納品す", "る、はい"]),
        ("見本「商品」です", 3, ["見本", "「商", "品」で", "す"]),
        ("見本（商品）です", 3, ["見本", "（商", "品）で", "す"]),
        ("データーセンター", 3, ["デー", "ターセ", "ンター"]),
        ("チェック済み", 2, ["チェ", "ック", "済み"]),
        ("待って…………", 3, ["待っ", "て……", "……"]),
        ("合計1,234,567円", 5, ["合計", "1,234,567", "円"]),
        ("価格¥1,234です", 4.5, ["価格", "¥1,234で", "す"]),
        ("差額▲1,234です", 5, ["差額", "▲1,234で", "す"]),
        ("Apple Juice 1L", 5, ["Apple", "Juice 1L"]),
        ("well-known 03-1234", 5, ["well-known", "03-1234"]),
        ("well-known", 4, ["well-", "known"]),
        ("ABCDEFGHIJ", 2, ["ABCD", "EFGH", "IJ"]),
        ("12345678", 2, ["1234", "5678"]),
        ("１２３４円", 4, ["１２３４", "円"]),
        ("空１２３４円", 4, ["空", "１２３４", "円"]),
        ("一　二三", 2, ["一", "二三"]),
        ("空白『　見本", 4, ["空白", "『　見本"]),
        ("価格は¥ 1,200", 4, ["価格は", "¥ 1,200"]),
        ("一行目\n二行目", 9, ["一行目", "二行目"]),
        ("一行目\r\n\r\n三行目", 9, ["一行目", "", "三行目"]),
        ("", 9, [""]),
    ],
)
def test_wrap_keeps_japanese_rules_when_text_is_too_long(text: str, em: float, expected: list[str]) -> None:
    assert set_at(text, em) == expected


@pytest.mark.parametrize("mark", sorted(NOT_AT_START))
def test_may_break_is_false_when_a_line_would_begin_with_a_closing_mark(mark: str) -> None:
    assert not may_break("漢", mark)


@pytest.mark.parametrize("mark", sorted(NOT_AT_END))
def test_may_break_is_false_when_a_line_would_end_with_an_opening_mark(mark: str) -> None:
    assert not may_break(mark, "漢")


def test_wrap_keeps_a_sequence_whole_when_it_has_a_selector() -> None:
    assert set_at("葛\U000e0100葛\U000e0100", 1) == ["葛\U000e0100", "葛\U000e0100"]


@given(text=PIECES, em=st.integers(1, 12))
def test_wrap_loses_nothing_but_spaces_when_it_breaks(text: str, em: int) -> None:
    spaces = str.maketrans("", "", " 　\n")
    assert "".join(set_at(text, em)).translate(spaces) == text.translate(spaces)


@given(text=PIECES, em=st.integers(1, 12))
def test_wrap_stays_within_the_column_when_it_breaks(text: str, em: int) -> None:
    assert all(REGULAR.width(line) <= em * 1000 for line in set_at(text, em))


@given(text=TEXTS, em=st.integers(6, 20))
def test_wrap_starts_no_line_with_a_closing_mark_when_words_fit(text: str, em: int) -> None:
    lines = set_at(text, em)
    for before, after in pairwise(lines):
        is_forced = REGULAR.width(before) + REGULAR.width(after[:1]) > em * 1000 and not _has_break(before)
        assert is_forced or not after or after[0] not in NOT_AT_START or not before


def _has_break(line: str) -> bool:
    parts = list(clusters(line))
    return any(may_break(one, two) for one, two in pairwise(parts))


@given(text=TEXTS, width=st.floats(10, 200))
def test_fit_stays_within_the_column_when_text_is_shrunk_or_wrapped(text: str, width: float) -> None:
    fitted = fit(text, width=width, size=9, floor=6, typeface=REGULAR)
    assert 6 <= fitted.size <= 9
    assert all(REGULAR.width(line) * fitted.size <= width * 1000 + 1e-6 for line in fitted.lines)


def test_fit_keeps_the_size_when_text_is_short() -> None:
    assert fit("品名", width=18, size=9, floor=6, typeface=REGULAR) == (("品名",), 9)


def test_fit_shrinks_to_one_line_when_the_floor_allows_it() -> None:
    assert fit("品名品名", width=30, size=9, floor=6, typeface=REGULAR) == (("品名品名",), 7.5)


def test_fit_wraps_at_the_floor_when_one_line_is_too_small() -> None:
    assert fit("品名品名", width=18, size=9, floor=6, typeface=REGULAR) == (("品名品", "名"), 6)
