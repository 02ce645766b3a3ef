"""Notes above the limit, against a real PostgreSQL."""

from __future__ import annotations

import dataclasses
import hashlib
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from invoices import approvals, archive, services, snapshot
from invoices.approvals import AlreadyIssued, ContentChanged, MissingReturnReason, NoLongerWaiting, OwnNote
from invoices.domain.errors import DomainError, MissingFacts
from invoices.models import DeliveryNote, Issuer, NoteState, NoteStep, NumberCounter
from invoices.services import ApprovalNeeded, NoteWaiting, NotVoidable
from papyrus_site.roles import Role
from tests.invoices.factories import (
    NOW,
    TODAY,
    CustomerFactory,
    approve,
    approver,
    clerk,
    draft_note,
    issued_note,
    limit,
    line,
    read_sha256,
    user_of,
    waiting_note,
)

pytestmark = pytest.mark.django_db

TOTAL = 26_400  # of a note with the factory's one line


@pytest.fixture
def author() -> User:
    return clerk()


def submit(note: DeliveryNote, author: User) -> DeliveryNote:
    return approvals.submit(note_id=note.pk, author=author, now=NOW)


def send_back(note: DeliveryNote, approver: User, *, reason: str = "単価を確認してください") -> DeliveryNote:
    return approvals.send_back(note_id=note.pk, revision=note.revision, reason=reason, approver=approver, now=NOW)


def edit(note: DeliveryNote, author: User, **changes: Any) -> DeliveryNote:
    note.refresh_from_db()
    changed = dataclasses.replace(snapshot.draft_of(note), **changes)
    return services.replace_draft(note_id=note.pk, draft=changed, revision=note.revision, author=author)


def steps(note: DeliveryNote) -> list[tuple[str, str]]:
    return [(step.kind, step.by.username) for step in NoteStep.objects.filter(delivery_note=note)]


def stored() -> Mapping[str, Any]:
    return DeliveryNote.objects.values().get()


def last_number() -> int:
    return sum(NumberCounter.objects.values_list("last_number", flat=True))


class TestSubmit:
    @pytest.mark.parametrize(
        ("above", "quantity", "state"),
        [
            (None, 2, NoteState.ISSUED),
            (TOTAL, 2, NoteState.ISSUED),
            (TOTAL - 1, 2, NoteState.WAITING),
            (0, 2, NoteState.WAITING),
            (TOTAL, -2, NoteState.ISSUED),
            (TOTAL - 1, -2, NoteState.WAITING),
        ],
    )
    def test_note_waits_when_its_total_with_tax_is_above_the_limit_whatever_its_sign(
        self, author: User, above: int | None, quantity: int, state: NoteState
    ) -> None:
        limit(above)
        note = draft_note(author, lines=(line(quantity=Decimal(quantity)),))
        assert submit(note, author).state == state
        assert (DeliveryNote.objects.get().state, last_number()) == (state, int(state == NoteState.ISSUED))

    def test_free_note_needs_no_approval_at_the_lowest_limit(self, author: User) -> None:
        limit(0)
        assert submit(draft_note(author, lines=(line(unit_price=Decimal(0)),)), author).state == NoteState.ISSUED

    def test_waiting_note_says_who_asked_and_when(self, author: User) -> None:
        note = waiting_note(author)
        assert (note.requested_by, note.requested_at, note.total, note.number) == (author, NOW, TOTAL, None)
        assert steps(note) == [("written", author.username), ("requested", author.username)]

    def test_asking_twice_changes_nothing(self, author: User) -> None:
        note = waiting_note(author)
        before = stored()
        submit(note, clerk())
        assert (stored(), len(steps(note))) == (before, 2)

    def test_note_that_cannot_be_printed_is_refused_before_it_is_asked_for(self, author: User) -> None:
        limit(0)
        note = draft_note(author, lines=(line(), line(unit_price=None)))
        with pytest.raises(MissingFacts):
            submit(note, author)
        assert DeliveryNote.objects.get().state == NoteState.DRAFT

    def test_limit_counts_at_the_time_of_issue(self, author: User) -> None:
        note = waiting_note(author)
        limit(TOTAL)
        assert submit(note, author).state == NoteState.ISSUED
        assert (note.approved_by, stored()["requested_by_id"]) == (None, author.pk)

    def test_limit_of_another_company_does_not_count(self, author: User) -> None:
        limit(0)
        services.save_issuer(Issuer(name="二社目", registration_number="T8700110005901", is_current=True))
        assert submit(draft_note(author), author).state == NoteState.ISSUED


