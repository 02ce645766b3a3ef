"""Pages of returns, over HTTP."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from invoices import services
from invoices.models import DeliveryNote, NoteState
from tests.invoices.factories import NOW, draft_note, issued_note, issued_return, limit, line, return_draft
from tests.invoices.test_views import pdf_text, text_of

pytestmark = pytest.mark.django_db


def typed(*quantities: str, **head: str) -> dict[str, str]:
    """What the browser sends: quantities by position of the line."""
    sent = {f"quantity-{position}": quantity for position, quantity in enumerate(quantities, 1)}
    return (
        {"creation_key": str(uuid.uuid4()), "revision": "", "returned_on": "2026-11-25", "notes": "破損"} | sent | head
    )


def test_return_is_issued_linked_both_ways_and_listed(signed_in: Client, author: User) -> None:
    original = issued_note(author)
    form = text_of(signed_in.get(f"/notes/{original.pk}/returns/new?all=1"))
    answer = signed_in.post(f"/notes/{original.pk}/returns/new", typed("１", issue="1"), follow=True)
    note = DeliveryNote.objects.get(original=original)

    assert 'name="quantity-1" value="2"' in form
    assert (note.state, note.total, note.created_by) == (NoteState.ISSUED, -13200, author)
    assert "DN-2026-000002 を発行しました。" in text_of(answer)
    assert f'<a href="/notes/{original.pk}">DN-2026-000001</a>' in text_of(answer)
    assert f'<a href="/notes/{note.pk}">DN-2026-000002</a> 2026-11-25 -¥13,200' in text_of(
        signed_in.get(f"/notes/{original.pk}")
    )
    assert text_of(signed_in.get("/")).count("赤伝") == 1
    assert "▲¥13,200" in pdf_text(signed_in.get(f"/notes/{note.pk}/pdf"))


def test_same_form_sent_twice_makes_one_return(signed_in: Client, author: User) -> None:
    original, sent = issued_note(author), typed("1", issue="1")
    answers = [signed_in.post(f"/notes/{original.pk}/returns/new", sent)["Location"] for _ in range(2)]
    assert (answers[0], DeliveryNote.objects.filter(original=original).count()) == (answers[1], 1)


@pytest.mark.parametrize(
    ("quantities", "sentence"),
    [
        (("2.5",), "1 行目は、納品 2 のうち 1 が返品済みのため、返品できるのは 1 までです（2.5 が入力されました）。"),
        (("",), "返品する数量を 1 行以上入力してください。"),
        (("0",), "返品する数量を 1 行以上入力してください。"),
        (("-1",), "1 行目の返品数量は 0 以上にしてください（-1 が入力されました）。"),
        (("abc",), "abc"),
    ],
)
def test_what_cannot_be_returned_is_refused_by_name_and_nothing_is_lost(
    signed_in: Client, author: User, quantities: tuple[str, ...], sentence: str
) -> None:
    original = issued_note(author)
    issued_return(original, author, "1")
    answer = signed_in.post(f"/notes/{original.pk}/returns/new", typed(*quantities, issue="1"))
    assert (answer.status_code, sentence in text_of(answer), "破損" in text_of(answer)) == (422, True, True)
    assert DeliveryNote.objects.count() == 2


def test_draft_is_kept_changed_and_issued(signed_in: Client, author: User) -> None:
    original = issued_note(author)
    signed_in.post(f"/notes/{original.pk}/returns/new", typed("1"))
    note = DeliveryNote.objects.get(original=original)
    opened = signed_in.get(f"/notes/{note.pk}", follow=True)
    assert (note.state, note.total, opened.redirect_chain[-1][0]) == (
        NoteState.DRAFT,
        -13200,
        f"/notes/{note.pk}/take-back",
    )

    late = signed_in.post(f"/notes/{note.pk}/take-back", typed("2", revision="0"))
    saved = signed_in.post(f"/notes/{note.pk}/take-back", typed("2", revision="1", issue="1"))

    assert (late.status_code, saved["Location"]) == (409, f"/notes/{note.pk}")
    assert DeliveryNote.objects.get(pk=note.pk).total == -26400


def test_return_above_the_limit_waits_and_can_be_changed(signed_in: Client, author: User) -> None:
    original = issued_note(author)
    limit(1)
    signed_in.post(f"/notes/{original.pk}/returns/new", typed("1", issue="1"))
    note = DeliveryNote.objects.get(original=original)
    assert note.state == NoteState.WAITING
    assert "承認待ち" in text_of(signed_in.get(f"/notes/{original.pk}"))
    signed_in.post(f"/notes/{note.pk}/take-back", typed("2", revision="1"))
    assert [DeliveryNote.objects.get(pk=note.pk).state, note.lines.get().quantity] == [NoteState.DRAFT, -2]


def test_totals_come_by_the_originals_rounding_and_say_nothing_of_what_is_impossible(
    signed_in: Client, author: User
) -> None:
    original = issued_note(author, lines=(line(unit_price=105),))
    address = f"/notes/{original.pk}/returns/totals"
    assert "-¥115" in text_of(signed_in.post(address, typed("1")))
    assert "¥" not in text_of(signed_in.post(address, typed("3", note_id="x")))


def test_what_cannot_be_returned_at_all_leads_back_to_its_page(signed_in: Client, author: User) -> None:
    void, draft = issued_note(author), draft_note(author)
    services.void(note_id=void.pk, reason="誤り", author=author, now=NOW)
    for note in (void, draft, issued_return(issued_note(author), author, "1")):
        answer = signed_in.get(f"/notes/{note.pk}/returns/new", follow=True)
        assert "返品できるのは発行済みの納品書だけです。" in text_of(answer)


def test_returned_note_says_what_to_do_before_it_is_voided(signed_in: Client, author: User) -> None:
    original = issued_note(author)
    issued_return(original, author)
    answer = signed_in.post(f"/notes/{original.pk}/void", {"reason": "誤り"})
    assert "先に赤伝を無効にしてください：DN-2026-000002。" in text_of(answer)


def test_form_of_a_note_does_not_take_a_return(signed_in: Client, author: User) -> None:
    note = return_draft(issued_note(author), author)
    assert signed_in.get(f"/notes/{note.pk}/edit")["Location"] == f"/notes/{note.pk}/take-back"


@pytest.mark.parametrize("rows", [1, 3])
def test_form_takes_the_same_queries_for_one_line_and_three(
    signed_in: Client, author: User, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    original = issued_note(author, lines=(line(),) * rows)
    signed_in.get(f"/notes/{original.pk}")
    # Session, user, permissions of user and of groups, note, lines, twice what is returned, roles.
    with django_assert_num_queries(9):
        signed_in.get(f"/notes/{original.pk}/returns/new")
