"""Finding notes by what stands on them, and page by page."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from catalog.models import Product
from invoices import searching, services
from invoices.models import DeliveryNote, LineItem
from invoices.searching import Conditions
from tests.invoices.factories import (
    NOW,
    CustomerFactory,
    behind_the_back,
    correction_draft,
    draft_note,
    issued_note,
    issued_return,
    line,
)

pytestmark = pytest.mark.django_db
NAMES = ("blank", "tea", "bolt", "void")


@pytest.fixture
def notes(author: User) -> dict[str, DeliveryNote]:
    """A draft without a price, two issued notes and a void one, oldest first."""
    Product.objects.create(sku="JAN-1", name="深蒸し煎茶", unit_price=500, jan="4901234567894")
    yamada = CustomerFactory.create(code="Y-1", name="株式会社山田商店", kana="ヤマダショウテン")
    other = CustomerFactory.create(code="K-2", name="髙橋工業")
    made = {
        "blank": draft_note(author, customer=yamada, delivered_on=date(2026, 4, 1), lines=(line(unit_price=None),)),
        "tea": issued_note(
            author,
            customer=yamada,
            delivered_on=date(2026, 3, 31),
            lines=(line(code="JAN-1", name="深蒸し煎茶 100g", unit_price=Decimal(500)),),
        ),
        "bolt": issued_note(
            author,
            customer=other,
            delivered_on=date(2026, 4, 30),
            lines=(line(code="", name="六角ボルト M6"), line(code="00123", name="送料")),
        ),
        "void": issued_note(author, customer=other, delivered_on=date(2026, 11, 23)),
    }
    services.void(note_id=made["void"].pk, reason="誤記", author=author, now=NOW)
    return made


CASES: list[tuple[dict[str, Any], str]] = [
    ({}, "blank tea bolt void"),
    ({"delivered_from": date(2026, 4, 1)}, "blank bolt void"),
    ({"delivered_to": date(2026, 3, 31)}, "tea"),
    ({"delivered_from": date(2026, 4, 1), "delivered_to": date(2026, 4, 30)}, "blank bolt"),
    ({"issued_from": NOW.date(), "issued_to": NOW.date()}, "tea bolt void"),
    ({"issued_to": date(2026, 11, 22)}, ""),
    ({"total_from": 1_100, "total_to": 1_100}, "tea"),
    ({"total_from": 1_101}, "bolt void"),
    ({"is_total_blank": True}, "blank"),
    ({"is_total_blank": True, "total_to": 2_000}, "blank tea"),
    ({"customer": "y-1"}, "blank tea"),
    ({"customer": "やまだ"}, "blank tea"),
    ({"customer": "高橋 工業"}, "bolt void"),
    ({"customer": "誰も"}, ""),
    ({"number": "DN-2026-000002"}, "bolt"),
    ({"number": "ｄｎ－２０２６"}, "tea bolt void"),
    ({"number": "002"}, "bolt"),
    ({"number": "%"}, ""),
    ({"number": "DN-2026-000001", "number_to": "DN-2026-000002"}, "tea bolt"),
    ({"number_to": "DN-2026-000001"}, "tea"),
    ({"product": "jan-1"}, "tea"),
    ({"product": "4901234567894"}, "tea"),
    ({"product": "煎茶"}, "tea"),
    ({"product": "ろっかく"}, ""),
    ({"product": "ﾎﾞﾙﾄ m6"}, "bolt"),
    ({"product": "送料"}, "bolt"),
    ({"product": "123"}, "bolt"),
    ({"state": "void"}, "void"),
    ({"state": "draft"}, "blank"),
    ({"customer": "髙橋", "delivered_to": date(2026, 6, 1), "total_from": 1, "product": "送料"}, "bolt"),
    ({"customer": "山田", "product": "送料"}, ""),
    ({"customer": "山田", "state": "issued", "number": "1"}, "tea"),
]


def test_notes_are_found_by_one_condition_or_several(notes: dict[str, DeliveryNote]) -> None:
    # One test, since the notes take longer than the searches.
    found = [{note.pk for note in searching.page(Conditions(**conditions)).notes} for conditions, _expected in CASES]
    assert [
        (conditions, " ".join(name for name in NAMES if notes[name].pk in ids))
        for (conditions, _expected), ids in zip(CASES, found, strict=True)
    ] == CASES


def test_returns_and_corrections_are_found_with_the_notes_they_belong_to(
    author: User, django_assert_num_queries: Any
) -> None:
    sold, wrong = issued_note(author), issued_note(author)
    issued_return(sold, author, "1")
    services.issue(note_id=correction_draft(wrong, author).pk, author=author, now=NOW)
    [returned] = searching.page(Conditions(kind="return", total_to=-1)).notes
    [correction] = searching.page(Conditions(kind="correction")).notes
    with django_assert_num_queries(0):
        assert (str(returned.original), str(correction.corrects)) == (str(sold), str(wrong))


def test_pages_are_stable_while_notes_are_added(author: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "PAGE_SIZE", 2)
    ids = [draft_note(author).pk for _ in range(5)]
    anything = Conditions()

    first = searching.page(anything)
    draft_note(author)
    second = searching.page(anything, older_than=first.older_than)
    third = searching.page(anything, older_than=second.older_than)
    back = searching.page(anything, newer_than=third.newer_than)

    pages = [[note.pk for note in page.notes] for page in (first, second, third, back)]
    assert pages == [[ids[4], ids[3]], [ids[2], ids[1]], [ids[0]], [ids[2], ids[1]]]
    assert (first.count, first.newer_than, second.count, third.older_than) == (5, None, None, None)
    assert searching.page(anything, newer_than=back.newer_than).newer_than == ids[4]


def test_items_are_known_once_however_often_they_were_written(author: User) -> None:
    for _ in range(2):
        draft_note(author, lines=(line(code="A", name="茶"), line(code="A", name="茶"), line(code="", name="茶")))
    assert list(LineItem.objects.order_by("code").values_list("code", "name")) == [("", "茶"), ("A", "茶")]


def test_item_of_a_line_that_was_changed_in_the_database_is_found(author: User) -> None:
    note = draft_note(author)
    with connection.cursor() as cursor:
        cursor.execute("update delivery_note_lines set name = '別の品'")
    assert [found.pk for found in searching.page(Conditions(product="別の")).notes] == [note.pk]


def test_odd_texts_find_nothing_and_do_no_harm(notes: dict[str, DeliveryNote]) -> None:
    typed = ["あ" * 200, "㍿" * 200, "   ", "\\", "%", "'"]
    assert [searching.page(Conditions(product=product)).notes for product in typed] == [[]] * len(typed)


def test_query_count_is_the_same_for_one_note_and_three(author: User, django_assert_num_queries: Any) -> None:
    draft_note(author)
    conditions = Conditions(customer="株式会社", product="キーボード")
    for _ in range(2):
        with django_assert_num_queries(9):
            [note.customer.name for note in searching.page(conditions).notes]
        draft_note(author)


def test_notes_whose_numbers_stand_behind_the_back_are_found_as_well(notes: dict[str, DeliveryNote]) -> None:
    behind_the_back("update delivery_notes set number = 'X9' where number = 'DN-2026-000001'")
    assert [note.number for note in searching.page(Conditions(number="x9")).notes] == ["X9"]
