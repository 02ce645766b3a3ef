"""Bulk changes of prices: what is computed, written and put back, and the pages around it."""

from __future__ import annotations

import datetime
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings as hypothesis_settings, strategies as st
from hypothesis.extra.django import TestCase
from pytest_django import DjangoAssertNumQueries, Settings

from catalog.bulk_prices import revising
from catalog.bulk_prices.models import Kind, PriceRevision, Rounded
from catalog.bulk_prices.revising import Outcome, Terms
from catalog.models import MAX_PRICE, ListPrice, Product
from papyrus_site.roles import Role
from tests.catalog.factories import ProductFactory
from tests.invoices.factories import user_of

LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
FIRST = date(2027, 4, 1)
LIST = "/admin/catalog/product/"


@pytest.fixture(autouse=True)
def in_japanese(plain_site: None, settings: Settings) -> None:
    settings.LANGUAGE_CODE = "ja"


def terms(kind: Kind = Kind.PERCENT, value: str = "5", **others: Any) -> Terms:
    plain: dict[str, Any] = {"rounded_to": Decimal(1), "rounding": Rounded.HALF_UP, "valid_from": FIRST}
    return Terms(kind=kind, value=Decimal(value), **(plain | others))


def previewed(how: Terms, products: Any = None) -> PriceRevision:
    chosen = Product.objects.all() if products is None else products
    return revising.preview(revising.begin(chosen, user=None).pk, how)


def computed(revision: PriceRevision) -> dict[str, tuple[Any, ...]]:
    return {row.sku: (row.former_price, row.new_price, row.verdict) for row in revision.rows.all()}


def prices_of(sku: str) -> list[tuple[Any, ...]]:
    rows = ListPrice.objects.filter(product=sku).order_by("valid_from")
    return list(rows.values_list("valid_from", "unit_price"))


@pytest.fixture
def goods(db: None) -> None:
    """With a price, with one planned before and one after the day, with one on the day, without."""
    for sku, price in {"A": 100, "B": 200, "C": 300, "D": None}.items():
        ProductFactory.create(sku=sku, unit_price=price, created_at=LONG_AGO)
    for sku, day, price in (("B", date(2027, 1, 1), 210), ("B", date(2027, 5, 1), 220), ("C", FIRST, 310)):
        ListPrice.objects.create(product_id=sku, valid_from=day, unit_price=price)


class TestComputing(TestCase):
    @hypothesis_settings(max_examples=60)
    @given(
        price=st.decimals(min_value=0, max_value=MAX_PRICE, places=4),
        kind=st.sampled_from(Kind),
        value=st.decimals(min_value=-100, max_value=1000, places=2),
        rounded_to=st.sampled_from(["1000", "10", "1", "0.1", "0.0001"]),
        rounding=st.sampled_from(Rounded),
    )
    def test_prices_are_computed_exactly(
        self, price: Decimal, kind: Kind, value: Decimal, rounded_to: str, rounding: Rounded
    ) -> None:
        ProductFactory.create(sku="A", unit_price=price)
        unit = Decimal(rounded_to)
        way = {Rounded.HALF_UP: ROUND_HALF_UP, Rounded.CEIL: ROUND_CEILING, Rounded.FLOOR: ROUND_FLOOR}[rounding]

        revision = previewed(terms(kind, str(value), rounded_to=unit, rounding=rounding))

        exact = {Kind.PERCENT: price * (100 + value) / 100, Kind.AMOUNT: price + value, Kind.SET: value}[kind]
        expected = exact if kind is Kind.SET else (exact / unit).to_integral_value(way) * unit
        [(former, new, verdict)] = computed(revision).values()
        assert (former, new) == (price, expected)
        wrong = "negative" if expected < 0 else "too_large" if expected > MAX_PRICE else None
        assert verdict == (wrong or ("unchanged" if expected == price else "changed"))