class TestIssue:
    def test_every_other_door_is_shut_above_the_limit(self, author: User) -> None:
        limit(TOTAL - 1)
        note = draft_note(author)
        with pytest.raises(ApprovalNeeded, match=r"26,399.*26,400"):
            services.issue(note_id=note.pk, author=author, now=NOW)
        assert (DeliveryNote.objects.get().state, last_number()) == (NoteState.DRAFT, 0)

    def test_copy_of_an_approved_note_needs_its_own_approval(self, author: User) -> None:
        note = approve(waiting_note(author), approver())
        copy = services.copy_note(note_id=note.pk, creation_key=uuid.uuid4(), delivered_on=TODAY, author=author)
        assert (copy.approved_by, copy.requested_by, submit(copy, author).state) == (None, None, NoteState.WAITING)

    def test_copier_is_the_author_of_the_copy(self, author: User) -> None:
        copier = user_of(Role.CLERK, Role.APPROVER)
        limit(0)
        note = draft_note(author)
        copy = services.copy_note(note_id=note.pk, creation_key=uuid.uuid4(), delivered_on=TODAY, author=copier)
        with pytest.raises(OwnNote):
            approve(submit(copy, author), copier)

    def test_waiting_note_is_neither_voided_nor_deleted(self, author: User) -> None:
        note = waiting_note(author)
        before = stored()
        with pytest.raises(NotVoidable):
            services.void(note_id=note.pk, reason="誤り", author=author, now=NOW)
        with pytest.raises(NoteWaiting):
            services.delete_draft(note_id=note.pk)
        assert stored() == before


class TestEditAndWithdraw:
    def test_edit_withdraws_the_request(self, author: User) -> None:
        note, other = waiting_note(author), clerk()
        edit(note, other, subject="変更")
        changed = DeliveryNote.objects.get()
        assert (changed.state, changed.requested_by, changed.requested_at) == (NoteState.DRAFT, None, None)
        assert steps(note)[2:] == [("withdrawn", other.username), ("written", other.username)]

    def test_same_content_sent_again_leaves_it_waiting(self, author: User) -> None:
        note = waiting_note(author)
        before = stored()
        edit(note, author)
        assert stored() == before

    def test_withdrawn_note_is_a_draft_that_can_be_deleted(self, author: User) -> None:
        note = waiting_note(author)
        for _ in range(2):
            assert approvals.withdraw(note_id=note.pk, author=author).state == NoteState.DRAFT
        assert [kind for kind, _who in steps(note)] == ["written", "requested", "withdrawn"]
        services.delete_draft(note_id=note.pk)
        assert (DeliveryNote.objects.count(), NoteStep.objects.count()) == (0, 0)

    def test_issued_note_is_not_withdrawn(self, author: User) -> None:
        note = approve(waiting_note(author), boss := approver())
        with pytest.raises(AlreadyIssued) as refusal:
            approvals.withdraw(note_id=note.pk, author=author)
        assert refusal.value.params == {"who": boss.username, "number": "DN-2026-000001"}


