from __future__ import annotations

import io
import tracemalloc
from contextlib import suppress

import pytest
from django.utils import translation
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from catalog.loads import reading
from catalog.loads.cell_kinds import DateCell, ErrorCell, FormulaCell
from catalog.loads.encodings import Encoding
from catalog.loads.refusals import FileRefused
from tests.catalog.loads.files import HEADINGS, csv_bytes, xlsx_bytes, xlsx_of_parts

HARD = ("髙﨑①㈱㎝Ⅲ", "表", "ソ", "構", "機構")


@pytest.fixture(autouse=True)
def english() -> object:
    with translation.override("en"):
        yield


def read(content: bytes, encoding: Encoding | None = None) -> tuple[Encoding | None, list[tuple[int, list[str]]]]:
    source = reading.opened(io.BytesIO(content), encoding=encoding)
    return source.encoding, list(source.rows)


def cells(content: bytes) -> list[list[str]]:
    return [row for _number, row in read(content)[1]]


def refusal(content: bytes, encoding: Encoding | None = None) -> str:
    with pytest.raises(FileRefused) as refused:
        read(content, encoding)
    return str(refused.value)


@pytest.mark.parametrize(
    ("codec", "found"),
    [
        ("utf-8", Encoding.UTF_8),
        ("utf-8-sig", Encoding.UTF_8_WITH_BOM),
        ("cp932", Encoding.CP932),
        ("utf-16", Encoding.UTF_16),
    ],
)
def test_encoding_is_found_out_and_letters_survive(codec: str, found: Encoding) -> None:
    table = [["品番", "品名"], ["00123", *HARD]]
    assert read(csv_bytes(table, encoding=codec)) == (found, list(enumerate(table, start=1)))


@pytest.mark.parametrize("word", ["表", "ソ", "構", "機構", "ｿｰｽ", "ﾃｰ", "ﾐｼ"])
def test_two_lines_of_cp932_are_told_from_utf_8(word: str) -> None:
    content = f"sku,name\r\n1,{word}\r\n".encode("cp932")
    assert read(content) == (Encoding.CP932, [(1, ["sku", "name"]), (2, ["1", word])])


@pytest.mark.parametrize("word", ["表ソ構", "é", "か\u3099", "𠮷", "〜"])
def test_two_lines_of_utf_8_are_told_from_cp932(word: str) -> None:
    # é alone is ﾃｩ in CP932: what is only half-width katakana there is taken for that, and the page offers the choice.
    expected = Encoding.CP932 if word == "é" else Encoding.UTF_8
    assert read(f"sku,name\n1,{word}\n".encode())[0] is expected


def test_chosen_encoding_is_used_and_a_wrong_one_names_the_line() -> None:
    content = "sku,name\n1,é\n".encode()
    assert read(content, Encoding.UTF_8)[1][1] == (2, ["1", "é"])
    assert refusal("sku,name\n1,ソ\n".encode("cp932"), Encoding.UTF_8) == (
        "Line 2 of the file is not written in UTF-8. Save the file as “CSV UTF-8” and choose it again."
    )


def test_letters_split_between_pieces_are_read_whole() -> None:
    filler = "x" * (1024 * 1024 - 10)
    text = f"sku,name\n1,{filler}\n2,機構表ソ機構表ソ\n"
    with pytest.raises(FileRefused, match="quotation marks in row 2"):
        read(text.encode())
    rows = "".join(f"{number},機構表ソ\n" for number in range(60_000))
    for codec in ("utf-8", "cp932"):
        assert {row[1] for row in cells(f"0,機構表ソ\n{rows}".encode(codec))} == {"機構表ソ"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b" \r\n ", "The file is empty."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "The file is an old Excel file (.xls) or one locked with a password."),
        (b"%PDF-1.7", "The file is a PDF."),
        (b"\x89PNG\r\n\x1a\n", "The file is a picture."),
        (b"<!DOCTYPE html>", "The file is a web page."),
        (b"PK\x03\x04 and nothing else", "The workbook is damaged."),
        (b"sku,name\n1,a\n2,\0b\n", "Line 3 of the file holds a NUL byte"),
        (b'sku,name\n1,"a\n2,b\n', "The quotation marks in row 2 do not pair"),
        (b'sku,name\n1,"a"b\n', "The quotation marks in row 2 do not pair"),
        (b"\xff\xfe\xfd", "Line 1 of the file is not written in UTF-16."),
        (b"sku\n\x80\x81\xff", "Line 2 of the file is not written in Shift_JIS (CP932)."),
    ],
)
def test_what_is_no_table_is_refused_by_a_sentence(content: bytes, sentence: str) -> None:
    assert refusal(content).startswith(sentence)


def test_tabs_and_semicolons_are_understood() -> None:
    for delimiter in "\t;":
        assert cells(f"sku{delimiter}name\n1{delimiter}a,b\n".encode()) == [["sku", "name"], ["1", "a,b"]]