@pytest.mark.usefixtures("goods")
class TestRevising:
    def test_preview_starts_from_the_prices_of_that_day_and_writes_nothing(self) -> None:
        revision = previewed(terms())

        assert computed(revision) == {
            "A": (100, 105, "changed"),
            "B": (210, 221, "changed"),
            "C": (310, 326, "changed"),
            "D": (None, None, "unpriced"),
        }
        assert revision.counts == {"chosen": 4, "changed": 3, "unpriced": 1, "planned": 1}
        assert ListPrice.objects.count() == 3

    def test_change_is_applied_and_undone_as_a_whole(self) -> None:
        before = [prices_of(sku) for sku in "ABCD"]
        revision = previewed(terms())

        assert revising.apply(revision.pk) is Outcome.APPLIED

        assert prices_of("A") == [(FIRST, 105)]
        assert prices_of("B") == [(date(2027, 1, 1), 210), (FIRST, 221), (date(2027, 5, 1), 220)]
        assert (prices_of("C"), prices_of("D")) == ([(FIRST, 326)], [])
        with pytest.raises(revising.RevisionRefused):
            revising.apply(revision.pk)
        assert revising.undo(revision.pk, user=None) == 3
        assert [prices_of(sku) for sku in "ABCD"] == before
        with pytest.raises(revising.RevisionRefused):
            revising.undo(revision.pk, user=None)

    def test_setting_gives_a_price_to_those_without(self) -> None:
        revision = previewed(terms(Kind.SET, "42.5", valid_from=timezone.localdate()))
        revising.apply(revision.pk)
        assert set(Product.objects.values_list("unit_price", flat=True)) == {Decimal("42.5")}

    def test_wrong_prices_keep_all_from_being_written_unless_they_are_skipped(self) -> None:
        revision = previewed(terms(Kind.AMOUNT, "-150"))
        assert computed(revision)["A"] == (100, -50, "negative")
        with pytest.raises(revising.RevisionRefused):
            revising.apply(revision.pk)
        assert ListPrice.objects.count() == 3

        revising.apply(revision.pk, may_skip_wrong=True)

        assert (prices_of("A"), prices_of("C")) == ([], [(FIRST, 160)])
        revision.refresh_from_db()
        assert revision.has_skipped_wrong

    def test_product_changed_or_deleted_since_the_preview_is_computed_anew(self) -> None:
        revision = previewed(terms())
        with connection.cursor() as cursor:
            cursor.execute("set local session_replication_role = replica")
            cursor.execute("update stored_products set unit_price = 1000, updated_at = now() + interval '1 second'")
            cursor.execute("set local session_replication_role = origin")
        Product.objects.filter(sku="D").delete()

        assert revising.apply(revision.pk) is Outcome.OUTDATED
        assert computed(revision)["A"] == (1000, 1050, "changed")
        assert revising.apply(revision.pk) is Outcome.APPLIED

    def test_change_is_not_undone_when_a_price_of_it_was_changed_since(self) -> None:
        revision = previewed(terms())
        revising.apply(revision.pk)
        ListPrice.objects.filter(product="A").delete()
        ListPrice.objects.filter(product="C").update(unit_price=1)
        Product.objects.filter(sku="B").update(name="別名")

        with pytest.raises(revising.CannotBeUndone) as refused:
            revising.undo(revision.pk, user=None)

        assert [(each.sku, each.reason) for each in refused.value.obstacles] == [
            ("A", "これより後に削除されました"),
            ("C", "これより後に変更されました"),
        ]
        assert prices_of("B")[1] == (FIRST, 221)