class TestApprove:
    def test_approved_note_is_issued_at_once_by_the_approver(self, author: User) -> None:
        boss = approver()
        note = approve(waiting_note(author), boss)
        facts = stored()
        assert (facts["state"], facts["number"], facts["issued_on"]) == ("issued", "DN-2026-000001", TODAY)
        assert (facts["approved_by_id"], facts["approved_at"], facts["issued_by_id"]) == (boss.pk, NOW, boss.pk)
        assert (facts["requested_by_id"], facts["updated_by_id"]) == (author.pk, author.pk)
        assert hashlib.sha256(archive.made_again(note)).hexdigest() == facts["pdf_sha256"]

    def test_second_click_is_answered_like_the_first(self, author: User) -> None:
        boss, note = approver(), waiting_note(author)
        assert [approve(note, boss).number for _ in range(2)] == ["DN-2026-000001"] * 2

    def test_second_approver_is_told_who_was_first(self, author: User) -> None:
        first, note = approver(), waiting_note(author)
        approve(note, first)
        before = stored()
        with pytest.raises(AlreadyIssued) as refusal:
            approve(note, approver())
        assert (refusal.value.params["who"], stored()) == (first.username, before)

    @pytest.mark.parametrize("wrote", ["first", "between", "last", "a draft returned meanwhile"])
    @pytest.mark.parametrize("is_superuser", [False, True])
    def test_nobody_approves_or_returns_what_they_wrote(self, author: User, wrote: str, is_superuser: bool) -> None:
        boss = user_of(Role.CLERK, Role.APPROVER, is_superuser=is_superuser)
        limit(0)
        note = draft_note(boss if wrote == "first" else author)
        if wrote == "a draft returned meanwhile":
            send_back(submit(note, author), approver())
        edit(note, boss if wrote in ("between", "a draft returned meanwhile") else author, subject="二")
        edit(note, boss if wrote == "last" else author, subject="三")
        note = submit(note, author)
        before = stored()

        with pytest.raises(OwnNote):
            approve(note, boss)
        with pytest.raises(OwnNote):
            send_back(note, boss)

        assert (stored(), last_number()) == (before, 0)

    def test_who_only_asked_for_the_approval_of_anothers_note_may_give_it(self, author: User) -> None:
        boss = user_of(Role.CLERK, Role.APPROVER)
        limit(0)
        assert approve(submit(draft_note(author), boss), boss).approved_by == boss

    def test_note_edited_after_it_was_read_is_refused_though_it_waits_again(self, author: User) -> None:
        boss, read = approver(), waiting_note(author)
        submit(edit(read, author, subject="すり替え"), author)
        before = stored()
        old = DeliveryNote(pk=read.pk, revision=1, customer=read.customer, delivered_on=TODAY)
        with pytest.raises(ContentChanged):
            approve(old, boss)
        with pytest.raises(ContentChanged):
            send_back(old, boss)
        assert (stored(), last_number()) == (before, 0)

    @pytest.mark.parametrize("change", ["customer", "issuer"])
    def test_other_facts_changed_after_it_was_read_are_refused_too(self, author: User, change: str) -> None:
        boss, note = approver(), waiting_note(author)
        sha256 = read_sha256(note)
        if change == "customer":
            type(note.customer).objects.update(tax_rounding="ceil", name="改名した会社")
        else:
            Issuer.objects.update(address="移転先")
        before = stored()
        with pytest.raises(ContentChanged):
            approvals.approve(note_id=note.pk, revision=1, read_sha256=sha256, approver=boss, now=NOW)
        assert (stored(), last_number()) == (before, 0)

    def test_withdrawn_note_is_neither_approved_nor_returned(self, author: User) -> None:
        boss, note = approver(), waiting_note(author)
        approvals.withdraw(note_id=note.pk, author=author)
        before = stored()
        with pytest.raises(NoLongerWaiting):
            approve(note, boss)
        with pytest.raises(NoLongerWaiting):
            send_back(note, boss)
        assert (stored(), last_number()) == (before, 0)

    def test_approval_stands_though_the_limit_was_taken_away(self, author: User) -> None:
        note = waiting_note(author)
        limit(None)
        boss = approver()
        assert approve(note, boss).approved_by == boss

    def test_note_that_cannot_be_printed_any_more_burns_no_number(self, author: User) -> None:
        note = waiting_note(author, customer=CustomerFactory.create())
        sha256 = read_sha256(note)
        Issuer.objects.update(registration_number="")
        with pytest.raises(DomainError, match="登録番号"):
            approvals.approve(note_id=note.pk, revision=1, read_sha256=sha256, approver=approver(), now=NOW)
        assert (stored()["state"], last_number()) == ("waiting", 0)


class TestSendBack:
    def test_returned_note_is_a_draft_with_the_reason_in_its_history(self, author: User) -> None:
        boss, note = approver(), waiting_note(author)
        send_back(note, boss, reason=" 数量違い\u200b ")
        last = NoteStep.objects.last()
        assert last is not None
        assert (last.kind, last.by, last.at, last.reason) == ("returned", boss, NOW, "数量違い")
        assert (stored()["state"], stored()["requested_at"]) == ("draft", None)

    def test_second_click_changes_nothing(self, author: User) -> None:
        boss, note = approver(), waiting_note(author)
        for _ in range(2):
            send_back(note, boss)
        assert len(steps(note)) == 3

    @pytest.mark.parametrize("reason", ["", "  ", "\u200b"])
    def test_reason_is_needed(self, author: User, reason: str) -> None:
        note = waiting_note(author)
        with pytest.raises(MissingReturnReason):
            send_back(note, approver(), reason=reason)
        assert (stored()["state"], len(steps(note))) == ("waiting", 2)

    def test_issued_note_is_not_returned(self, author: User) -> None:
        note = issued_note(author)
        with pytest.raises(AlreadyIssued):
            send_back(note, approver())
        assert stored()["state"] == "issued"
