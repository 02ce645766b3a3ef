from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st
from pytest_django import DjangoAssertNumQueries

from catalog import search, selectors
from catalog.models import Product
from tests.catalog.factories import ProductFactory, TaxRateFactory

pytestmark = pytest.mark.django_db


def suggested(typed: str, *, limit: int = 20) -> list[str]:
    return [product.sku for product in selectors.suggest(typed, limit=limit)]


def searched(typed: str) -> list[str]:
    return [product.sku for product in selectors.search(Product.objects.order_by("sku"), typed)]


def fold(text: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("select search_fold(%s)", [text])
        [(folded,)] = cursor.fetchall()
    return str(folded)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("アイス", "あいす"),
        ("あいす", "ｱｲｽ"),
        ("ｶﾞｰｾﾞ", "がーぜ"),
        ("ＬＡＮケーブル", "lan"),
        ("lan cable", "ＬＡＮ"),
        ("１００枚", "100"),
        ("モニター", "もにた-"),
        ("A−B", "a-b"),
        ("A－B", "a–b"),
        ("10〜20", "10~20"),
        ("10～20", "10〜20"),
        ("髙橋", "高橋"),
        ("高橋", "髙橋"),
        ("山﨑", "山崎"),
        ("𠮷野の葛餅", "吉野"),
        ("㈱テスト", "(株)"),
        ("㎝定規", "cm"),
        ("葛\U000e0100餅", "葛餅"),
        ("ガ", "カ\u3099"),
        ("2L×6本", "2lx6"),
        ("コーヒー・豆", "コーヒー･豆"),
        ("Ärger", "äRGER"),
        ("ヴァイオリン", "ゔぁいおりん"),
    ],
)
def test_name_is_found_when_typed_in_another_script_or_width(name: str, typed: str) -> None:
    ProductFactory.create(sku="A", name=name)
    ProductFactory.create(sku="B", name="ほかのもの")

    assert suggested(typed) == ["A"]
    assert searched(typed) == ["A"]


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_katakana_folds_like_hiragana_when_any_text_is_typed(db: None, text: str) -> None:
    kana = text.translate({code: code - 0x60 for code in range(0x30A1, 0x30F7)})

    assert fold(kana) == fold(text)


@given(name=st.text("アイｱ高髙Ａａ-ー〜% _\\\u3000", min_size=1, max_size=12), data=st.data())
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_name_is_found_when_any_part_of_it_is_typed(db: None, name: str, data: st.DataObject) -> None:
    Product.objects.all().delete()
    ProductFactory.create(sku="*", name=f"x{name}")
    start = data.draw(st.integers(0, len(name)))
    typed = f"x{name}"[start : data.draw(st.integers(start + 1, len(name) + 1))]

    assert suggested(typed) == (["*"] if typed.strip() else [])


def test_order_is_exact_then_sku_beginning_then_name_when_all_match() -> None:
    ProductFactory.create(sku="Z", name="ab-1 を含む名前")
    ProductFactory.create(sku="C", name="名前に AB-1")
    ProductFactory.create(sku="AB-12", name="後")
    ProductFactory.create(sku="AB-10", name="先 AB-1")
    ProductFactory.create(sku="AB-1", name="そのもの")

    assert suggested("ａｂ-1") == ["AB-1", "AB-10", "AB-12", "C", "Z"]


def test_jan_comes_first_when_typed_whole() -> None:
    ProductFactory.create(sku="4901234567894-B", name="SKUの始まり")
    ProductFactory.create(sku="Z", jan="4901234567894")

    assert suggested("４９０１２３４５６７８９４") == ["Z", "4901234567894-B"]
    assert suggested("490123456789") == ["4901234567894-B"]


def test_nothing_is_found_when_products_are_inactive() -> None:
    ProductFactory.create(sku="A1", name="品", jan="49123456", is_active=False)

    assert [suggested(typed) for typed in ("A1", "A", "品", "49123456")] == [[], [], [], []]
    assert searched("品") == ["A1"]


@pytest.mark.parametrize("typed", ["", " ", "\u3000", "\u200b", "\ufe0f\u200d"])
def test_nothing_is_suggested_when_nothing_is_typed(typed: str) -> None:
    ProductFactory.create()

    assert suggested(typed) == []


@pytest.mark.parametrize("typed", ["100%", "%", "A_B", "_", "C\\D", "\\"])
def test_wildcards_mean_themselves_when_typed(typed: str) -> None:
    ProductFactory.create(sku="A", name="100% A_B C\\D")
    ProductFactory.create(sku="B", name="100x AxB CxD")

    assert suggested(typed) == ["A"]
    assert searched(typed) == ["A"]


def test_wildcards_mean_themselves_when_a_sku_begins_with_them() -> None:
    ProductFactory.create(sku="%1")
    ProductFactory.create(sku="_1")
    ProductFactory.create(sku="\\1")

    assert [suggested(typed) for typed in ("%", "_", "\\")] == [["%1"], ["_1"], ["\\1"]]


@pytest.mark.parametrize("typed", ["ケーブル LAN", "lan\u3000ｹｰﾌﾞﾙ", " lan  1m ケ "])
def test_all_words_must_match_when_several_are_typed(typed: str) -> None:
    ProductFactory.create(sku="A", name="LANケーブル 1m")
    ProductFactory.create(sku="B", name="LANカード 1m")
    ProductFactory.create(sku="C", name="ケーブルタイ 1m")

    assert suggested(typed) == ["A"]
    assert searched(typed) == ["A"]


def test_pairs_of_characters_must_be_neighbours_when_a_word_is_typed() -> None:
    ProductFactory.create(sku="A", name="あいい")
    ProductFactory.create(sku="B", name="いいあ ああい")

    assert suggested("ああいい") == []