@pytest.mark.usefixtures("goods")
class TestPages:
    @pytest.fixture
    def staff(self, client: Client) -> Client:
        client.force_login(user_of(Role.PRODUCT_STAFF))
        return client

    def typed(self, **others: str) -> dict[str, str]:
        plain = {"kind": "percent", "value": "５", "rounded_to": "10", "rounding": "floor"}
        return plain | {"valid_from": FIRST.isoformat()} | others

    def test_filter_is_changed_previewed_applied_and_undone(self, staff: Client) -> None:
        sent = {"action": "revise_prices", "_selected_action": "A", "select_across": "1"}
        page = staff.post(f"{LIST}?price=present", sent)["Location"]
        revision = PriceRevision.objects.get()
        assert revision.counts == {"chosen": 3}
        base = page.removesuffix("change/")

        staff.post(f"{base}preview/", self.typed())
        shown = staff.get(page).content.decode()
        assert "<del>210</del> → <ins>220</ins>" in shown
        assert "2027-04-01から2件の単価を変更する" in shown
        staff.post(f"{base}apply/")
        assert prices_of("B")[1] == (FIRST, 220)
        answer = staff.post(f"{base}undo/", follow=True)

        assert "2件の単価を元に戻しました。" in answer.content.decode()
        assert [prices_of(sku) for sku in "AC"] == [[], [(FIRST, 310)]]

    @pytest.mark.parametrize(
        ("typed", "field", "sentence"),
        [
            ({"value": ""}, "value", "変更の幅を 5 や −100 のように、または設定する単価を入力してください。"),
            (
                {"value": "5万"},
                "value",
                "単価「5万」は数値ではありません。1200や42.5のように数字で入力するか、決まっていなければ空欄にしてください。",
            ),
            ({"kind": "set", "value": "-1"}, "value", "単価は0以上です。設定する単価を0以上で入力してください。"),
            ({"value": "-101"}, "value", "−100から1,000までの%を入力してください。"),
            ({"valid_from": "2020-01-01"}, "valid_from", "2020-01-01は過ぎています。今日以降の日を入力してください。"),
            ({"valid_from": "2027-02-31"}, "valid_from", "日付ではありません。2026-11-24 の形で入力してください。"),
        ],
    )
    def test_terms_that_make_no_sense_are_named(
        self, staff: Client, typed: dict[str, str], field: str, sentence: str
    ) -> None:
        revision = revising.begin(Product.objects.all(), user=None)
        answer = staff.post(f"/admin/catalog/pricerevision/{revision.pk}/preview/", self.typed(**typed))
        assert answer.context["form"].errors == {field: [sentence]}

    def test_obstacles_are_listed(self, staff: Client) -> None:
        revision = previewed(terms())
        revising.apply(revision.pk)
        ListPrice.objects.filter(product="A").update(unit_price=1)
        answer = staff.post(f"/admin/catalog/pricerevision/{revision.pk}/undo/")
        assert [each.sku for each in answer.context["obstacles"]] == ["A"]

    @pytest.mark.parametrize("count", [1, 3])
    def test_page_asks_no_more_often_when_there_are_more_rows(
        self, staff: Client, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        revision = previewed(terms(), Product.objects.filter(sku__in="ABC"[:count]))
        page = f"/admin/catalog/pricerevision/{revision.pk}/change/"
        staff.get(page)
        with django_assert_max_num_queries(12):
            assert staff.get(page).status_code == 200

    def test_who_only_reads_neither_begins_nor_writes(self, client: Client) -> None:
        client.force_login(user_of(Role.AUDITOR))
        revision = previewed(terms())
        client.post(LIST, {"action": "revise_prices", "_selected_action": "A"})
        for name in ("preview", "apply", "undo"):
            assert client.post(f"/admin/catalog/pricerevision/{revision.pk}/{name}/").status_code == 403
        assert PriceRevision.objects.count() == 1
        assert client.get(f"/admin/catalog/pricerevision/{revision.pk}/change/").status_code == 200


@pytest.mark.django_db
def test_forgotten_choices_are_swept_away() -> None:
    ProductFactory.create()
    old = revising.begin(Product.objects.all(), user=None)
    PriceRevision.objects.filter(pk=old.pk).update(started_at=timezone.now() - timedelta(days=8))

    new = revising.begin(Product.objects.all(), user=None)

    assert [each.pk for each in PriceRevision.objects.all()] == [new.pk]
    assert new.rows.count() == 1
