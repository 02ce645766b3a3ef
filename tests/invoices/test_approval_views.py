"""Pages of notes above the limit, over HTTP."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from invoices import approvals, services, snapshot
from invoices.models import Customer, DeliveryNote, Issuer, NoteState
from papyrus_site.roles import Role
from tests.invoices.factories import (
    NOW,
    CustomerFactory,
    approve,
    approver,
    clerk,
    draft_note,
    limit,
    line,
    user_of,
    waiting_note,
)
from tests.invoices.test_views import form, pdf_text, text_of

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def boss(db: None) -> User:
    return approver()


@pytest.fixture
def deciding(boss: User) -> Client:
    return client_of(boss)


def read_on(client: Client, note: DeliveryNote) -> dict[str, str]:
    """What the button of the note's page sends."""
    body = text_of(client.get(f"/notes/{note.pk}"))
    return {name: re.findall(rf'name="{name}" value="([^"]+)"', body)[0] for name in ("revision", "read_sha256")}


def send_back(note: DeliveryNote, approver: User) -> None:
    approvals.send_back(note_id=note.pk, revision=note.revision, reason="単価違い", approver=approver, now=NOW)


class TestClerk:
    @pytest.mark.parametrize(("above", "asks"), [(None, False), (220, False), (219, True)])
    def test_totals_say_that_approval_is_needed_and_rename_the_button(
        self, signed_in: Client, above: int | None, asks: bool
    ) -> None:
        limit(above)
        body = text_of(signed_in.post("/notes/totals", form(CustomerFactory.create(), {})))
        label = re.findall(r'id="issue-label" hx-swap-oob="true">([^<]+)<', body)
        assert label == ["承認を依頼" if asks else "発行して PDF を開く"]
        assert ("¥219 を超えるため、発行には別の人の承認が必要です。" in body) is asks

    def test_issue_above_the_limit_asks_for_approval_and_says_so(self, signed_in: Client) -> None:
        limit(219)
        sent = form(CustomerFactory.create(), {}, issue="1")
        bodies = [text_of(signed_in.post("/notes/new", sent, follow=True)) for _ in range(2)]
        note = DeliveryNote.objects.get()
        assert (note.state, note.number, note.total) == (NoteState.WAITING, None, 220)
        assert all("承認を依頼しました。承認者が承認すると発行されます。" in body for body in bodies)
        assert f"/notes/{note.pk}/withdraw" in bodies[1]

    def test_form_of_a_waiting_note_says_what_saving_does(self, signed_in: Client, author: User) -> None:
        body = text_of(signed_in.get(f"/notes/{waiting_note(author).pk}/edit"))
        assert f"{author.username} が承認を依頼" in body
        assert "変更して保存すると、承認の依頼は取り下げられます。" in body
        assert ("/withdraw" in body, "/delete" in body) == (True, False)

    def test_saved_change_withdraws_and_the_draft_says_who_did(self, signed_in: Client, author: User) -> None:
        note = waiting_note(author)
        sent = form(note.customer, {}, revision="1", save="1")
        body = text_of(signed_in.post(f"/notes/{note.pk}/edit", sent, follow=True))
        assert DeliveryNote.objects.get().state == NoteState.DRAFT
        assert f"{author.username} が承認の依頼を取り下げ" in body

    def test_save_without_a_change_leaves_the_note_waiting_and_says_so(self, signed_in: Client, author: User) -> None:
        limit(0)
        sent = form(CustomerFactory.create(), {}, save="1")
        signed_in.post("/notes/new", sent)
        note = DeliveryNote.objects.get()
        approvals.submit(note_id=note.pk, author=author, now=NOW)
        body = text_of(signed_in.post(f"/notes/{note.pk}/edit", sent | {"revision": "1"}, follow=True))
        assert ("承認待ちのままです" in body, DeliveryNote.objects.get().state) == (True, NoteState.WAITING)

    def test_withdrawn_twice_the_note_is_a_draft(self, signed_in: Client, author: User) -> None:
        note = waiting_note(author)
        answers = [signed_in.post(f"/notes/{note.pk}/withdraw", follow=True) for _ in range(2)]
        assert [answer.redirect_chain[-1][0] for answer in answers] == [f"/notes/{note.pk}/edit"] * 2
        assert DeliveryNote.objects.get().state == NoteState.DRAFT

    def test_withdrawing_an_issued_note_says_who_issued_it(self, signed_in: Client, author: User, boss: User) -> None:
        note = approve(waiting_note(author), boss)
        body = text_of(signed_in.post(f"/notes/{note.pk}/withdraw", follow=True))
        assert f"{boss.username} さんが {note.number} として発行しました" in body

    def test_returned_note_shows_the_reason_in_its_form_and_a_mark_in_the_list(
        self, signed_in: Client, author: User, boss: User
    ) -> None:
        note = waiting_note(author)
        send_back(note, boss)
        assert f"{boss.username} が差し戻し（単価違い）" in text_of(signed_in.get(f"/notes/{note.pk}/edit"))
        assert '<span class="state returned">差し戻し</span>' in text_of(signed_in.get("/"))
        approvals.submit(note_id=note.pk, author=author, now=NOW)
        assert "state returned" not in text_of(signed_in.get("/"))

    def test_waiting_note_is_neither_deleted_nor_voided(self, signed_in: Client, author: User) -> None:
        note = waiting_note(author)
        for method in (signed_in.get, signed_in.post):
            body = text_of(method(f"/notes/{note.pk}/delete", follow=True))
            assert "先に承認の依頼を取り下げて、下書きに戻してください。" in body
        assert signed_in.get(f"/notes/{note.pk}/void")["Location"] == f"/notes/{note.pk}"
        assert DeliveryNote.objects.get().state == NoteState.WAITING

    def test_approval_that_came_before_the_save_offers_a_new_draft(
        self, signed_in: Client, author: User, boss: User
    ) -> None:
        note = approve(waiting_note(author), boss)
        response = signed_in.post(f"/notes/{note.pk}/edit", form(note.customer, {}, revision="1", issue="1"))
        assert (response.status_code, "DN-2026-000001 として発行された" in text_of(response)) == (409, True)


