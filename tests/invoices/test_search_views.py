"""The page of the search, and what is downloaded from it."""

from __future__ import annotations

import io
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.test import Client

from invoices import exporting, searching
from papyrus_site.roles import Role
from tests.invoices.factories import draft_note, issued_note, user_of

pytestmark = pytest.mark.django_db
SEARCH, ZIP = "/notes/search", "/notes/search.zip"


def page_of(client: Client, query: str = "", *, status: int = 200) -> str:
    answer = client.get(f"{SEARCH}?{query}")
    assert answer.status_code == status
    return answer.content.decode()


def test_page_asks_for_conditions_before_it_shows_notes(author: User, signed_in: Client) -> None:
    issued_note(author)
    page = page_of(signed_in)
    assert "DN-2026-000001" not in page
    assert "1 枚の納品書の PDF がまだ保管されていません" in page


def test_found_notes_are_listed_with_their_number_and_a_link_to_the_zip(author: User, signed_in: Client) -> None:
    note = issued_note(author)
    draft_note(author)
    page = page_of(signed_in, "total_from=26,400&total_to=%C2%A526400&state=issued")
    assert f'href="/notes/{note.pk}"' in page
    assert '<p class="status">1 件</p>' in page
    assert f'href="{ZIP}?total_from=26%2C400&amp;total_to=%C2%A526400&amp;state=issued"' in page


def test_more_than_is_counted_is_said_to_be_more(
    author: User, signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "MOST_COUNTED", 2)
    monkeypatch.setattr(searching, "PAGE_SIZE", 2)
    notes = [draft_note(author) for _ in range(3)]
    page = page_of(signed_in, "state=draft")
    assert "2 件を超える納品書" in page
    assert f'href="?state=draft&amp;older_than={notes[1].pk}"' in page
    assert f"/notes/{notes[0].pk}" in page_of(signed_in, f"state=draft&older_than={notes[1].pk}")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("delivered_from=2026-02-30", "納品日（から）「2026-02-30」は日付ではありません。"),
        ("delivered_from=2026-02-02&delivered_to=2026-02-01", "2026-02-02 は 2026-02-01 より後です。"),
        ("total_from=ten", "数字で入力してください（「ten」が入力されました）。"),
        ("total_from=1.5", "合計（から）"),
        ("total_from=2&total_to=1", "2 は 1 より後です。"),
        ("number=" + "x" * 41, "41"),
        ("state=gone", "gone"),
    ],
)
def test_wrong_condition_is_named_and_nothing_is_searched(signed_in: Client, query: str, sentence: str) -> None:
    assert sentence in page_of(signed_in, query, status=422)
    assert signed_in.get(f"{ZIP}?{query}")["Location"].startswith(SEARCH)


@pytest.mark.parametrize("place", ["older_than=x", "newer_than=²", "older_than=99999999999999999999", "older_than="])
def test_place_that_is_none_shows_the_first_page(author: User, signed_in: Client, place: str) -> None:
    note = draft_note(author)
    assert f"/notes/{note.pk}" in page_of(signed_in, f"state=draft&{place}")


def test_auditor_downloads_what_was_found(author: User, client: Client) -> None:
    issued_note(author)
    client.force_login(user_of(Role.AUDITOR))
    answer = client.get(f"{ZIP}?state=issued")
    assert (answer["Content-Type"], answer.streaming) == ("application/zip", True)
    assert ".zip" in answer["Content-Disposition"]
    assert ZipFile(io.BytesIO(answer.getvalue())).namelist() == ["notes.csv", "pdf/DN-2026-000001.pdf"]


def test_too_many_notes_are_refused_with_the_number_that_is_possible(
    author: User, signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MOST_NOTES", 1)
    for _ in range(2):
        draft_note(author)
    answer = signed_in.get(f"{ZIP}?state=draft")
    assert answer["Location"] == f"{SEARCH}?state=draft"
    (message,) = get_messages(answer.wsgi_request)
    assert str(message).startswith("条件に合う納品書は 1 件を超えています。一度に書き出せるのは 1 件までです。")


def test_page_of_an_issued_note_says_how_long_it_is_kept_and_offers_no_deletion(
    author: User, signed_in: Client
) -> None:
    note = issued_note(author)
    page = signed_in.get(f"/notes/{note.pk}").content.decode()
    assert "2034-05-31 まで保存が必要です（欠損金の生じた年度は 2037-05-31 まで）。削除されることはありません。" in page
    assert "delete" not in page
