from __future__ import annotations

from io import BytesIO

import pytest
from reportlab.pdfgen.canvas import Canvas

from tests.typesetting.reading import fonts, pdftotext, pypdf_texts
from typesetting.canvas import FONTS
from typesetting.composite import CompositeFont
from typesetting.fonts import BOLD, REGULAR, MissingGlyph

TEXT = "納品書 𠮷野家 葛\U000e0100城 髙﨑 ABC 1,234"


def drawn(text: str) -> bytes:
    """Draw `text` by ReportLab's own method: the font must do as any of ReportLab's."""
    stream = BytesIO()
    canvas = Canvas(stream, initialFontName=REGULAR.name)  # type: ignore[arg-type]
    canvas.setFont(REGULAR.name, 12)
    canvas.drawString(72, 700, text)
    canvas.save()
    return stream.getvalue()


def test_text_is_extracted_as_typed_when_drawn_by_reportlab() -> None:
    assert pypdf_texts(drawn(TEXT)) == [TEXT]


def test_text_is_extracted_as_typed_when_read_by_pdftotext() -> None:
    assert pdftotext(drawn(TEXT)).strip() == TEXT


def test_characters_that_share_a_glyph_are_extracted_as_typed() -> None:
    font = REGULAR.file(0)
    by_glyph: dict[int, list[int]] = {}
    for code, glyph in font.glyphs.items():
        by_glyph.setdefault(glyph, []).append(code)
    shared = "".join(chr(code) for codes in by_glyph.values() if len(codes) > 1 for code in codes if code > 0x2E7F)
    assert shared
    text = "".join(character for character in shared if REGULAR.placement(character))
    assert pypdf_texts(drawn(text)) == [text]


def test_each_file_is_one_embedded_font_when_a_fallback_is_needed() -> None:
    resources = fonts(drawn(TEXT))
    assert list(resources) == ["/F1+0", "/F1+2"]
    for font in resources.values():
        (descendant,) = (each.get_object() for each in font["/DescendantFonts"])
        assert font["/Subtype"] == "/Type0"
        assert font["/Encoding"] == "/Identity-H"
        assert descendant["/Subtype"] == "/CIDFontType2"
        assert descendant["/FontDescriptor"]["/FontFile2"].get_object().get_data()[:4] == b"\0\1\0\0"
        assert font["/BaseFont"][7] == "+"


def test_widths_agree_with_the_font_when_characters_are_narrow_and_wide() -> None:
    (font,) = fonts(drawn("A漢,1")).values()
    (descendant,) = (each.get_object() for each in font["/DescendantFonts"])
    assert descendant["/DW"] == 1000
    assert list(descendant["/W"]) == [1, [500], 3, [300, 500]]


def test_string_width_is_in_points() -> None:
    assert FONTS[BOLD].stringWidth("漢字A", 10) == 25


def test_split_string_refuses_when_no_font_has_the_character() -> None:
    with pytest.raises(MissingGlyph) as raised:
        drawn("納品書😀")
    assert raised.value.args == ("😀",)


def test_documents_are_apart_when_drawn_with_one_font_at_once() -> None:
    font = CompositeFont(REGULAR)
    one, two = Canvas(BytesIO())._doc, Canvas(BytesIO())._doc  # type: ignore[attr-defined]
    assert font.splitString("あい", one) == [(0, b"\0\1\0\2")]
    assert font.splitString("い", two) == [(0, b"\0\1")]
    assert font.splitString("いう𠮷", one) == [(0, b"\0\2\0\3"), (2, b"\0\1")]


def test_file_opens_without_complaint_when_many_characters_are_used() -> None:
    text = "".join(chr(code) for code in range(0x4E00, 0x4E00 + 3000))
    assert pypdf_texts(drawn(text)) == [text]
