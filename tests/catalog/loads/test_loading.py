from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.utils import translation

from catalog.loads import applying, columns, previews, staging, undoing
from catalog.loads.applying import Outcome
from catalog.loads.models import LoadState, ProductLoad, ProductLoadRow
from catalog.loads.refusals import FileRefused, LoadRefused
from catalog.models import Product
from tests.catalog.factories import ProductFactory
from tests.catalog.loads.loading import counts, loaded, messages, preview_of, previewed, rows_of_products
from tests.invoices.factories import clerk, draft_note, line

pytestmark = pytest.mark.django_db

LONE = "The row holds nothing but “%s”. Remove it, or enter the other cells if it is a product."
JAN_TAKEN = "The product “%s” has this JAN. A scan would mean both: correct one, or leave it empty."


@pytest.fixture(autouse=True)
def english() -> object:
    with translation.override("en"):
        yield


def product(sku: str) -> Product:
    return Product.objects.get(pk=sku)


def test_new_changed_and_unchanged_rows_are_counted_and_nothing_is_written() -> None:
    ProductFactory.create(sku="A", name="茶", unit_price=100)
    ProductFactory.create(sku="B", name="水", unit_price=100)
    before = rows_of_products()

    load = previewed(("品番", "品名", "単価"), ("A", "茶", "100"), ("B", "水", "120"), ("00123", "米", ""))

    assert counts(load) == (1, 1, 1, 0)
    assert rows_of_products() == before
    [difference] = previews.differences(load)
    [cell] = difference.cells
    assert (difference.number, difference.sku, cell.label, cell.old, cell.new) == (3, "B", "単価", "100", "120")
    assert previews.additions(load, limit=20) == [["00123", "米", ""]]


def test_values_are_read_as_the_form_reads_them() -> None:
    loaded(
        ("有効", "商品名", "ＪＡＮコード", "Unit Price", "品番", "税区分", "備考", "単位"),
        (
            "はい",
            " か\u3099ーせ\u3099 ",
            "４９０１２３４-５６７８９４",
            "￥１２，０００．５０",
            "007",
            "軽減税率",
            "a\r\nb ",
            "袋",
        ),
        ("×", "水", "", "0", "008", "reduced", "", ""),
        ("", "米", "", "", "009", "", "", ""),
    )
    gauze, water, rice = Product.objects.order_by("sku")
    assert (gauze.sku, gauze.name, gauze.unit_price, gauze.unit) == ("007", "がーぜ", Decimal("12000.5"), "袋")
    assert (gauze.jan, gauze.tax_category_id, gauze.note, gauze.is_active) == (
        "4901234567894",
        "reduced",
        "a\r\nb",
        True,
    )
    assert (water.unit_price, water.is_active, water.unit) == (Decimal(0), False, "個")
    assert (rice.unit_price, rice.tax_category_id, rice.is_active) == (None, "standard", True)


def test_columns_that_the_file_lacks_and_empty_cells_leave_things_as_they_are() -> None:
    ProductFactory.create(
        sku="A",
        name="茶",
        unit_price=100,
        unit="袋",
        tax_category_id="reduced",
        jan="49123456",
        note="n",
        is_active=False,
    )
    [before] = rows_of_products()
    loaded(("品番", "単価", "単位", "税区分", "有効"), ("A", "", "", "", ""))
    [after] = rows_of_products()
    changed = {name for name in before if before[name] != after[name]}
    assert (changed, after["unit_price"]) == ({"unit_price", "updated_at"}, None)


def test_file_loaded_again_touches_nothing() -> None:
    table = (("品番", "品名", "単価", "JAN"), ("A", "茶", "100", "49123456"), ("B", "水", "", ""))
    loaded(*table)
    before = rows_of_products()

    again = loaded(*table)

    assert counts(again) == (0, 0, 2, 0)
    assert rows_of_products() == before
    assert again.changes.count() == 0


def test_headings_below_a_title_are_found_and_unknown_ones_are_named() -> None:
    load = previewed(("2026年度 価格表",), (), ("No.", "単価（円）", "品番*", "仕入先"), ("1", "5", "A", "x"))
    assert (load.columns, load.ignored_headings) == (["unit_price", "sku"], ["No.", "仕入先"])
    assert messages(load) == [
        (4, "品番", "A", "There is no product “A”, and the file has no column 品名 to add it with. Correct the SKU.")
    ]