class TestApprover:
    def test_menu_counts_what_waits(self, deciding: Client, author: User) -> None:
        assert '<span class="count">' not in text_of(deciding.get("/", {"state": "waiting"}))
        for _ in range(2):
            waiting_note(author)
        assert '<span class="count">2</span>' in text_of(deciding.get("/", {"state": "waiting"}))
        assert '<span class="count">' not in text_of(client_of(author).get("/"))

    def test_longest_waiting_note_stands_first_with_who_asked(self, deciding: Client, author: User) -> None:
        first, second = draft_note(author), waiting_note(author)
        approvals.submit(note_id=first.pk, author=author, now=NOW)
        body = text_of(deciding.get("/", {"state": "waiting"}))
        assert body.index(f'"/notes/{second.pk}"') > 0
        assert f"{author.username} 11-23 10:30" in body

    def test_empty_list_of_waiting_notes_says_so(self, deciding: Client) -> None:
        assert "承認待ちの納品書はありません。" in text_of(deciding.get("/", {"state": "waiting"}))

    @pytest.mark.parametrize("rows", [1, 3])
    def test_list_takes_the_same_queries_for_one_note_and_three(
        self, deciding: Client, author: User, rows: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for _ in range(rows):
            waiting_note(author)
        # Session, user, permissions of user and of groups, count, page, roles and the count for the menu.
        with django_assert_num_queries(8):
            deciding.get("/", {"state": "waiting"})

    @pytest.mark.parametrize("rows", [1, 3])
    def test_note_takes_the_same_queries_for_one_line_and_three(
        self, deciding: Client, author: User, rows: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        note = waiting_note(author, lines=(line(),) * rows)
        # Session, user, permissions of user and of groups, note, lines, steps, rates, issuer, whether an author, roles
        # and the count for the menu.
        with django_assert_num_queries(12):
            deciding.get(f"/notes/{note.pk}")

    def test_page_shows_pdf_authors_and_both_buttons(self, deciding: Client, author: User) -> None:
        note = waiting_note(author)
        body = text_of(deciding.get(f"/notes/{note.pk}"))
        for shown in (f"{author.username} が作成", "承認して発行", f"/notes/{note.pk}/return", "¥26,400", "iframe"):
            assert shown in body
        assert (f"/notes/{note.pk}/edit" in body, "/withdraw" in body, "/copy" in body) == (False, False, False)
        assert "下書き" in pdf_text(deciding.get(f"/notes/{note.pk}/pdf"))

    def test_approved_twice_the_note_is_issued_once_and_its_page_says_by_whom(
        self, deciding: Client, author: User, boss: User
    ) -> None:
        note = waiting_note(author)
        read = read_on(deciding, note)
        bodies = [text_of(deciding.post(f"/notes/{note.pk}/approve", read, follow=True)) for _ in range(2)]
        assert all("承認し、DN-2026-000001 として発行しました。" in body for body in bodies)
        assert f"{boss.username} が承認して発行" in bodies[0]

    def test_second_approver_is_told_of_the_first(self, deciding: Client, author: User) -> None:
        note, other = waiting_note(author), approver()
        read = read_on(deciding, note)
        approve(note, other)
        body = text_of(deciding.post(f"/notes/{note.pk}/approve", read, follow=True))
        assert f"{other.username} さんが DN-2026-000001 として発行しました" in body

    def test_note_changed_meanwhile_is_not_approved(self, deciding: Client, author: User) -> None:
        note = waiting_note(author)
        read = read_on(deciding, note)
        Customer.objects.update(name="改名した会社")
        body = text_of(deciding.post(f"/notes/{note.pk}/approve", read, follow=True))
        assert "画面を開いた後に、この納品書の内容が変わりました。" in body
        assert DeliveryNote.objects.get().state == NoteState.WAITING
        assert read_on(deciding, note) != read

    @pytest.mark.parametrize(
        "sent",
        [{}, {"revision": "x"}, {"revision": "1"}, {"revision": "1", "read_sha256": "\0"}, {"revision": "9" * 30}],
    )
    def test_strange_answers_approve_nothing(self, deciding: Client, author: User, sent: dict[str, str]) -> None:
        note = waiting_note(author)
        assert deciding.post(f"/notes/{note.pk}/approve", sent).status_code == 302
        assert DeliveryNote.objects.get().state == NoteState.WAITING

    def test_own_note_offers_no_decision_and_takes_none(self) -> None:
        both = user_of(Role.CLERK, Role.APPROVER)
        client, note = client_of(both), waiting_note(both)
        body = text_of(client.get(f"/notes/{note.pk}"))
        refusal = "この納品書はあなたが作成または編集したため、別の承認者の承認が必要です。"
        assert (refusal in body, "/approve" in body, "/return" in body) == (True, False, False)
        for path in ("approve", "return"):
            sent = {"revision": "1", "read_sha256": "x", "reason": "理由"}
            assert refusal in text_of(client.post(f"/notes/{note.pk}/{path}", sent, follow=True))
        assert refusal in text_of(client.get(f"/notes/{note.pk}/return", follow=True))
        assert DeliveryNote.objects.get().state == NoteState.WAITING

    def test_return_asks_for_the_reason_and_leads_back_to_the_list(self, deciding: Client, author: User) -> None:
        note = waiting_note(author)
        assert "差し戻しますか？" in text_of(deciding.get(f"/notes/{note.pk}/return"))
        response = deciding.post(f"/notes/{note.pk}/return", {"revision": "1", "reason": "単価違い"})
        assert (response["Location"], DeliveryNote.objects.get().state) == ("/?state=waiting", NoteState.DRAFT)
        assert "単価違い" in text_of(deciding.get(f"/notes/{note.pk}"))
        assert deciding.get(f"/notes/{note.pk}/return")["Location"] == f"/notes/{note.pk}"

    @pytest.mark.parametrize(
        ("sent", "sentence"),
        [
            ({"reason": " "}, "差し戻す理由を入力してください。"),
            ({"reason": "\u200b"}, "差し戻す理由を入力してください。"),
            ({"reason": "長" * 201}, "200 文字以内にしてください。"),
            ({"reason": "理由", "revision": "7"}, "画面を開いた後に、この納品書の内容が変わりました。"),
            ({"reason": "理由", "revision": ""}, "error"),
        ],
    )
    def test_refused_return_changes_nothing(
        self, deciding: Client, author: User, sent: dict[str, str], sentence: str
    ) -> None:
        note = waiting_note(author)
        body = text_of(deciding.post(f"/notes/{note.pk}/return", {"revision": "1"} | sent, follow=True))
        assert (sentence in body, DeliveryNote.objects.get().state) == (True, NoteState.WAITING)

    def test_note_that_cannot_be_printed_says_why_and_can_only_be_returned(
        self, deciding: Client, author: User
    ) -> None:
        note = waiting_note(author)
        Issuer.objects.update(registration_number="")
        body = text_of(deciding.get(f"/notes/{note.pk}"))
        assert ("登録番号" in body, "/approve" in body, "/return" in body, "iframe" in body) == (
            True,
            False,
            True,
            False,
        )

    @pytest.mark.parametrize("action", ["approve", "return"])
    def test_decision_about_a_deleted_note_is_a_404_in_japanese(self, deciding: Client, action: str) -> None:
        response = deciding.post(f"/notes/424242/{action}", {"revision": "1", "reason": "理由"})
        assert (response.status_code, "ページが見つかりません。" in text_of(response)) == (404, True)


class TestWhoMay:
    @pytest.mark.parametrize(
        ("role", "action", "status"),
        [
            (Role.CLERK, "approve", 403),
            (Role.CLERK, "return", 403),
            (Role.AUDITOR, "approve", 403),
            (Role.AUDITOR, "return", 403),
            (Role.AUDITOR, "withdraw", 403),
            (Role.APPROVER, "withdraw", 403),
            (Role.PRODUCT_STAFF, "approve", 403),
            (Role.APPROVER, "approve", 302),
            (Role.ADMINISTRATOR, "approve", 302),
            (Role.CLERK, "withdraw", 302),
        ],
    )
    def test_decisions_are_for_their_roles_only(self, author: User, role: Role, action: str, status: int) -> None:
        note = waiting_note(author)
        answer: Any = client_of(user_of(role)).post(f"/notes/{note.pk}/{action}", {"reason": "理由"})
        assert (answer.status_code, DeliveryNote.objects.get().is_waiting) == (
            status,
            action != "withdraw" or status == 403,
        )

    @pytest.mark.parametrize("action", ["approve", "withdraw"])
    def test_decisions_need_post(self, author: User, action: str) -> None:
        note = waiting_note(author)
        response = client_of(user_of(Role.ADMINISTRATOR)).get(f"/notes/{note.pk}/{action}")
        assert (response.status_code, DeliveryNote.objects.get().state) == (405, NoteState.WAITING)

    def test_auditor_reads_waiting_and_approved_notes_and_decides_nothing(self, author: User, boss: User) -> None:
        auditor, note = client_of(user_of(Role.AUDITOR)), waiting_note(author)
        body = text_of(auditor.get(f"/notes/{note.pk}"))
        assert (f"{author.username} が承認を依頼" in body, "<button" in body.split("<main")[1]) == (True, False)
        assert auditor.get(f"/notes/{note.pk}/pdf")["Content-Type"] == "application/pdf"
        approve(note, boss)
        assert f"{boss.username} が承認して発行" in text_of(auditor.get(f"/notes/{note.pk}"))

    def test_history_tells_of_the_first_save_and_of_later_ones_once_in_a_row(self, author: User, boss: User) -> None:
        other, note = clerk(), draft_note(author)
        for revision, who in enumerate((author, other, other), 1):
            typed = dataclasses.replace(snapshot.draft_of(note), subject=str(revision))
            note = services.replace_draft(note_id=note.pk, draft=typed, revision=revision, author=who)
        body = text_of(client_of(boss).get(f"/notes/{note.pk}"))
        told = [f"{author.username} が作成", f"{author.username} が変更", f"{other.username} が変更"]
        assert [body.count(sentence) for sentence in told] == [1, 1, 1]
