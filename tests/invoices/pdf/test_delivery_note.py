from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from itertools import combinations
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import BooleanObject

from invoices.domain.document import Address, Copy, Document, InvoicePolicy, Recipient
from invoices.domain.tax import PriceBasis
from invoices.pdf import layout, render, render_many, table, write_many
from tests.invoices.pdf.documents import (
    EXEMPT,
    ISSUER,
    OLD_STANDARD,
    RECIPIENT,
    REDUCED,
    SHIP_TO,
    document,
    line,
    lines,
    return_note,
)
from tests.typesetting.reading import Word, fonts, page_rows, page_texts, pdftotext, pypdf_texts, words

FOOTNOTE = "※は軽減税率対象品目です"
YEN = re.compile(r"[¥￥円]|単価|金額|小計|合計|消費税|対象額|税込|税抜")
LONG_NAME = "株式会社見本長大商事" * 8
ROW_NUMBER = re.compile(r"A\d{4}-\d{2}")


def text_of(note: Document) -> str:
    return "\n".join(page_texts(render(note)))


def rows_of(note: Document) -> list[str]:
    return [row for page in page_rows(render(note)) for row in page]


def test_note_prints_every_fact_in_reading_order() -> None:
    note = document(2, ship_to=SHIP_TO)
    expected = [
        "納品書",
        "〒100-0001",
        "東京都千代田区千代田1-1",
        "見本ビル 8階",
        "株式会社見本商事",
        "総務部",
        "部長 田中 様",
        "件名",
        "11月分 事務用品・飲料",
        "納品先",
        "〒651-0001",
        "兵庫県神戸市中央区港島0丁目0-0",
        "株式会社見本商事 関西物流センター",
        "下記のとおり納品いたします。",
        "合計金額（税込）",
        "¥17,280",
        "納品書番号",
        "DN-2026-000001",
        "発行日",
        "2026年11月23日",
        "納品日",
        "2026年11月24日",
        "注文番号",
        "PO-88213",
        "サンプル食品株式会社",
        "〒530-0001",
        "大阪府大阪市北区梅田0-0-0",
        "サンプルタワー 12階",
        "TEL 06-0000-0000　FAX 06-0000-0001",
        "登録番号 T8700110005901",
        "No.",
        "品番",
        "品名",
        "数量",
        "単位",
        "単価",
        "金額",
        "1",
        "A0001-07",
        "コピー用紙 A4 500枚",
        "4",
        "箱",
        "2,480",
        "9,920",
        "2",
        "A0002-14",
        "有機緑茶ティーバッグ 50包入り",
        "※",
        "7",
        "袋",
        "842.5",
        "5,897",
        "税率",
        "対象額（税抜）",
        "消費税額",
        "10%対象",
        "9,920",
        "992",
        "8%対象※",
        "5,897",
        "471",
        FOOTNOTE,
        "単価・金額は税抜価格です（外税）。",
        "小計（税抜）",
        "15,817",
        "消費税",
        "1,463",
        "合計（税込）",
        "¥17,280",
        "備考",
        "納品場所は1階の荷受け口です。",
        "不足や破損がありましたら、お受け取りから3営業日以内にご連絡ください。",
        "納品書　DN-2026-000001",
        "1 / 1 ページ",
    ]
    flat = "".join("".join(rows_of(note)).split())
    assert flat == "".join("".join(expected).split())


@pytest.mark.parametrize("read", [lambda pdf: pdftotext(pdf, "-layout"), lambda pdf: "".join(pypdf_texts(pdf))])
def test_figures_and_names_are_read_whole(read: Callable[[bytes], str]) -> None:
    text = read(render(document(2)))
    for expected in ("株式会社見本商事", "DN-2026-000001", "¥17,280", "842.5", "T8700110005901", FOOTNOTE):
        assert expected in text


def test_addressee_is_the_organisation_when_no_person_is_named() -> None:
    rows = rows_of(document(1, recipient=Recipient(name="株式会社見本商事")))
    assert "株式会社見本商事 御中" in rows
    assert not any("様" in row for row in rows)


def test_optional_facts_are_absent_when_empty() -> None:
    bare = document(1, order_number="", subject="", notes="", issuer=replace(ISSUER, telephone="", fax="", seal=None))
    text = text_of(bare)
    for absent in ("注文番号", "件名", "備考", "TEL", "FAX", "納品先", "元納品書番号"):
        assert absent not in text