def test_rows_between_the_products_are_named_for_what_they_are() -> None:
    headings = ("品番", "品名", "単価")
    load = previewed(headings, ("■筆記具", "", ""), ("A", "茶", "1"), headings, ("B", "水", "2"), ("", "※税抜", ""))
    assert counts(load) == (2, 0, 0, 3)
    assert messages(load) == [
        (2, "", "■筆記具", LONE % "■筆記具"),
        (4, "", "品番、品名、単価", "The row repeats the headings. Remove it."),
        (6, "", "※税抜", LONE % "※税抜"),
    ]


def test_columns_that_sound_like_one_that_is_missing_are_named() -> None:
    load = previewed(("品番", "品名", "旧単価", "新単価", "メーカー品番"), ("A", "茶", "1", "2", "x"))
    assert columns.resembling(load.columns, load.ignored_headings) == [("旧単価", "単価"), ("新単価", "単価")]


def test_numbers_that_a_spreadsheet_was_told_to_leave_alone_are_read() -> None:
    loaded(("品番", "品名", "単価", "JAN"), ("A", "茶", "'1200", "'4901234567894"))
    assert (product("A").unit_price, product("A").jan) == (Decimal(1200), "4901234567894")


def test_line_break_in_a_name_is_called_so() -> None:
    load = previewed(("品番", "品名"), ("A", "茶\n100g"))
    assert messages(load) == [
        (2, "品名", "茶\n100g", "product name contains a line break. Write it in one line."),
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("a,b\n1,2\n", "No row of headings was found. The first row reads “a、b”."),
        ("品番\n1\n", "No row of headings was found."),
        (
            "価格表\nメーカー品番,商品名,単価\nA,茶,1\n",
            "Row 2 reads like headings, but none of them means 品番: メーカー品番、商品名、単価. Change the heading of "
            "the column with your codes into 品番.",
        ),
        ("品番,単価（税込）\n1,2\n", "No row of headings was found."),
        ("品番,単価,価格\n1,2,3\n", "The columns “単価” and “価格” both mean 単価."),
        ("品番,品名\n,\n", "The file has headings but no rows."),
        ("品番,品名\n1,a\n2,b\n3,c\n4,d\n", "The file has more than 3 rows."),
    ],
)
def test_file_that_makes_no_sense_is_refused_and_kept_as_failed(content: str, sentence: str) -> None:
    with (
        pytest.raises(FileRefused) as refused,
        staging.failures_recorded(file_name="list.csv", user=None),
    ):
        preview_of(content.encode(), most_rows=3)
    assert str(refused.value).startswith(sentence)
    load = ProductLoad.objects.get()
    assert (load.state, load.failure) == (LoadState.FAILED, str(refused.value))
    assert not ProductLoadRow.objects.exists()


def test_wrong_cells_are_named_with_row_column_value_and_remedy() -> None:
    load = previewed(
        ("品番", "品名", "単価", "税区分", "JAN", "有効"),
        ("", "茶", "1", "", "", ""),
        ("A", "", "千円", "", "", ""),
        ("B", "茶", "=C2*2", "10%", "4.90123E+12", "たぶん"),
        ("C", "茶", "1", "", "4901234567890", ""),
        ("1月2日", "茶", "#N/A", "", "", ""),
        ("D", "茶", "1", "200", "", "", "", "1,200"),
        ("E\x07", "茶", "", "", "", ""),
    )
    known = "標準税率, 軽減税率, 非課税"
    assert messages(load) == [
        (2, "品番", "", "The SKU is empty. Enter the code that names the product."),
        (3, "品名", "", "The product name is empty. Enter the name to print on delivery notes."),
        (3, "単価", "千円", "The unit price “千円” is not a number. Enter digits such as 1200 or 42.5, or nothing."),
        (
            4, "単価", "=C2*2",
            "The cell holds the formula “=C2*2”. Copy the column and paste it as values; text that begins with = needs "
            "an apostrophe (') in front.",
        ),
        (4, "税区分", "10%", f"There is no tax category “10%”. Enter one of these: {known}."),
        (
            4, "JANコード", "4.90123E+12",
            "A spreadsheet shortened this JAN to “4.90123E+12” and its last digits are lost. Format the column as "
            "text, enter the code again from the package.",
        ),
        (4, "有効", "たぶん", "“たぶん” is neither yes nor no. Enter はい or いいえ."),
        (
            5, "JANコード", "4901234567890",
            "The last digit of the JAN “4901234567890” should be 4. Compare it with the package.",
        ),
        (
            6, "品番", "1月2日",
            "A spreadsheet made the date “1月2日” of this SKU. Format the column as text, type it again.",
        ),
        (6, "単価", "#N/A", "The cell holds the spreadsheet's error “#N/A”. Enter the value itself."),
        (
            7, "", "1,200",
            "The row has 8 cells and there are 6 headings. Put a cell that contains a comma, such as 1,200, into "
            "quotation marks.",
        ),
        (7, "税区分", "200", f"There is no tax category “200”. Enter one of these: {known}."),
        (8, "品番", "E\x07", "SKU contains the control character U+0007. Remove it."),
    ]  # fmt: skip


