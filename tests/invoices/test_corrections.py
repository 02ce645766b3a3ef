"""Corrections: one step from the wrong note to the right one, both kept and naming each other."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.test import Client

from invoices import approvals, archive, corrections, services, snapshot
from invoices.corrections import MissingCorrectionReason, NotCorrectable
from invoices.domain.document import Original
from invoices.models import DeliveryNote, NoteState
from invoices.return_notes import HasReturns
from tests.invoices.factories import (
    NOW,
    TODAY,
    approve,
    approver,
    clerk,
    correction_draft,
    draft_note,
    issued_note,
    issued_return,
    limit,
    line,
)
from tests.invoices.test_concurrency import at_once
from tests.invoices.test_views import text_of
from tests.typesetting.reading import page_texts

THREE = (line(quantity=Decimal(3)),)


def begin(note: DeliveryNote, author: User, reason: str = "数量の誤り") -> DeliveryNote:
    return corrections.begin(note_id=note.pk, reason=reason, creation_key=uuid.uuid4(), author=author)


def states() -> list[tuple[str | None, str]]:
    return list(DeliveryNote.objects.order_by("id").values_list("number", "state"))


@pytest.mark.django_db
class TestServices:
    def test_correction_is_issued_and_the_wrong_note_void_in_one_step(self, author: User) -> None:
        wrong = issued_note(author)
        draft = correction_draft(wrong, author, lines=THREE)
        assert states() == [("DN-2026-000001", "issued"), (None, "draft")]

        right = services.issue(note_id=draft.pk, author=author, now=NOW)

        assert states() == [("DN-2026-000001", "void"), ("DN-2026-000002", "issued")]
        wrong.refresh_from_db()
        assert (wrong.void_reason, wrong.voided_by, wrong.voided_at) == ("数量の誤り", author, NOW)
        document = snapshot.restore(right.snapshot)
        assert document.corrects == Original(number="DN-2026-000001", delivered_on=TODAY)
        [text] = page_texts(archive.pdf_of(right))
        assert all(part in text for part in ("訂正", "訂正前の番号", "DN-2026-000001", "DN-2026-000002", "39,600"))

    def test_limit_applies_to_the_new_note_and_the_wrong_one_stands_until_then(self, author: User) -> None:
        wrong = issued_note(author)
        limit(30_000)
        draft = correction_draft(wrong, author, lines=THREE)
        waiting = approvals.submit(note_id=draft.pk, author=author, now=NOW)
        assert states() == [("DN-2026-000001", "issued"), (None, "waiting")]

        boss = approver()
        approve(waiting, boss)

        assert states() == [("DN-2026-000001", "void"), ("DN-2026-000002", "issued")]
        assert DeliveryNote.objects.get(pk=wrong.pk).voided_by == boss

    def test_note_has_one_correction_and_a_correction_can_be_corrected(self, author: User) -> None:
        wrong = issued_note(author)
        first, again = begin(wrong, author), begin(wrong, author, "別の理由")
        assert (first.pk, again.correction_reason) == (again.pk, "数量の誤り")
        services.issue(note_id=first.pk, author=author, now=NOW)
        second = begin(first, author)
        services.issue(note_id=second.pk, author=author, now=NOW)
        assert [state for _number, state in states()] == ["void", "void", "issued"]

    def test_correction_of_what_was_voided_meanwhile_leaves_its_reason(self, author: User) -> None:
        wrong = issued_note(author)
        draft = begin(wrong, author)
        services.void(note_id=wrong.pk, reason="二重発行", author=author, now=NOW)
        services.issue(note_id=draft.pk, author=author, now=NOW)
        assert DeliveryNote.objects.get(pk=wrong.pk).void_reason == "二重発行"

    def test_what_is_not_issued_void_a_return_or_returned_is_not_corrected(self, author: User) -> None:
        void, returned = issued_note(author), issued_note(author)
        services.void(note_id=void.pk, reason="誤り", author=author, now=NOW)
        slip = issued_return(returned, author, "1")
        for note in (void, draft_note(author), slip):
            with pytest.raises(NotCorrectable):
                begin(note, author)
        with pytest.raises(HasReturns):
            begin(returned, author)
        with pytest.raises(MissingCorrectionReason):
            begin(returned, author, " \u200b")
        assert DeliveryNote.objects.filter(corrects__isnull=False).count() == 0

    def test_correction_is_not_issued_when_goods_came_back_meanwhile(self, author: User) -> None:
        wrong = issued_note(author)
        draft = begin(wrong, author)
        issued_return(wrong, author, "1")
        with pytest.raises(HasReturns):
            services.issue(note_id=draft.pk, author=author, now=NOW)
        assert [state for _number, state in states()] == ["issued", "draft", "issued"]

    @pytest.mark.parametrize(
        "sql",
        [
            "update delivery_notes set correction_reason = '' where id = {draft}",
            "update delivery_notes set corrects_id = {wrong}, correction_reason = 'x' where id = {other}",
            "update delivery_notes set corrects_id = {other} where id = {wrong}",
        ],
    )
    def test_database_refuses_false_links_whoever_asks(self, author: User, sql: str) -> None:
        wrong, other = issued_note(author), draft_note(author)
        draft = begin(wrong, author)
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql.format(draft=draft.pk, wrong=wrong.pk, other=other.pk))

    def test_database_refuses_a_correction_beside_a_valid_note(self, author: User) -> None:
        wrong, other = issued_note(author), issued_note(author)
        columns = "state, number, customer_id, delivered_on, total, created_by_id, updated_by_id, issued_on, issued_at,"
        columns += "issued_by_id, snapshot, pdf_sha256, order_number, subject, notes, revision, void_reason"
        taken = columns.replace("number,", "'DN-X',", 1)
        with pytest.raises(DatabaseError, match="not void"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"insert into delivery_notes ({columns}, creation_key, corrects_id, correction_reason)"
                f" select {taken}, gen_random_uuid(), {wrong.pk}, 'x' from delivery_notes where id = {other.pk}"
            )


@pytest.mark.usefixtures("committed")
def test_sixteen_clicks_begin_and_issue_one_correction() -> None:
    author = clerk()
    wrong = issued_note(author)

    def click(_worker: int) -> str:
        return str(services.issue(note_id=begin(wrong, author).pk, author=author, now=NOW).number)

    assert set(at_once(click, workers=16)) == {"DN-2026-000002"}
    assert states() == [("DN-2026-000001", "void"), ("DN-2026-000002", "issued")]


@pytest.mark.django_db
class TestViews:
    def test_correction_is_written_issued_found_and_linked_both_ways(self, signed_in: Client, author: User) -> None:
        wrong = issued_note(author)
        asked = signed_in.get(f"/notes/{wrong.pk}/correct")
        assert "DN-2026-000001 を訂正しますか" in text_of(asked)
        sent = {"creation_key": str(uuid.uuid4()), "reason": "数量の誤り"}
        form = signed_in.post(f"/notes/{wrong.pk}/correct", sent, follow=True)
        assert "DN-2026-000001 の訂正：数量の誤り" in text_of(form)
        draft = DeliveryNote.objects.get(corrects=wrong)
        approvals.submit(note_id=draft.pk, author=author, now=NOW)

        old, new = (text_of(signed_in.get(f"/notes/{note.pk}")) for note in (wrong, draft))
        listed = text_of(signed_in.get("/"))

        assert f'<a href="/notes/{draft.pk}">DN-2026-000002</a>' in old
        assert f'<a href="/notes/{wrong.pk}">DN-2026-000001</a> 数量の誤り' in new
        assert ("DN-2026-000001" in listed, "DN-2026-000002" in listed) == (True, True)

    def test_reason_is_asked_for_and_wrong_notes_are_refused(self, signed_in: Client, author: User) -> None:
        note, draft = issued_note(author), draft_note(author)
        blank = signed_in.post(f"/notes/{note.pk}/correct", {"creation_key": str(uuid.uuid4()), "reason": " "})
        assert "訂正の理由を入力してください。" in text_of(blank)
        refused = signed_in.get(f"/notes/{draft.pk}/correct", follow=True)
        assert "訂正できるのは発行済みの納品書だけです。" in text_of(refused)
        assert DeliveryNote.objects.filter(state=NoteState.DRAFT).count() == 1