def test_codes_and_notes_have_a_column_only_when_a_line_has_any() -> None:
    without = text_of(document(lines=(line(1, code=""),), notes=""))
    assert "品番" not in without
    assert "備考" not in without
    with_both = text_of(document(lines=(line(1, code=""), line(2, note="要冷蔵")), notes=""))
    assert "品番" in with_both
    assert "備考" in with_both
    assert "要冷蔵" in with_both


def test_inclusive_note_says_that_tax_is_inside() -> None:
    text = text_of(document(2, basis=PriceBasis.INCLUSIVE))
    for expected in (
        "対象額（税込）",
        "うち税抜額",
        "内消費税額",
        "小計（税込）",
        "単価・金額は税込価格です（内税）。",
    ):
        assert expected in text
    assert "外税" not in text


def test_tax_is_marked_when_it_is_only_for_reference() -> None:
    text = text_of(document(2, policy=InvoicePolicy.MONTHLY_INVOICE))
    assert "消費税額（参考）" in text
    assert "消費税（参考）" in text
    assert "適格請求書は月ごとの請求書として別途発行します。" in text
    assert "参考" not in text_of(document(2, policy=InvoicePolicy.NOTE))


def test_note_says_so_when_it_and_the_monthly_invoice_are_the_qualified_invoice_together() -> None:
    text = text_of(document(2, policy=InvoicePolicy.BOTH))
    assert "この納品書は、月ごとの請求書と合わせて適格請求書となります。" in text
    assert "参考" not in text


def test_rates_have_a_block_each_when_three_stand_on_one_note() -> None:
    note = document(lines=(line(1), line(2), line(3, tax_class=OLD_STANDARD), line(4, tax_class=EXEMPT)))
    rows = rows_of(note)
    for name in ("10%対象", "8%対象※", "8%対象", "非課税"):
        assert sum(name == row.split()[0] for row in rows if row) == 1


@pytest.mark.parametrize(("tax_class", "count"), [(REDUCED, 1), (OLD_STANDARD, 0), (EXEMPT, 0)])
def test_footnote_stands_only_when_a_line_is_reduced(tax_class: Any, count: int) -> None:
    text = text_of(document(lines=(line(1, tax_class=tax_class),)))
    assert text.count(FOOTNOTE) == count
    # On the line, at its rate, and in the footnote.
    assert text.count("※") == 3 * count


def test_price_hidden_note_has_no_yen_figure_anywhere() -> None:
    note = replace(document(45, ship_to=SHIP_TO), is_price_hidden=True)
    text = text_of(note)
    assert not YEN.search(text)
    figures = {f"{each.amount:,}" for each in note.lines} | {f"{note.totals.total:,}", f"{note.totals.tax:,}"}
    assert not {figure for figure in figures if "," in figure and figure in text}
    assert FOOTNOTE in text
    assert len(ROW_NUMBER.findall(text)) == 45


@pytest.mark.parametrize("copy", list(Copy))
@pytest.mark.parametrize(
    "note",
    [
        document(3, basis=PriceBasis.INCLUSIVE),
        document(3, policy=InvoicePolicy.MONTHLY_INVOICE),
        document(lines=(line(1, tax_class=EXEMPT), line(2, tax_class=OLD_STANDARD))),
        return_note(),
    ],
    ids=["inclusive", "monthly invoice", "exempt", "return"],
)
def test_price_hidden_sheet_has_no_yen_figure_whatever_its_kind(note: Document, copy: Copy) -> None:
    text = text_of(replace(note, copy=copy, is_price_hidden=True))
    assert not YEN.search(text)
    assert "対象" not in text.replace(FOOTNOTE, "")
    assert f"{note.totals.total:,}".lstrip("-") not in text


def test_file_copy_differs_from_the_note_in_its_title_only() -> None:
    note = document(5)
    assert text_of(replace(note, copy=Copy.FILE_COPY)).replace("納品書（控）", "納品書") == text_of(note)


def test_receipt_is_addressed_to_us_and_signed_by_the_customer() -> None:
    rows = rows_of(replace(document(2), copy=Copy.RECEIPT))
    assert rows[0] == "物品受領書"
    assert "サンプル食品株式会社 御中" in rows
    assert "受領日 受領印" in rows
    assert rows.index("サンプル食品株式会社 御中") < rows.index("株式会社見本商事")
    assert not any("様" in row or "登録番号" in row for row in rows)


@pytest.mark.parametrize("copy", [Copy.DELIVERY_NOTE, Copy.FILE_COPY])
def test_stamp_boxes_are_absent_when_the_sheet_is_no_receipt(copy: Copy) -> None:
    text = text_of(replace(document(2), copy=copy))
    assert "受領" not in text