def test_rows_that_disagree_with_others_or_with_products_are_wrong() -> None:
    ProductFactory.create(sku="KB-001", name="板", jan="49123456")
    ProductFactory.create(sku="00123", name="茶")
    load = previewed(
        ("品番", "品名", "JAN"),
        ("A", "茶", ""),
        ("A", "水", ""),
        ("kb-001", "板", ""),
        ("123", "茶", ""),
        ("X", "米", "49123456"),
        ("Y-1", "塩", "4901234567894"),
        ("ｙ-1", "塩", ""),
        ("Z", "糖", "4901234567894"),
    )
    assert messages(load) == [
        (2, "品番", "A", "The SKU “A” stands in rows 2, 3. Keep one of them and delete the others."),
        (3, "品番", "A", "The SKU “A” stands in rows 2, 3. Keep one of them and delete the others."),
        (
            4, "品番", "kb-001",
            "The SKU “kb-001” is new but reads like “KB-001”. Write it exactly so if it is that product, else choose "
            "another SKU.",
        ),
        (
            5, "品番", "123",
            "The SKU “123” is new, but there is “00123”: a spreadsheet seems to have dropped the zeros. Format the "
            "column as text and enter them. If it is another product, add that one by hand first.",
        ),
        (6, "JANコード", "49123456", JAN_TAKEN % "KB-001 板"),
        (7, "JANコード", "4901234567894", JAN_TAKEN % "Z 糖"),
        (
            8, "品番", "ｙ-1",
            "The SKU “ｙ-1” is new but reads like “Y-1 (7)”. Write it exactly so if it is that product, else choose "
            "another SKU.",
        ),
        (9, "JANコード", "4901234567894", JAN_TAKEN % "Y-1 塩"),
    ]  # fmt: skip


def test_jan_may_move_from_one_product_to_another_in_one_file() -> None:
    ProductFactory.create(sku="A", name="茶", jan="49123456")
    ProductFactory.create(sku="B", name="水", jan="")
    assert counts(loaded(("品番", "JAN"), ("A", ""), ("B", "49123456"))) == (0, 2, 0, 0)


def test_product_that_shares_its_jan_since_long_ago_may_be_loaded_as_it_is() -> None:
    ProductFactory.create(sku="A", name="茶", jan="49123456")
    ProductFactory.create(sku="B", name="水", jan="49123456")
    load = previewed(("品番", "JAN", "単価"), ("A", "49123456", "7"), ("B", "49123456", "7"))
    assert counts(load) == (0, 2, 0, 0)


def test_one_wrong_row_keeps_all_from_being_written() -> None:
    load = previewed(("品番", "品名", "単価"), ("A", "茶", "1"), ("B", "水", "x"))
    with pytest.raises(LoadRefused, match="1 rows are wrong"):
        applying.apply(load.pk)
    assert rows_of_products() == []
    load.refresh_from_db()
    assert load.state == LoadState.PREVIEWED


