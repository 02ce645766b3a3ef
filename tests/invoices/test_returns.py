"""Returns of issued notes: what they come to, what they print, and what is refused, by services and by the database."""

from __future__ import annotations

import threading
from decimal import Decimal

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, connections, transaction

from catalog.models import TaxRate
from invoices import approvals, archive, return_notes, services, snapshot
from invoices.domain.document import Original
from invoices.domain.returns import MoreThanDelivered
from invoices.models import Customer, DeliveryNote, NoteState
from invoices.return_notes import HasReturns, NothingReturned, NotReturnable
from invoices.services import OtherKind
from tests.conftest import wait_until
from tests.invoices.factories import (
    NOW,
    TODAY,
    CustomerFactory,
    IssuerFactory,
    approve,
    approver,
    clerk,
    draft,
    draft_note,
    issued_note,
    issued_return,
    limit,
    line,
    return_draft,
)
from tests.invoices.test_concurrency import at_once, waiting_for_a_lock
from tests.typesetting.reading import page_texts

LINES = (line(quantity=Decimal(3), unit_price=Decimal(105)), line(code="T-1", name="煎茶", tax_category="reduced"))


@pytest.mark.django_db
class TestServices:
    def test_full_return_is_the_exact_negative_and_names_its_original(self, author: User) -> None:
        original = issued_note(author, lines=LINES, order_number="PO-1")
        note = issued_return(original, author, notes="破損")
        document = snapshot.restore(note.snapshot)
        assert (note.total, note.number, note.order_number) == (-(original.total or 0), "DN-2026-000002", "PO-1")
        assert document.original == Original(number="DN-2026-000001", delivered_on=TODAY)
        assert [each.quantity for each in document.lines] == [Decimal(-3), Decimal(-2)]
        [text] = page_texts(archive.pdf_of(note))
        assert all(part in text for part in ("赤伝（返品）", "元納品書番号", "DN-2026-000001", "返品日", "破損"))

    def test_returns_in_pieces_come_to_the_exact_negative(self, author: User) -> None:
        original = issued_note(author, lines=LINES)
        slips = [issued_return(original, author, *pieces) for pieces in (("1",), ("1", "0.5"), ("1", "1.5"))]
        totals = [slip.total or 0 for slip in slips]
        # 10.5 of tax each: 10, 11, and 10 that are left of 31.
        assert totals == [-115, -116 - 6480, -115 - 19440]
        assert sum(totals) == -(original.total or 0)

    def test_return_reckons_as_the_original_did_when_everything_has_changed(self, author: User) -> None:
        original = issued_note(author, lines=LINES)
        TaxRate.objects.update(rate=50)
        Customer.objects.update(price_basis="inclusive", tax_rounding="ceil", line_rounding="ceil")
        assert issued_return(original, author, "1").total == -115

    def test_return_reckons_by_the_figures_when_the_original_is_older_than_returns(self, author: User) -> None:
        original = issued_note(author, lines=LINES)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set local session_replication_role = replica")
            cursor.execute("update delivery_notes set line_rounding = '', tax_rounding = ''")
        Customer.objects.update(tax_rounding="ceil")
        assert issued_return(original, author, "1").total == -115

    def test_more_than_is_left_is_refused_and_waiting_returns_count(self, author: User) -> None:
        original = issued_note(author, lines=LINES)
        issued_return(original, author, "1")
        waiting = return_draft(original, author, "1.5")
        late = return_draft(original, author, "1")
        limit(0)
        approvals.submit(note_id=waiting.pk, author=author, now=NOW)
        with pytest.raises(MoreThanDelivered) as refusal:
            return_draft(original, author, "0.6")
        with pytest.raises(MoreThanDelivered):
            approvals.submit(note_id=late.pk, author=author, now=NOW)
        assert refusal.value.params == {"line": 1, "left": "0.5", "delivered": "3", "returned": "2.5", "asked": "0.6"}
        assert DeliveryNote.objects.get(pk=late.pk).state == NoteState.DRAFT

        approve(DeliveryNote.objects.get(pk=waiting.pk), approver())
        assert DeliveryNote.objects.get(pk=waiting.pk).total == -157 - 16  # of 262.5, less 105; of 26.2, less 10

    def test_void_return_gives_its_goods_free(self, author: User) -> None:
        original = issued_note(author, lines=LINES)
        first = issued_return(original, author)
        services.void(note_id=first.pk, reason="誤り", author=author, now=NOW)
        assert issued_return(original, author).total == -(original.total or 0)

    def test_note_with_returns_is_not_voided(self, author: User) -> None:
        original = issued_note(author)
        issued_return(original, author, "1")
        with pytest.raises(HasReturns) as refusal:
            services.void(note_id=original.pk, reason="誤り", author=author, now=NOW)
        assert refusal.value.params["returns"] == "DN-2026-000002"
        assert DeliveryNote.objects.get(pk=original.pk).state == NoteState.ISSUED

    def test_what_is_not_issued_or_a_return_itself_is_not_returned(self, author: User) -> None:
        void, original = issued_note(author), issued_note(author)
        services.void(note_id=void.pk, reason="誤り", author=author, now=NOW)
        for note in (draft_note(author), DeliveryNote.objects.get(pk=void.pk), issued_return(original, author, "1")):
            with pytest.raises(NotReturnable):
                return_draft(note, author, "1")
        with pytest.raises(NothingReturned):
            return_notes.draft_of(original, quantities={}, returned_on=TODAY, notes="", note_id=None)

    def test_return_is_not_issued_when_its_original_was_voided_meanwhile(self, author: User) -> None:
        original = issued_note(author)
        note = return_draft(original, author)
        services.void(note_id=original.pk, reason="誤り", author=author, now=NOW)
        with pytest.raises(NotReturnable):
            services.issue(note_id=note.pk, author=author, now=NOW)
        assert DeliveryNote.objects.get(pk=note.pk).state == NoteState.DRAFT

    def test_return_and_note_do_not_become_each_other(self, author: User) -> None:
        original = issued_note(author)
        note, other = return_draft(original, author), draft_note(author, customer=original.customer)
        for saved, content in ((note, draft(original.customer)), (other, snapshot.draft_of(note))):
            with pytest.raises(OtherKind):
                services.replace_draft(note_id=saved.pk, draft=content, revision=1, author=author)

    def test_return_above_the_limit_needs_approval(self, author: User) -> None:
        original = issued_note(author)
        limit((original.total or 0) - 1)
        note = approvals.submit(note_id=return_draft(original, author).pk, author=author, now=NOW)
        assert (note.state, note.total) == (NoteState.WAITING, -(original.total or 0))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "spoil",
    [
        "update delivery_note_lines set quantity = -3 where delivery_note_id = {note}",
        "update delivery_note_lines set quantity = 1 where delivery_note_id = {note}",
        "update delivery_note_lines set unit_price = 1 where delivery_note_id = {note}",
        "update delivery_note_lines set original_position = 9 where delivery_note_id = {note}",
        "update delivery_notes set original_id = id where id = {note}",
    ],
)
def test_database_refuses_a_return_that_is_none_whoever_asks(author: User, spoil: str) -> None:
    note = return_draft(issued_note(author), author)
    ask = f"update delivery_notes set state = 'waiting', requested_at = now(), requested_by_id = {author.pk}"
    with connection.cursor() as cursor:
        cursor.execute(spoil.format(note=note.pk))
        with pytest.raises(DatabaseError, match=r"take|original"), transaction.atomic():
            cursor.execute(f"{ask} where id = {note.pk}")
    assert DeliveryNote.objects.get(pk=note.pk).state == NoteState.DRAFT