def test_draft_prints_no_number_and_a_watermark_on_each_page() -> None:
    pages = page_texts(render(replace(document(45), number=None, issued_on=None)))
    assert len(pages) == 2
    assert all(page.count("下書き") >= 2 for page in pages)
    assert "DN-" not in "".join(pages)
    assert "未発行" in pages[0]


def test_void_note_is_marked_on_each_page() -> None:
    pdf = render(replace(document(45), is_void=True))
    big = [word for word in words(pdf) if word.text in "無効" and word.bottom - word.top > 30]
    assert sorted((word.page, word.text) for word in big) == [(1, "効"), (1, "無"), (2, "効"), (2, "無")]
    assert all("無効" in page for page in page_texts(pdf))
    # pypdf joins the slanted mark's characters again: the mark and the remark in the head.
    assert [page.count("無効") for page in pypdf_texts(pdf)] == [2, 2]


def test_reprint_prints_its_ordinal_on_each_page() -> None:
    pages = page_texts(render(replace(document(45), reprint_ordinal=2)))
    assert all("再発行 (2)" in page for page in pages)
    assert "再発行" not in text_of(document(45))


def test_return_note_prints_the_original_and_negative_figures() -> None:
    text = text_of(return_note())
    for expected in (
        "赤伝（返品）",
        "元納品書番号",
        "DN-2026-000001",
        "元納品日",
        "2026年11月24日",
        "▲2,480",
        "▲¥4,547",
    ):
        assert expected in text
    assert "-2,480" not in text


@pytest.mark.parametrize("count", [1, 20, 45])
def test_pypdf_reads_what_pdftotext_reads(count: int) -> None:
    pdf = render(document(count))
    assert ["".join(page.split()) for page in pypdf_texts(pdf)] == ["".join(page.split()) for page in page_texts(pdf)]


@pytest.mark.parametrize("count", [*range(1, 61), 100, 500, 2000])
def test_every_row_prints_once_in_order_and_totals_follow_the_last(count: int) -> None:
    pages = page_rows(render(document(count)))
    numbers = [[code for row in page for code in ROW_NUMBER.findall(row)] for page in pages]
    assert [code for page in numbers for code in page] == [each.code for each in lines(count)]
    assert all(numbers)
    assert [any("小計" in row for row in page) for page in pages] == [False] * (len(pages) - 1) + [True]
    assert all(sum("品名" in row for row in page) == 1 for page in pages)
    footers = [f"納品書 DN-2026-000001 {number} / {len(pages)} ページ" for number in range(1, len(pages) + 1)]
    assert [page[-1].replace("\u3000", " ") for page in pages] == footers
    assert all(any("DN-2026-000001" in row for row in page) for page in pages)


def long_lines(count: int) -> tuple[Any, ...]:
    return tuple(
        line(number, name=f"{'長い品名の商品' * (number % 9)}（{number}）", note="要冷蔵。" * (number % 13))
        for number in range(1, count + 1)
    )


@pytest.mark.parametrize("count", [*range(1, 31), 200])
@pytest.mark.parametrize("notes", ["", "お願い。" * 125], ids=["no notes", "long notes"])
def test_rows_stay_whole_when_they_are_wrapped(count: int, notes: str) -> None:
    pages = page_texts(render(document(lines=long_lines(count), notes=notes)))
    flat = ["".join(page.split()) for page in pages]
    for number in range(1, count + 1):
        assert sum(f"（{number}）" in page for page in flat) == 1
    numbers = [ROW_NUMBER.findall(page) for page in pages]
    assert [code for page in numbers for code in page] == [each.code for each in lines(count)]
    assert all(numbers)
    assert "小計" in pages[-1]
    assert sum(page.count("お願い。") for page in flat) == len(notes) // 4


def test_row_is_divided_when_no_page_holds_it() -> None:
    usual = set(text_of(document(3)))
    name = "".join(character for character in map(chr, range(0x4E00, 0x57C4)) if character not in usual)
    pages = page_texts(render(document(lines=(line(1), line(2, name=name), line(3)))))
    printed = set(name)
    assert "".join(character for page in pages for character in page if character in printed) == name
    assert "小計" in pages[-1]
    assert "A0003-21" in pages[-1]


def test_notes_flow_over_pages_when_they_are_longer_than_one() -> None:
    notes = "\n".join(f"注意事項その{number}。" for number in range(1, 151))
    pages = page_texts(render(document(1, notes=notes)))
    text = "\n".join(pages)
    assert len(pages) == 4
    assert re.findall(r"注意事項その(\d+)。", text) == [str(number) for number in range(1, 151)]
    assert [page.count("備考") for page in pages] == [1, 1, 1, 1]
    assert all("注意事項その" in page for page in pages)


