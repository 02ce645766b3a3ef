from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import ImageDraw
from pypdf import PdfReader

from catalog.labels.drawing import Label, draw, shortened
from catalog.labels.sheets import SHEETS, LabelSheet
from catalog.labels.symbol import MODULE_WIDTHS, module_width, symbol_of
from tests.catalog.labels.reading import DOTS_PER_MM, is_blank, printed, scanned
from tests.typesetting.reading import fonts, page_texts, words

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LONG = "深蒸し煎茶 静岡県牧之原産 一番茶 真空パック 化粧箱入り 贈答用 " * 5
LABELS = [
    Label(jan="4901234567894", name="ボールペン 黒 0.7mm", sku="KB-0012", price="¥120（税込）"),
    Label(jan="49123456", name=LONG, sku="00123", price="¥1,200"),
    Label(jan="4512345678906", name="髙﨑𠮷野家 葛\U000e0100餅", sku="W" * 64, price="¥9,999,999,999.9999（税抜）"),
    Label(jan="45123450"),
]
POINTS_PER_MM = 72 / 25.4


def sheet_of(faces: int) -> tuple[LabelSheet, list[Label]]:
    return SHEETS[faces], [LABELS[place % 4] for place in range(faces)]


@pytest.mark.parametrize("faces", SHEETS)
def test_every_label_is_read_within_its_place(faces: int) -> None:
    sheet, labels = sheet_of(faces)
    page = printed(draw(labels, sheet, start=1, created=NOON))
    for place, label in enumerate(labels):
        left, top = sheet.corner(place)
        right, bottom = left + sheet.width, top + sheet.height
        read, symbol = scanned(page, left, top, right, bottom), symbol_of(label.jan)
        assert read.text == label.jan
        module = (read.right - read.left) / symbol.modules
        assert module >= 0.264
        quiet = (read.left - symbol.left_quiet * module, read.right + symbol.right_quiet * module)
        assert left < quiet[0]
        assert quiet[1] < right
        assert is_blank(page, quiet[0], read.top, read.left - 0.2, read.top + 3)
        assert is_blank(page, read.right + 0.2, read.top, quiet[1], read.top + 3)
        assert top + 1 < read.top
        assert read.bottom < bottom - 1


@pytest.mark.parametrize("faces", SHEETS)
def test_nothing_is_printed_within_a_millimetre_of_an_edge(faces: int) -> None:
    sheet, labels = sheet_of(faces)
    page = printed(draw(labels, sheet, start=1, created=NOON))
    eraser = ImageDraw.Draw(page)
    for place in range(faces):
        left, top = sheet.corner(place)
        inside = (left + 1, top + 1, left + sheet.width - 1, top + sheet.height - 1)
        eraser.rectangle([round(edge * DOTS_PER_MM) for edge in inside], fill=255)
    assert page.getextrema() == (255, 255)


@pytest.mark.parametrize("faces", SHEETS)
def test_sheet_fits_on_a4(faces: int) -> None:
    sheet = SHEETS[faces]
    left, top = sheet.corner(sheet.faces - 1)
    assert sheet.faces == faces
    assert left + sheet.width <= 210 - 4
    assert top + sheet.height <= 297 - 4
    assert sheet.across >= sheet.width
    assert sheet.down >= sheet.height


def test_bars_are_whole_modules_on_dots_of_600_dpi() -> None:
    pdf = draw([LABELS[0], LABELS[2]], SHEETS[65], start=1, created=NOON)
    content = PdfReader(BytesIO(pdf)).pages[0].get_contents()
    assert content is not None
    areas = [operands for operands, operator in content.operations if operator == b"re"]
    assert len(areas) == 2 * 30
    dot = 72 / 600
    for x, _, width, _ in areas:
        assert float(x) / dot == pytest.approx(round(float(x) / dot), abs=0.02)
        assert float(width) / 0.84 == pytest.approx(round(float(width) / 0.84), abs=0.001)


def test_module_is_never_below_the_standard() -> None:
    narrowest = min(MODULE_WIDTHS) / POINTS_PER_MM
    assert 0.264 <= narrowest <= 0.660
    assert {faces: module_width(symbol_of("4901234567894"), room=SHEETS[faces].width - 3.2) for faces in SHEETS} == {
        24: 0.96,
        44: 0.96,
        65: 0.84,
    }


def test_label_shows_what_was_asked_and_the_digits() -> None:
    pdf = draw(LABELS, SHEETS[24], start=1, created=NOON)
    text = page_texts(pdf)[0].replace("\n", "").replace(" ", "")
    for shown in (
        "ボールペン黒0.7mm",
        "KB-0012",
        "¥120（税込）",
        "4901234567894",
        "髙﨑𠮷野家葛\U000e0100餅",
        "45123450",
    ):
        assert shown in text
    assert {font["/Subtype"] for font in fonts(pdf).values()} == {"/Type0"}


def test_first_label_takes_its_place_and_the_rest_follow_on_new_sheets() -> None:
    labels = [Label(jan="49123456", sku=f"S{number}") for number in range(4)]
    pdf = draw(labels, SHEETS[24], start=23, created=NOON)
    corners = [SHEETS[24].corner(place) for place in (22, 23, 0, 1)]
    found = {word.text: word for word in words(pdf)}
    assert [found[f"S{number}"].page for number in range(4)] == [1, 1, 2, 2]
    for number, (left, top) in enumerate(corners):
        word = found[f"S{number}"]
        assert left < word.left < left + 5
        assert top < word.top < top + 5


def test_printing_to_scale_is_asked_of_the_viewer() -> None:
    catalog = PdfReader(BytesIO(draw(LABELS, SHEETS[44], start=1, created=NOON))).trailer["/Root"]
    assert catalog["/ViewerPreferences"]["/PrintScaling"] == "/None"  # type: ignore[index]


def test_same_labels_are_the_same_bytes() -> None:
    one, two = (draw(LABELS, SHEETS[65], start=3, created=NOON) for _ in range(2))
    assert one == two


@pytest.mark.parametrize(
    ("text", "lines", "size"),
    [
        ("茶", ("茶",), 8),
        ("あ" * 13, ("あ" * 13,), 7.69),
        ("あ" * 20, ("あ" * 15, "あ" * 5), 6.4),
        ("あ" * 34, ("あ" * 18, "あ" * 16), 5.5),
        ("あ" * 60, ("あ" * 18, "あ" * 17 + "…"), 5.5),
    ],
)
def test_long_names_shrink_then_wrap_then_end_in_dots(text: str, lines: tuple[str, ...], size: float) -> None:
    assert shortened(text, width=100, size=8, most_lines=2) == (lines, size)


def test_nothing_to_draw_is_refused() -> None:
    with pytest.raises(ValueError, match="no label"):
        draw([], SHEETS[24], start=1, created=NOON)