def test_list_ends_at_the_limit_when_more_match() -> None:
    for number in range(5):
        ProductFactory.create(sku=f"A{number}", name="紙")
        ProductFactory.create(sku=f"B{number}", name="A4 紙")

    assert suggested("a", limit=3) == ["A0", "A1", "A2"]
    assert suggested("a", limit=7) == ["A0", "A1", "A2", "A3", "A4", "B0", "B1"]
    assert suggested("紙", limit=6) == ["A0", "A1", "A2", "A3", "A4", "B0"]


def test_names_beyond_the_window_are_found_when_none_is_within(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "WINDOW", 2)
    for number in range(4):
        ProductFactory.create(sku=f"A{number}", name="箱")
        ProductFactory.create(sku=f"Z{number}", name="紙")

    assert suggested("紙", limit=3) == ["Z0", "Z1", "Z2"]
    assert suggested("箱", limit=2) == ["A0", "A1"]
    assert suggested("箱", limit=3) == ["A0", "A1", "A2"]


def test_limit_of_names_holds_when_more_lie_beyond_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "WINDOW", 1)
    monkeypatch.setattr(search, "MOST_NAMES", 2)
    for number in range(4):
        ProductFactory.create(sku=f"A{number}", name="紙")

    found = suggested("紙")

    assert found[0] == "A0"
    assert len(found) == 2
    assert found == sorted(found)


@pytest.mark.parametrize("count", [1, 3])
def test_suggest_asks_twice_when_several_match(count: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(count):
        ProductFactory.create(name="紙")

    with django_assert_num_queries(2):
        categories = [product.tax_category.name for product in selectors.suggest("紙")]

    assert categories == ["標準税率"] * count


def test_index_of_names_is_used_when_searching_all_products() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """insert into products (sku, name)
               select 'S' || lpad(n::text, 6, '0'), 'ボールペン ' || md5(n::text) from generate_series(1, 3000) as n"""
        )
        cursor.execute("analyze stored_products")

    named = selectors.search(Product.objects.all(), "c4ca4238").explain()
    coded = selectors.search(Product.objects.all(), "S00300").explain()

    assert ("products_name_grams" in named, "Filter: (search_grams" in named) == (True, False)
    assert ("products_name_grams" in coded, "products_sku_folded" in coded) == (True, True)
    assert searched("c4ca4238") == ["S000001"]


def test_product_by_sku_is_exact_when_others_fold_alike() -> None:
    ProductFactory.create(sku="ab")
    ProductFactory.create(sku="AB")
    ProductFactory.create(sku="OFF", is_active=False)

    assert selectors.product_by_sku("AB") == Product(sku="AB")
    assert selectors.product_by_sku("Ab") is None
    assert selectors.product_by_sku("OFF") is None


def test_product_is_meant_when_its_code_differs_in_width_or_case_only(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for sku, is_active in (("KB-001", True), ("Mo-1", True), ("MO-1", True), ("OLD", False), ("off", False)):
        ProductFactory.create(sku=sku, is_active=is_active)
    codes = {"kb-001", "ＫＢ-００１", "MO-1", "mo-1", "OLD", "OFF", "none", "\u200b"}

    with django_assert_num_queries(3):
        meant = selectors.products_meant(codes)

    # Several that read alike, and an inactive one, are meant only by exactly their SKU.
    assert {code: product.sku for code, product in meant.items()} == {
        "kb-001": "KB-001",
        "ＫＢ-００１": "KB-001",
        "MO-1": "MO-1",
        "OLD": "OLD",
    }
    with django_assert_num_queries(0):
        assert selectors.products_meant(set()) == {}


def test_product_by_name_prefers_the_exact_name_when_others_contain_it() -> None:
    ProductFactory.create(sku="A", name="紙袋")
    ProductFactory.create(sku="C", name="紙")
    ProductFactory.create(sku="B", name="紙")
    ProductFactory.create(sku="0", name="紙", is_active=False)

    assert selectors.product_by_name("紙") == Product(sku="B")
    assert selectors.product_by_name("ふくろ") is None
    assert selectors.product_by_name("袋") == Product(sku="A")
    assert selectors.product_by_name("") is None
    assert selectors.product_by_name("\u200b") is None


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (datetime.date(2019, 9, 30), None),
        (datetime.date(2019, 10, 1), Decimal("8.00")),
        (datetime.date(2027, 3, 31), Decimal("8.00")),
        (datetime.date(2027, 4, 1), Decimal("1.00")),
        (datetime.date(2029, 4, 1), Decimal("8.00")),
    ],
)
def test_tax_rate_is_the_latest_begun_when_rates_follow_each_other(
    day: datetime.date, expected: Decimal | None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    TaxRateFactory.create(category__code="reduced", valid_from=datetime.date(2027, 4, 1), rate=Decimal(1))
    TaxRateFactory.create(category__code="reduced", valid_from=datetime.date(2029, 4, 1), rate=Decimal(8))

    with django_assert_num_queries(1):
        found = selectors.taxation_on(day)["reduced"]

    assert (found.category.code, found.rate) == ("reduced", expected)


def test_categories_come_in_their_order_with_kind_and_rate(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        found = selectors.taxation_on(datetime.date(2026, 11, 23))
        kinds = {code: (taxation.category.kind, taxation.rate) for code, taxation in found.items()}

    assert kinds == {
        "standard": ("standard", Decimal("10.00")),
        "reduced": ("reduced", Decimal("8.00")),
        "exempt": ("exempt", Decimal("0.00")),
    }
    assert list(kinds) == ["standard", "reduced", "exempt"]