def test_notes_are_one_file_when_many_are_drawn() -> None:
    pdf = render_many([document(1, number="A-1"), document(45, number="A-2"), document(1, number="A-3")])
    pages = page_rows(pdf)
    footers = [page[-1].replace("\u3000", " ").split(" ", 1)[1] for page in pages]
    assert footers == ["A-1 1 / 1 ページ", "A-2 1 / 2 ページ", "A-2 2 / 2 ページ", "A-3 1 / 1 ページ"]
    assert len(pdf) < 2 * len(render(document(45)))


def test_write_many_writes_what_render_many_returns() -> None:
    stream = BytesIO()
    write_many(iter([document(1), document(2)]), stream)
    assert stream.getvalue() == render_many([document(1), document(2)])


def test_render_many_refuses_when_there_is_no_document() -> None:
    with pytest.raises(ValueError, match="There is no note to draw"):
        render_many([])


def extreme() -> Document:
    """Return a note whose every field is as long as forms allow, or longer."""
    address = Address(
        postal_code="100-0001", address="東京都千代田区千代田一丁目千代田センタービルディング別館地下" * 3
    )
    return document(
        lines=(
            line(1, code="X" * 60, name="商" * 200, unit="ダースセット入り箱", note="備" * 100),
            line(2, quantity=Decimal("-12345678.125"), unit_price=Decimal("12345678.1234")),
            line(3, name="W" * 200, note="https://example.com/" + "a" * 80),
        ),
        number="N" * 40,
        order_number="PO" * 30,
        subject="件" * 100,
        notes="覚" * 500,
        recipient=Recipient(name=LONG_NAME, department=LONG_NAME, person_title="部長", person="田中", address=address),
        issuer=replace(ISSUER, name=LONG_NAME, address=address, telephone="0" * 40, fax="1" * 40),
        ship_to=replace(SHIP_TO, name=LONG_NAME, address=address),
    )


@pytest.mark.parametrize("copy", list(Copy))
def test_nothing_hangs_outside_the_margins_when_every_field_is_long(copy: Copy) -> None:
    placed = list(words(render(replace(extreme(), copy=copy))))
    assert min(word.left for word in placed) >= layout.LEFT_EDGE - 0.01
    assert max(word.right for word in placed) <= layout.RIGHT_EDGE + 0.01
    assert max(word.bottom for word in placed) <= 292
    assert min(word.top for word in placed) >= 5


@pytest.mark.parametrize("order_number", ["注文番号" * 15, "PO-2026 納品 " * 5])
def test_long_order_number_covers_nothing(order_number: str) -> None:
    side = [word for word in words(render(document(1, order_number=order_number))) if word.left >= layout.SIDE_LEFT]
    crossed = [
        (one.text, other.text)
        for one, other in combinations(side, 2)
        if min(one.right, other.right) - max(one.left, other.left) > 0.1
        and min(one.bottom, other.bottom) - max(one.top, other.top) > 0.6
    ]
    assert crossed == []


def test_telephone_and_fax_stay_with_their_labels_when_both_are_long() -> None:
    issuer = replace(ISSUER, telephone="03-0000-0000（代表 内線1234）", fax="03-0000-0001（経理部直通）")
    rows = rows_of(document(1, issuer=issuer))
    assert {"TEL 03-0000-0000（代表 内線1234）", "FAX 03-0000-0001（経理部直通）"} <= set(rows)


def test_names_get_the_room_that_short_codes_and_remarks_leave() -> None:
    short = document(lines=(line(1, code="A1", note="急"),))
    wide = document(lines=(line(1, code="A" * 30, note="長い行備考" * 4),))
    assert _width(short, "品番") < _width(wide, "品番") <= layout.CODE_WIDTH
    assert _width(short, "備考") < _width(wide, "備考") <= layout.NOTE_WIDTH
    assert _width(short, "品名") > _width(wide, "品名")


def _width(note: Document, heading: str) -> float:
    left, right = _columns(note)[heading]
    return right - left


@pytest.mark.parametrize("text", ["一行目\n二行目", "一行目\r\n二行目"])
def test_line_feed_in_a_cell_breaks_the_line(text: str) -> None:
    read = text_of(document(lines=(line(1, name=text, code=text, unit=text, note=text),)))
    assert (read.count("一行目"), read.count("二行目")) == (4, 4)