def test_cells_of_text_files_are_read_by_their_kind() -> None:
    row = cells(b"""sku,name,note\n="00123",=1+2,'=1+2\n'x,''=1,#N/A\n""")
    assert row[1:] == [["00123", "=1+2", "=1+2"], ["'x", "'=1", "#N/A"]]
    assert [type(cell) for cell in row[1]] == [str, FormulaCell, str]
    assert type(row[2][2]) is ErrorCell


def test_workbook_gives_what_staff_see() -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("S")
    zeros = WriteOnlyCell(sheet, 123)
    zeros.number_format = "00000"
    date = WriteOnlyCell(sheet, 46024)
    date.number_format = "yyyy/m/d"
    sheet.append([zeros, 4901234567894, 1080.0000000000002, 12.5, 1e-7, date, True, "=A1*2", "#N/A", None, "表\nソ"])
    file = io.BytesIO()
    book.save(file)

    [row] = cells(file.getvalue())
    assert row == [
        "00123", "4901234567894", "1080", "12.5", "0.0000001", "2026-01-02", "TRUE", "=A1*2", "#N/A", "", "表\nソ",
    ]  # fmt: skip
    assert [type(row[place]) for place in (5, 7, 8)] == [DateCell, FormulaCell, ErrorCell]


def test_workbook_text_is_read_without_readings_and_with_escaped_characters() -> None:
    strings = (
        "<sst><si><r><t>東</t></r><r><t>京</t></r><rPh><t>トウキョウ</t></rPh></si>"
        "<si><t>a_x000D_b_x005F_x000D_</t></si></sst>"
    )
    sheet = (
        '<worksheet><sheetData><row r="7"><c r="B7" t="s"><v>0</v></c><c t="s"><v>1</v></c>'
        '<c t="inlineStr"><is><t>x</t></is></c></row></sheetData></worksheet>'
    )
    content = xlsx_of_parts(sheet, xl_sharedStrings__xml=strings)
    assert read(content) == (None, [(7, ["", "東京", "a\rb_x000D_", "x"])])


@pytest.mark.parametrize(
    "sheet",
    [
        "<worksheet><sheetData><row",
        '<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>',
        '<worksheet><sheetData><row r="2"/><row r="1"/></sheetData></worksheet>',
        '<worksheet><sheetData><row r="x"/></sheetData></worksheet>',
        '<worksheet><sheetData><row><c t="s"><v>5</v></c></row></sheetData></worksheet>',
        f'<worksheet><sheetData><row><c t="str"><v>{"x" * 200_000}</v></c></row></sheetData></worksheet>',
        f'<worksheet a="{"x" * 3_000_000}"/>',
    ],
)
def test_damaged_workbook_is_refused(sheet: str) -> None:
    assert refusal(xlsx_of_parts(sheet)).startswith("The workbook is damaged.")


def test_workbook_with_damaged_bytes_is_refused_wherever_they_are() -> None:
    whole = xlsx_bytes([HEADINGS, ("A-1", "品物", 100)])
    for at in range(len(whole)):
        damaged = whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :]
        with suppress(FileRefused):
            read(damaged)


def test_workbook_made_to_burst_is_refused_before_it_is_unpacked() -> None:
    tracemalloc.start()
    bomb = xlsx_of_parts("<worksheet>" + " " * 100_000_000)
    tracemalloc.reset_peak()
    assert refusal(bomb).startswith("Unpacked, the workbook would fill the memory")
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


def test_archive_of_something_else_is_refused() -> None:
    content = xlsx_of_parts("", word_document__xml="x").replace(b"xl/workbook.xml", b"xl/wordbook.xml")
    assert refusal(content).startswith("The file is a ZIP archive but no Excel workbook.")


def test_far_row_and_far_column_cost_nothing() -> None:
    sheet = (
        '<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c></row>'
        '<row r="1048576"><c r="A1048576"><v>3</v></c></row></sheetData></worksheet>'
    )
    assert read(xlsx_of_parts(sheet))[1] == [(1, ["1"]), (1_048_576, ["3"])]


def test_first_visible_sheet_is_read() -> None:
    book = Workbook()
    book.active.sheet_state = "hidden"
    book.active.append(["hidden"])
    book.create_sheet("価格表").append(["shown"])
    file = io.BytesIO()
    book.save(file)
    source = reading.opened(io.BytesIO(file.getvalue()))
    assert (source.kind, list(source.rows)) == ("XLSX 価格表", [(1, ["shown"])])


def test_workbook_and_text_give_the_same_rows() -> None:
    table = [["品番", "品名"], ["00123", "髙﨑①㈱㎝Ⅲ"], ["表", "ソ構"]]
    assert cells(xlsx_bytes(table)) == cells(csv_bytes(table, encoding="cp932")) == table
