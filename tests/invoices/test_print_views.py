"""Pages for printing, over HTTP."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from invoices import services
from invoices.models import DeliveryNote, NotePrinting, PrintRun
from papyrus_site.roles import Role
from tests.invoices.factories import NOW, CustomerFactory, draft_note, issued_note, user_of
from tests.typesetting.reading import page_rows, page_texts

pytestmark = pytest.mark.django_db


def chosen(**changes: str) -> dict[str, str]:
    """What the form of one note sends."""
    counts = {"notes": "1", "notes_without_prices": "0", "file_copies": "1", "receipts": "1"}
    paper = {"has_receipt_prices": "on", "sheet_use": "whole", "envelope": "plain"}
    return {"key": str(uuid.uuid4())} | counts | paper | changes


def text(response: Any) -> str:
    return str(response.content.decode())


def file_of(client: Client, address: str) -> bytes:
    response: Any = client.get(address)
    assert response.headers["Content-Type"] == "application/pdf"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    return b"".join(response.streaming_content)


def print_note(client: Client, note: DeliveryNote, **changes: str) -> Any:
    return client.post(f"/notes/{note.pk}/print", chosen(**changes), follow=True, headers={"X-Request-Id": "req-42"})


def test_note_is_printed_as_a_set_and_its_story_says_by_whom(signed_in: Client, author: User) -> None:
    note = issued_note(author)
    assert "未印刷" in text(signed_in.get(f"/notes/{note.pk}"))
    page = text(print_note(signed_in, note))
    run = PrintRun.objects.get()
    assert f"/prints/{run.pk}/pdf#" in page
    assert f"{author.username} が印刷" in page
    assert "127.0.0.1" in page
    assert "req-42" in page
    assert "納品書 × 1、控 × 1、物品受領書 × 1" in page
    assert "未印刷" not in page
    titles = [rows[0] for rows in page_rows(file_of(signed_in, f"/prints/{run.pk}/pdf"))]
    assert titles == ["納品書", "納品書（控）", "物品受領書"]
    again = text(print_note(signed_in, note, notes="0", file_copies="0"))
    assert "再発行 1" in again
    assert [each.ordinal for each in NotePrinting.objects.order_by("pk")] == [0, 1]


def test_form_offers_what_the_customer_wants(signed_in: Client, author: User) -> None:
    customer = CustomerFactory.create(note_copies=3, receipt_copies=0, sheet_use="halves", envelope="window")
    page = text(signed_in.get(f"/notes/{issued_note(author, customer=customer).pk}"))
    assert 'name="notes" value="3"' in page
    assert 'name="receipts" value="0"' in page
    assert '<option value="halves" selected>' in page
    assert '<option value="window" selected>' in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"notes": "0", "file_copies": "", "receipts": "0"}, "1部以上を選んでください"),
        ({"notes": "10"}, "納品書：一度に印刷できるのは 9 部までです（10が入力されました）。"),
        (
            {"receipts": "二部"},
            "物品受領書は 1,200 や 3.5 のような数字で入力してください（「二部」が入力されました）。",
        ),
        ({"notes": "-1"}, "納品書は 0 以上にしてください（-1 が入力されました）。"),
        ({"sheet_use": "thirds"}, "thirds"),
        ({"key": "x"}, "UUID"),
    ],
)
def test_wrong_choice_is_refused_and_nothing_is_printed(
    signed_in: Client, author: User, changes: dict[str, str], sentence: str
) -> None:
    note = issued_note(author)
    assert sentence in text(print_note(signed_in, note, **changes))
    assert not PrintRun.objects.exists()


def test_void_note_offers_no_printing_and_refuses_it(signed_in: Client, author: User) -> None:
    note = issued_note(author)
    services.void(note_id=note.pk, reason="誤記", author=author, now=NOW)
    assert 'id="print"' not in text(signed_in.get(f"/notes/{note.pk}"))
    assert "無効です。" in text(print_note(signed_in, note))
    assert signed_in.post("/notes/0/print", chosen()).status_code == 404
    assert not PrintRun.objects.exists()


def test_auditor_sees_what_was_printed_and_prints_nothing(signed_in: Client, client: Client, author: User) -> None:
    note = issued_note(author)
    print_note(signed_in, note)
    run = PrintRun.objects.get()
    auditor = Client()
    auditor.force_login(user_of(Role.AUDITOR, username="auditor"))
    page = text(auditor.get(f"/notes/{note.pk}"))
    assert f"/prints/{run.pk}/pdf" in page
    assert 'id="print"' not in page
    assert len(page_texts(file_of(auditor, f"/prints/{run.pk}/pdf"))) == 3
    assert auditor.get(f"/prints/{run.pk}").status_code == 200
    assert auditor.post(f"/notes/{note.pk}/print", chosen()).status_code == 403
    assert PrintRun.objects.count() == 1


def test_ticked_notes_are_printed_into_one_file(signed_in: Client, author: User) -> None:
    notes = [issued_note(author) for _ in range(3)]
    draft = draft_note(author)
    ticked = [str(note.pk) for note in (notes[2], notes[0], draft)]
    page = signed_in.post("/prints/new", {"key": uuid.uuid4(), "note": ticked, "order": "number"}, follow=True)
    assert f"下書き {draft.pk}" in text(page)
    assert "まだ発行されていません" in text(page)
    pages = page_texts(file_of(signed_in, f"/prints/{PrintRun.objects.get().pk}/pdf"))
    assert len(pages) == 7
    assert [str(notes[0].number) in page for page in pages[1:]] == [True] * 3 + [False] * 3
    listed = text(signed_in.get("/?state=unprinted"))
    assert [str(note.number) in listed for note in notes] == [False, True, False]


@pytest.mark.parametrize("sent", [{}, {"note": "x"}, {"note": ["1" * 30]}, {"order": "tail", "note": "1"}])
def test_nothing_chosen_is_said_and_nothing_is_printed(signed_in: Client, sent: dict[str, Any]) -> None:
    assert "納品書が選ばれていません" in text(signed_in.post("/prints/new", sent, follow=True))
    assert not PrintRun.objects.exists()


def test_a_day_is_printed_by_route_and_customer(signed_in: Client, author: User) -> None:
    east = CustomerFactory.create(delivery_route="東コース", name="株式会社東")
    west = CustomerFactory.create(name="株式会社西")
    notes = [issued_note(author, customer=customer) for customer in (east, east, west)]
    page = text(signed_in.get("/prints/day?on=2026-11-23"))
    assert page.index("コースなし") < page.index("東コース")
    day = {"delivered_on": "2026-11-23"}

    signed_in.post("/prints/new", day | {"key": str(uuid.uuid4()), "route": "東コース"})
    signed_in.post("/prints/new", day | {"key": str(uuid.uuid4()), "route": ""})
    assert [list(run.printings.values_list("delivery_note", flat=True)) for run in PrintRun.objects.order_by("pk")] == [
        [notes[0].pk, notes[1].pk],
        [notes[2].pk],
    ]

    refused = signed_in.post("/prints/new", day | {"customer": str(west.pk)}, follow=True)
    assert "納品書が選ばれていません" in text(refused)
    signed_in.post("/prints/new", day | {"customer": str(west.pk), "printed_too": "on"})
    assert NotePrinting.objects.get(delivery_note=notes[2], ordinal=1)


@pytest.mark.parametrize(("on", "sentence"), [("2026-11-30", "2026-11-30 に納品する"), ("soon", "日付ではありません")])
def test_day_without_notes_or_sense_says_so(signed_in: Client, on: str, sentence: str) -> None:
    assert sentence in text(signed_in.get("/prints/day", {"on": on}))


def test_missing_run_is_not_found(signed_in: Client) -> None:
    assert signed_in.get("/prints/1").status_code == 404
    assert signed_in.get("/prints/1/pdf").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_day_takes_the_same_queries_whatever_its_size(
    signed_in: Client, author: User, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows):
        issued_note(author)
    with django_assert_num_queries(6):
        assert signed_in.get("/prints/day?on=2026-11-23").status_code == 200