def test_cells_stay_in_their_columns_when_every_field_is_long() -> None:
    pdf = render(extreme())
    edges = {heading: column for heading, column in _columns(extreme()).items() if heading}
    for word in words(pdf):
        if set(word.text) == {"X"}:
            assert _is_inside(word, edges["品番"])
        if set(word.text) in ({"商"}, {"W"}):
            assert _is_inside(word, edges["品名"])
        if set(word.text) == {"備"}:
            assert _is_inside(word, edges["備考"])


def test_nothing_is_lost_when_every_field_is_long() -> None:
    text = "".join(text_of(extreme()).split())
    # The name in all three parts of the head, each with one 商 to every ten characters, and the item's own.
    assert text.count("商") == 200 + 4 * LONG_NAME.count("商")
    assert LONG_NAME in text
    assert text.count("W") == 200
    assert text.count("X") == 60 + "FAX".count("X")
    assert text.count("覚") == 500
    assert "件" * 100 in text
    assert "PO" * 30 in text
    assert "▲12,345,678.125" in text


def _columns(note: Document) -> dict[str, tuple[float, float]]:
    placed = table.columns(note)
    rights = [*(place.left for place in placed[1:]), layout.RIGHT_EDGE]
    return {place.heading: (place.left, right) for place, right in zip(placed, rights, strict=True)}


def _is_inside(word: Word, edges: tuple[float, float]) -> bool:
    return edges[0] <= word.left and word.right <= edges[1]


def test_addressee_lies_in_the_window_of_the_envelope() -> None:
    placed = {word.text: word for word in words(render(document(1, recipient=RECIPIENT))) if word.page == 1}
    for text in ("〒100-0001", "東京都千代田区千代田1-1", "株式会社見本商事", "総務部", "様"):
        word = placed[text]
        assert (word.left >= 20, word.right <= 110, word.top >= 20, word.bottom <= 53) == (True, True, True, True)


def test_page_is_a4_portrait() -> None:
    box = PdfReader(BytesIO(render(document(1)))).pages[0].mediabox
    assert [round(float(side) / 72 * 25.4) for side in (box.width, box.height)] == [210, 297]


@pytest.mark.parametrize("read", [page_texts, pypdf_texts])
def test_rare_characters_are_read_as_typed(read: Callable[[bytes], list[str]]) -> None:
    name, item = "株式会社𠮷野髙﨑", "葛\U000e0100城 辻\U000e0101 龘 ㈱①"
    (page,) = read(render(document(recipient=Recipient(name=name), lines=(line(1, name=item),))))
    assert f"{name} 御中" in page
    assert item in page


def test_markup_prints_as_typed() -> None:
    name = '<b>A & B</b> <img src="file:///etc/passwd"> {{ x }} %(y)s \\n (z'
    text = text_of(document(lines=(line(1, name=name),), subject="<i>&amp;</i>"))
    assert "<i>&amp;</i>" in text
    assert "".join(name.split()) in "".join(text.split())


def test_full_width_spaces_and_compatibility_characters_print_as_typed() -> None:
    (page,) = pypdf_texts(render(document(1, subject="一　二㈱神①")))
    assert "一　二㈱神①" in page


def test_every_font_is_embedded_and_none_is_helvetica() -> None:
    resources = fonts(render(document(3, subject="葛\U000e0100", recipient=replace(RECIPIENT, name="𠮷野商店"))))
    assert {str(font["/BaseFont"]).split("+")[1] for font in resources.values()} == {
        "BIZUDGothic-Regular",
        "BIZUDGothic-Bold",
        "PapyrusFallback-Extended",
    }
    assert all(font["/Subtype"] == "/Type0" for font in resources.values())
    assert b"Helvetica" not in render(document(3))
    for font in resources.values():
        assert "/FontFile2" in font["/DescendantFonts"][0].get_object()["/FontDescriptor"]


def test_file_says_what_it_is() -> None:
    reader = PdfReader(BytesIO(render(document(1))), strict=True)
    metadata: Any = reader.metadata
    catalog: Any = reader.trailer["/Root"]
    assert metadata.title == "納品書 DN-2026-000001"
    assert metadata.author == "サンプル食品株式会社"
    assert catalog["/Lang"] == "ja-JP"
    assert catalog["/ViewerPreferences"] == {"/DisplayDocTitle": BooleanObject(True)}


def test_title_of_a_draft_says_so() -> None:
    metadata: Any = PdfReader(BytesIO(render(replace(document(1), number=None, issued_on=None)))).metadata
    assert metadata.title == "納品書 下書き"


def test_draft_is_dated_by_its_delivery() -> None:
    note = replace(document(1), number=None, issued_on=None, delivered_on=date(2026, 12, 1))
    assert b"D:20261201000000+09'00'" in render(note)
