from __future__ import annotations

import unicodedata
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from typesetting.fonts import BOLD, REGULAR, clusters, unprintable
from typesetting.truetype import FontFile

FOLDER = Path(__file__).parents[2] / "typesetting" / "fonts"
FILES = sorted(FOLDER.glob("*.ttf"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("株式会社見本商事 ABC-123 ｶﾞ ①㈱㎝Ⅲ〜～−―・…", ()),
        ("髙﨑𠮟𠮷龘鷗饂飩神", ()),
        ("葛\U000e0100葛\U000e0101辻\U000e0100", ()),
        ("葛\U000e01ef", ("葛\U000e01ef",)),
        ("か\u3099", ("か\u3099",)),
        ("が", ()),
        ("か\u309a", ("か\u309a",)),
        ("e\u0301", ("e\u0301",)),
        ("é", ()),
        ("あ\tい\nう\r\x00", ("\t", "\n", "\r", "\x00")),
        ("あ\u200bい\ufeffう\u00ad\u200d", ("\u200b", "\ufeff", "\u00ad\u200d")),
        ("😀", ("😀",)),
        ("👨\u200d👩\u200d👧", ("👨\u200d👩\u200d👧",)),
        ("👍🏽", ("👍🏽",)),
        ("🇯🇵", ("🇯🇵",)),
        ("☎\ufe0f", ("☎\ufe0f",)),
        ("\ue000\uffff\U000e0100", ("\ue000", "\uffff\U000e0100")),
        ("한국", ("한", "국")),
        ("一\U0003fffd一\U0003fffd", ("\U0003fffd",)),
        ("\ud800", ("\ud800",)),
        ("", ()),
    ],
)
def test_unprintable_names_each_sequence_once_when_no_font_has_it(text: str, expected: tuple[str, ...]) -> None:
    assert unprintable(text) == expected


def test_unprintable_is_empty_when_text_is_cp932() -> None:
    codes = [
        bytes([first, second]) for first in (*range(0x81, 0xA0), *range(0xE0, 0xFD)) for second in range(0x40, 0xFD)
    ]
    text = "".join(code.decode("cp932", errors="ignore") for code in codes)
    printable = "".join(character for character in text if unicodedata.category(character) not in ("Cc", "Co"))
    assert len(set(printable)) > 7000
    assert unprintable(printable) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("漢字", ["漢", "字"]),
        ("葛\U000e0100城", ["葛\U000e0100", "城"]),
        ("か\u3099き", ["か\u3099", "き"]),
        ("👨\u200d👩x", ["👨\u200d👩", "x"]),
        ("🇯🇵🇫🇷", ["🇯🇵", "🇫🇷"]),
    ],
)
def test_clusters_join_modifiers_when_text_has_them(text: str, expected: list[str]) -> None:
    assert list(clusters(text)) == expected


def test_weights_print_the_same_characters() -> None:
    assert REGULAR.file(0).glyphs.keys() == BOLD.file(0).glyphs.keys()
    assert REGULAR.file(0).sequences.keys() == BOLD.file(0).sequences.keys()


def test_selector_prints_another_glyph_when_the_font_says_so() -> None:
    plain, variant, confirmed = (REGULAR.placement(text) for text in ("葛", "葛\U000e0100", "葛\U000e0101"))
    assert plain == confirmed
    assert plain != variant


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_font_file_agrees_with_fonttools(path: Path) -> None:
    font, ours = TTFont(path), FontFile(path)
    names = font.getGlyphOrder()
    assert {code: names[glyph] for code, glyph in ours.glyphs.items()} == font.getBestCmap()
    table = next(table for table in font["cmap"].tables if table.format == 14)
    theirs = {
        (base, selector): name or font.getBestCmap()[base]
        for selector, pairs in table.uvsDict.items()
        for base, name in pairs
    }
    assert {pair: names[glyph] for pair, glyph in ours.sequences.items()} == theirs
    em = font["head"].unitsPerEm
    assert [ours.advance(glyph) for glyph in range(200)] == [
        round(font["hmtx"][name][0] * 1000 / em) for name in names[:200]
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_font_file_is_what_the_subsetter_expects(path: Path) -> None:
    ours = FontFile(path)
    outlines = [ours.outline(glyph) for glyph in set(ours.glyphs.values()) | set(ours.sequences.values())]
    assert path.stat().st_size < 6_000_000
    assert all(len(outline) % 4 == 0 for outline in outlines)
    assert not any(outline.startswith(b"\xff\xff") for outline in outlines)


def test_subset_is_a_valid_font_when_read_by_fonttools() -> None:
    ours = REGULAR.file(0)
    glyphs = [ours.glyphs[ord(character)] for character in "納品書 1,2A"]
    font = TTFont(BytesIO(ours.subset(glyphs)), checkChecksums=2)
    assert font["maxp"].numGlyphs == len(glyphs) + 1
    original = TTFont(FOLDER / "BIZUDGothic-Regular.ttf")
    for place, glyph in enumerate(glyphs, start=1):
        name = font.getGlyphOrder()[place]
        source = original.getGlyphOrder()[glyph]
        assert font["hmtx"][name] == original["hmtx"][source]
        assert font["glyf"][name] == original["glyf"][source]


def test_licence_stands_beside_the_fonts() -> None:
    licence = (FOLDER / "OFL.txt").read_text("utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "The BIZ UDGothic Project Authors" in licence
    assert "Adobe" in licence