def test_wrong_rows_come_back_with_reasons_ready_to_be_loaded() -> None:
    load = previewed(("品番", "品名", "仕入先", "単価"), ("A", "茶", "x", "1"), ("B", "水", "'=y", "千円"), ("C",))
    assert applying.apply(load.pk, may_skip_wrong=True) is Outcome.APPLIED
    assert [row["sku"] for row in rows_of_products()] == ["A"]

    rows = list(previews.wrong_rows(load))
    assert rows == [
        ["品番", "品名", "仕入先", "単価", "エラー理由"],
        [
            "B",
            "水",
            "=y",
            "千円",
            "The unit price “千円” is not a number. Enter digits such as 1200 or 42.5, or nothing.",
        ],
        ["C", "", "", "", LONE % "C"],
    ]
    rows[1][3], rows[2][1] = "1,000", "米"
    again = loaded(*[tuple(row) for row in rows])
    assert (counts(again), again.ignored_headings) == ((2, 0, 0, 0), ["仕入先"])


def test_load_is_applied_only_once() -> None:
    load = loaded(("品番", "品名"), ("A", "茶"))
    before = rows_of_products()
    with pytest.raises(LoadRefused, match="already"):
        applying.apply(load.pk)
    assert rows_of_products() == before


def test_load_whose_rows_were_lost_is_refused() -> None:
    load = previewed(("品番", "品名"), ("A", "茶"), ("B", "茶"))
    with connection.cursor() as cursor:
        cursor.execute("delete from product_load_rows where number = 3")
    with pytest.raises(LoadRefused, match="no longer kept"):
        applying.apply(load.pk)
    assert rows_of_products() == []


def test_rule_that_an_old_row_breaks_is_named_and_nothing_is_written() -> None:
    load = previewed(("品番", "品名", "税区分"), ("A", "茶", "exempt"))
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from tax_rates where category_id = 'exempt'; delete from tax_categories where code = 'exempt'"
        )
        cursor.execute("set constraints all immediate")
    with pytest.raises(LoadRefused, match="Nothing was written: somebody added or removed"):
        applying.apply(load.pk)
    assert rows_of_products() == []


def test_undo_puts_every_product_back() -> None:
    ProductFactory.create(sku="A", name="茶", unit_price=100, note="n", jan="49123456")
    before = [{**row, "updated_at": None} for row in rows_of_products()]
    load = loaded(
        ("品番", "品名", "単価", "備考", "JAN", "有効"), ("A", "水", "", "", "", "0"), ("B", "米", "5", "", "", "")
    )
    assert product("A").is_active is False

    assert undoing.undo(load.pk, user=None) == 2

    assert [{**row, "updated_at": None} for row in rows_of_products()] == before
    load.refresh_from_db()
    assert (load.state, load.undone_at is not None) == (LoadState.UNDONE, True)
    with pytest.raises(LoadRefused, match="nothing to undo"):
        undoing.undo(load.pk, user=None)


def test_product_that_stands_on_a_note_is_not_taken_out() -> None:
    load = loaded(("品番", "品名", "単価"), ("A", "茶", "200"))
    draft_note(clerk(), lines=(line(product_sku="A"),))
    with pytest.raises(undoing.CannotBeUndone) as refused:
        undoing.undo(load.pk, user=None)
    [obstacle] = refused.value.obstacles
    assert (obstacle.sku, obstacle.reason) == ("A", "used by: line")


def test_waiting_rows_of_done_loads_are_swept_at_the_next() -> None:
    done = loaded(("品番", "品名"), ("A", "茶"))
    skipped = previewed(("品番", "品名"), ("B", "茶"), ("C", ""))
    applying.apply(skipped.pk, may_skip_wrong=True)
    old = previewed(("品番", "品名"), ("D", "茶"))
    ProductLoad.objects.filter(pk=old.pk).update(started_at="2020-01-01T00:00:00Z")

    load = previewed(("品番", "品名"), ("E", "茶"))

    kept = ProductLoadRow.objects.order_by("load_id").values_list("load_id", "sku")
    assert list(kept) == [(skipped.pk, "C"), (load.pk, "E")]
    assert not ProductLoadRow.objects.filter(load=done).exists()


def test_rows_wait_in_a_table_without_a_log() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select relpersistence from pg_class where relname = 'product_load_rows'")
        assert cursor.fetchone() == ("u",)


def test_row_limit_counts_rows_not_lines() -> None:
    rows = [("備考", "品番", "品名"), *(("a\nb", str(number), "茶") for number in range(3))]
    assert counts(previewed(*rows, most_rows=3)) == (3, 0, 0, 0)
