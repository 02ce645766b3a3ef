"""Files written by us, and by others, come back as they were."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given, settings, strategies as st
from openpyxl import load_workbook

from catalog import jan
from catalog.composition import composed
from catalog.loads import columns, previews, reading, writing
from catalog.loads.cell_kinds import SPREADSHEET_ERRORS
from catalog.loads.guarding import guarded, unguarded
from catalog.loads.refusals import FileRefused
from catalog.loads.staging import RowReader
from catalog.loads.writing import FileForm
from catalog.models import CONTROL, NOT_BLANK_PATTERN, SKU_PATTERN, Product
from tests.catalog.factories import ProductFactory
from tests.catalog.loads.files import HEADINGS, csv_bytes, xlsx_bytes
from tests.catalog.loads.loading import counts, preview_of, rows_of_products

HARD = "髙﨑①㈱㎝Ⅲ表ソ構機構~\\'\"=+-@,;\t \u3000\n_x000D_＝#N/A"


def in_cp932(text: str) -> bool:
    try:
        return text.encode("cp932").decode("cp932") == text
    except UnicodeEncodeError:
        return False


# Letters of every kind, and those that break files more often than chance would give them.
ANY = st.one_of(st.sampled_from(HARD), st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
LETTER_OF_CP932 = st.one_of(
    st.sampled_from(HARD), st.sampled_from([c for c in map(chr, range(32, 65536)) if in_cp932(c)])
)


def lines(letters: st.SearchStrategy[str], *, most: int) -> st.SearchStrategy[str]:
    """Lines that a product may hold: trimmed, composed, without control characters."""
    drawn = st.text(letters, min_size=1, max_size=most).map(
        lambda text: re.sub(f"[{CONTROL}\0]", "", composed(text)).strip()
    )
    return drawn.filter(lambda text: re.search(NOT_BLANK_PATTERN, text) is not None)


def products(letters: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    jans = (
        st.integers(0, 10**12 - 1)
        .map(lambda digits: f"{digits:012d}0")
        .map(lambda code: code[:-1] + str(jan.expected_check_digit(code)))
    )
    prices = st.decimals(0, Decimal("9999999999.9999"), places=4, allow_nan=False)
    return st.fixed_dictionaries(
        {
            "sku": lines(letters, most=20).filter(lambda text: re.search(SKU_PATTERN, text) is not None),
            "name": lines(letters, most=40),
            "unit_price": st.none() | prices | st.just(Decimal(0)),
            "unit": lines(letters, most=5),
            "tax_category_id": st.sampled_from(["standard", "reduced", "exempt"]),
            "jan": st.just("") | jans,
            "note": st.text(letters, max_size=40).map(lambda text: composed(text).strip()),
            "is_active": st.booleans(),
        }
    )


def written(rows: list[list[str]], form: FileForm) -> bytes:
    file = io.BytesIO()
    writing.write(rows, file, form=form)
    return file.getvalue()


def cells(content: bytes) -> list[list[str]]:
    return [row for _number, row in reading.opened(io.BytesIO(content)).rows]


def padded(rows: list[list[str]]) -> list[list[str]]:
    width = len(HEADINGS)
    return [row + [""] * (width - len(row)) for row in rows]


def rendered(table: list[dict[str, Any]]) -> list[list[str]]:
    resource = columns.ProductResource()
    fields = [resource.fields[field] for field in columns.FIELDS]
    return [list(HEADINGS), *([field.widget.render(row[field.attribute]) for field in fields] for row in table)]


def read_values(content: bytes) -> list[list[Any]]:
    source = reading.opened(io.BytesIO(content))
    first, *rest = source.rows
    resource = columns.ProductResource()
    resource.fields["tax_category"].widget.know(dict.fromkeys(("standard", "reduced", "exempt"), ""))
    layout = columns.layout([first])
    readers = tuple((f, layout.places.get(f), resource.fields[f].widget.clean) for f in columns.FIELDS)
    reader = RowReader(headings=list(layout.headings), is_text=source.encoding is not None, readers=readers)
    return [reader.read(row)[1:] for _number, row in rest]


def expected_values(table: list[dict[str, Any]]) -> list[list[Any]]:
    names = [columns.ProductResource.fields[field].attribute for field in columns.FIELDS]
    return [[*(row[name] for name in names), None, "new"] for row in table]


@given(
    st.text(st.one_of(st.sampled_from("'=+-@\t\r＝a"), ANY), max_size=6) | st.sampled_from(["#N/A", "''#N/A", "#N/A\n"])
)
def test_guarded_text_is_not_run_and_comes_back(text: str) -> None:
    safe = guarded(text)
    assert unguarded(safe) == text
    assert not safe or safe[0] not in "=+-@\t\r＝＋－＠"
    assert safe not in SPREADSHEET_ERRORS


def test_product_that_looks_like_a_spreadsheets_error_comes_back() -> None:
    table: list[dict[str, Any]] = [
        {"sku": "1", "name": "#N/A", "unit_price": None, "unit": "#DIV/0!", "tax_category_id": "standard"}
    ]
    table[0] |= {"jan": "", "note": "'#N/A", "is_active": True}
    for form in FileForm:
        assert read_values(written(rendered(table), form)) == expected_values(table), form


@settings(max_examples=60)
@given(st.lists(products(LETTER_OF_CP932), min_size=1, max_size=5))
def test_random_table_comes_back_from_every_form(table: list[dict[str, Any]]) -> None:
    rows = rendered(table)
    for form in FileForm:
        assert read_values(written(rows, form)) == expected_values(table), form


@settings(max_examples=60)
@given(st.lists(products(ANY), min_size=1, max_size=5))
def test_random_table_of_any_letters_comes_back_from_utf_8_and_workbooks(table: list[dict[str, Any]]) -> None:
    rows = rendered(table)
    for form in (FileForm.CSV, FileForm.XLSX):
        assert read_values(written(rows, form)) == expected_values(table), form


@settings(max_examples=40)
@given(
    st.lists(
        st.lists(st.text(LETTER_OF_CP932.filter(lambda c: c not in "\r"), max_size=10), min_size=8, max_size=8),
        min_size=1,
        max_size=4,
    )
)
def test_four_forms_of_one_table_give_the_same_rows(table: list[list[str]]) -> None:
    rows = [list(HEADINGS), *([guarded(cell) for cell in row] for row in table if any(row))]
    texts = [cells(csv_bytes(rows, encoding=codec)) for codec in ("utf-8", "utf-8-sig", "cp932")]
    legal = [[cell.replace("_x", "_y") for cell in row] for row in rows]
    assert texts[0] == texts[1] == texts[2]
    without_escapes = [[cell.replace("_x", "_y") for cell in row] for row in texts[0]]
    assert padded(cells(xlsx_bytes(legal))) == without_escapes


@pytest.mark.django_db
@pytest.mark.parametrize("form", list(FileForm))
def test_export_then_import_changes_nothing(form: FileForm) -> None:
    for number, text in enumerate(("=1+2", "'=x", "@a", "-", "髙﨑①㈱㎝Ⅲ", "表ソ構\\", '"x",y')):
        ProductFactory.create(
            sku=f"0{number}{text}",
            name=text,
            unit=text,
            note=f"{text}\r\n{text}\n_x000D_",
            unit_price=Decimal("9999999999.9999"),
        )
    ProductFactory.create(sku="FREE", unit_price=0, jan="4901234567894", is_active=False, tax_category_id="reduced")
    ProductFactory.create(sku="UNSET", unit_price=None)
    before = rows_of_products()
    file = io.BytesIO()

    assert writing.write(writing.product_rows(Product.objects.all()), file, form=form) == 9

    load = preview_of(file.getvalue())
    assert (counts(load), load.ignored_headings) == ((0, 0, 9, 0), [])
    assert list(previews.differences(load)) == []
    assert rows_of_products() == before


@pytest.mark.django_db
def test_template_can_be_loaded_as_it_is() -> None:
    for form in (FileForm.CSV, FileForm.XLSX):
        assert counts(preview_of(written(list(writing.template_rows()), form))) == (2, 0, 0, 0)


def test_character_that_cp932_lacks_is_named_and_refused() -> None:
    with translation.override("en"), pytest.raises(FileRefused) as refused:
        written([["品番", "品名"], ["A", "𠮷野"]], FileForm.CSV_CP932)
    assert str(refused.value) == (
        "Shift_JIS (CP932) lacks the character “𠮷” (U+20BB7), which stands in: A,𠮷野. Export as UTF-8 or as an Excel "
        "workbook."
    )


def test_cell_too_long_for_a_workbook_is_refused_instead_of_lost() -> None:
    with translation.override("en"), pytest.raises(FileRefused, match="at most 32,767 characters"):
        written([["品番"], ["x" * 32_768]], FileForm.XLSX)


def test_workbook_keeps_codes_as_text_and_prices_as_numbers() -> None:
    content = written([list(HEADINGS), ["00123", "=1+2", "1234.5", "", "", "4901234567894", "", ""]], FileForm.XLSX)
    [_headings, row] = load_workbook(io.BytesIO(content)).active.iter_rows()
    assert [(cell.value, cell.data_type) for cell in row[:3]] == [("00123", "s"), ("'=1+2", "s"), (1234.5, "n")]
    assert (row[5].value, row[0].number_format) == ("4901234567894", "@")