@pytest.mark.django_db
def test_database_refuses_to_void_what_has_returns(author: User) -> None:
    original = issued_note(author)
    issued_return(original, author, "1")
    void = "update delivery_notes set state = 'void', voided_at = now(), voided_by_id = %s, void_reason = 'x'"
    with pytest.raises(DatabaseError, match="has returns"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{void} where id = %s", [author.pk, original.pk])


class TestTwoAtOnce:
    @pytest.fixture
    def author(self, committed: None) -> User:
        IssuerFactory.create()
        return clerk()

    def test_eight_clerks_take_back_no_more_than_was_delivered(self, author: User) -> None:
        original = issued_note(author, customer=CustomerFactory.create(), lines=(line(quantity=Decimal(3)),))
        drafts = [return_draft(original, author, "1").pk for _ in range(8)]

        def issue(worker: int) -> str:
            try:
                return str(services.issue(note_id=drafts[worker], author=author, now=NOW).number)
            except MoreThanDelivered as refusal:
                return str(refusal.params["left"])

        answers = at_once(issue, workers=8)

        assert sorted(map(str, answers)) == ["0"] * 5 + [f"DN-2026-00000{number}" for number in (2, 3, 4)]
        issued = DeliveryNote.objects.filter(original=original, state=NoteState.ISSUED)
        assert sum(each.total or 0 for each in issued) == -(original.total or 0)

    def test_second_of_two_psql_sessions_waits_for_the_first_and_is_refused(self, author: User) -> None:
        original = issued_note(author)
        one, other = return_draft(original, author), return_draft(original, author)
        ask = "update delivery_notes set state = 'waiting', requested_at = now(), requested_by_id = %s where id = %s"
        answers: list[str] = []

        def ask_second() -> None:
            try:
                with psycopg.connect(**session) as second:
                    second.execute(ask, [author.pk, other.pk])
            except psycopg.Error as error:
                answers.append(str(error))

        session = {"dbname": connection.settings_dict["NAME"], "options": "-c search_path=papyrus_schema"}
        with psycopg.connect(**session) as first:
            first.execute(ask, [author.pk, one.pk])
            waiting = threading.Thread(target=ask_second)
            waiting.start()
            wait_until(lambda: waiting_for_a_lock() > 0)
        waiting.join()
        connections.close_all()

        assert "takes back more than was delivered" in answers[0]
        assert list(DeliveryNote.objects.filter(state=NoteState.WAITING)) == [one]
