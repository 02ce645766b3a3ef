"""Drafts, issuing and voiding, against a real PostgreSQL."""

from __future__ import annotations

import dataclasses
import hashlib
import uuid
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User

from invoices import archive, issuing, services, snapshot
from invoices.domain.document import InvoicePolicy
from invoices.domain.errors import MissingFacts, NoTaxRate, UnprintableCharacter
from invoices.models import DeliveryNote, Issuer, NoteState, NumberCounter, NumberSeries
from invoices.services import DraftChanged, MissingReason, NoteNotDraft, NotVoidable
from tests.invoices.factories import (
    NOW,
    TODAY,
    CustomerFactory,
    IssuerFactory,
    clerk,
    draft,
    draft_note,
    issued_note,
    line,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def author() -> User:
    return clerk()


@pytest.fixture
def issuer() -> Issuer:
    return IssuerFactory.create()


def last_number() -> int:
    return sum(NumberCounter.objects.values_list("last_number", flat=True))


class TestCreateDraft:
    def test_draft_keeps_every_typed_fact(self, author: User) -> None:
        customer = CustomerFactory.create()
        typed = draft(
            customer,
            order_number="PO-1",
            subject="件名",
            notes="一行目\n二行目",
            lines=(
                line(quantity=Decimal("2.5"), unit_price=Decimal("333.3300"), tax_category="reduced", note="備考"),
                line(code="", name="自由入力", unit_price=None),
                line(rate_override=Decimal(8), rate_reason="経過措置"),
            ),
        )

        note = services.create_draft(draft=typed, creation_key=uuid.uuid4(), author=author)

        stored = DeliveryNote.objects.get()
        assert snapshot.draft_of(stored) == typed
        assert (stored.pk, stored.state, stored.number, stored.revision) == (note.pk, NoteState.DRAFT, None, 1)
        assert stored.total == 833 + 66 + 24000 + 1920

    def test_same_form_sent_twice_makes_one_note(self, author: User) -> None:
        typed, key = draft(CustomerFactory.create()), uuid.uuid4()
        first = services.create_draft(draft=typed, creation_key=key, author=author)
        second = services.create_draft(draft=typed, creation_key=key, author=author)
        assert (second.pk, second.revision, DeliveryNote.objects.count()) == (first.pk, 1, 1)

    def test_form_sent_again_with_changes_edits_the_note_it_made(self, author: User) -> None:
        typed, key = draft(CustomerFactory.create()), uuid.uuid4()
        services.create_draft(draft=typed, creation_key=key, author=author)
        changed = dataclasses.replace(typed, subject="後から")
        services.create_draft(draft=changed, creation_key=key, author=author)
        assert [note.subject for note in DeliveryNote.objects.all()] == ["後から"]

    def test_form_sent_again_after_another_edit_is_refused_and_changes_nothing(self, author: User) -> None:
        typed, key = draft(CustomerFactory.create()), uuid.uuid4()
        note = services.create_draft(draft=typed, creation_key=key, author=author)
        edited = dataclasses.replace(typed, subject="編集済み")
        services.replace_draft(note_id=note.pk, draft=edited, revision=1, author=author)

        with pytest.raises(DraftChanged):
            services.create_draft(draft=dataclasses.replace(typed, notes="古い"), creation_key=key, author=author)

        assert snapshot.draft_of(DeliveryNote.objects.get()) == edited

    def test_total_is_unknown_when_a_rate_is_missing_on_the_delivery_date(self, author: User) -> None:
        note = draft_note(author, delivered_on=date(2019, 9, 30))
        assert note.total is None


class TestReplaceDraft:
    def test_later_save_from_a_second_tab_is_told_who_saved_and_changes_nothing(self, author: User) -> None:
        note = draft_note(author)
        typed = snapshot.draft_of(note)
        mine = dataclasses.replace(typed, subject="一枚目のタブ")
        services.replace_draft(note_id=note.pk, draft=mine, revision=1, author=author)

        late = dataclasses.replace(typed, subject="二枚目のタブ")
        with pytest.raises(DraftChanged) as refusal:
            services.replace_draft(note_id=note.pk, draft=late, revision=1, author=author)

        assert refusal.value.params["who"] == author.username
        assert refusal.value.note.revision == 2
        assert snapshot.draft_of(DeliveryNote.objects.get()) == mine

    def test_same_content_sent_twice_is_no_conflict(self, author: User) -> None:
        note = draft_note(author)
        changed = dataclasses.replace(snapshot.draft_of(note), subject="変更")
        services.replace_draft(note_id=note.pk, draft=changed, revision=1, author=author)
        again = services.replace_draft(note_id=note.pk, draft=changed, revision=1, author=author)
        assert again.revision == 2

    def test_issued_note_takes_no_edit(self, author: User) -> None:
        note = issued_note(author)
        before = DeliveryNote.objects.values().get()
        changed = dataclasses.replace(snapshot.draft_of(note), subject="変更")
        with pytest.raises(NoteNotDraft):
            services.replace_draft(note_id=note.pk, draft=changed, revision=note.revision, author=author)
        assert DeliveryNote.objects.values().get() == before

    def test_same_form_sent_again_after_issue_returns_the_issued_note(self, author: User) -> None:
        note = issued_note(author)
        again = services.replace_draft(note_id=note.pk, draft=snapshot.draft_of(note), revision=1, author=author)
        assert (again.pk, again.number) == (note.pk, "DN-2026-000001")


class TestCopyAndDelete:
    def test_copy_is_a_draft_of_today_with_the_same_content(self, author: User) -> None:
        note = issued_note(author, subject="元", delivered_on=date(2026, 10, 1))
        copy = services.copy_note(note_id=note.pk, creation_key=uuid.uuid4(), delivered_on=TODAY, author=author)
        expected = dataclasses.replace(snapshot.draft_of(note), delivered_on=TODAY)
        assert (snapshot.draft_of(copy), copy.state, copy.number) == (expected, NoteState.DRAFT, None)

    def test_copy_asked_for_twice_is_one_draft_whatever_was_typed_into_it_meanwhile(self, author: User) -> None:
        note, key = issued_note(author), uuid.uuid4()
        first = services.copy_note(note_id=note.pk, creation_key=key, delivered_on=TODAY, author=author)
        typed = dataclasses.replace(snapshot.draft_of(first), subject="書き足し")
        services.replace_draft(note_id=first.pk, draft=typed, revision=1, author=author)

        again = services.copy_note(note_id=note.pk, creation_key=key, delivered_on=TODAY, author=author)

        assert (again.pk, again.subject, DeliveryNote.objects.count()) == (first.pk, "書き足し", 2)

    def test_draft_deleted_twice_is_gone(self, author: User) -> None:
        note = draft_note(author)
        services.delete_draft(note_id=note.pk)
        services.delete_draft(note_id=note.pk)
        assert DeliveryNote.objects.count() == 0

    def test_draft_can_be_deleted(self, author: User) -> None:
        note = draft_note(author)
        services.delete_draft(note_id=note.pk)
        assert DeliveryNote.objects.count() == 0

    def test_issued_note_cannot_be_deleted(self, author: User) -> None:
        note = issued_note(author)
        with pytest.raises(NoteNotDraft):
            services.delete_draft(note_id=note.pk)
        assert DeliveryNote.objects.count() == 1


class TestIssue:
    def test_issue_gives_number_snapshot_and_hash(self, author: User) -> None:
        note = issued_note(author)
        stored = DeliveryNote.objects.get()
        document = snapshot.restore(stored.snapshot)
        assert (stored.state, stored.number, stored.issued_on, stored.issued_at) == (
            NoteState.ISSUED,
            "DN-2026-000001",
            TODAY,
            NOW,
        )
        assert (document.number, document.issued_on, document.totals.total) == (stored.number, TODAY, 26400)
        assert hashlib.sha256(archive.made_again(stored)).hexdigest() == stored.pdf_sha256 == note.pdf_sha256

    def test_issue_sent_again_returns_the_same_note(self, author: User) -> None:
        note = issued_note(author)
        again = services.issue(note_id=note.pk, author=author, now=NOW + timedelta(hours=1))
        assert (again.number, again.issued_at, last_number()) == (note.number, NOW, 1)

    def test_snapshot_survives_changes_of_customer_issuer_and_product(self, author: User) -> None:
        note = issued_note(author)
        note.customer.name = "改名株式会社"
        note.customer.save()
        Issuer.objects.update(name="改名商事", registration_number="")
        assert hashlib.sha256(archive.made_again(DeliveryNote.objects.get())).hexdigest() == note.pdf_sha256

    def test_issue_date_is_tokyos_when_utc_is_still_yesterday(self, author: User, issuer: Issuer) -> None:
        note = draft_note(author)
        instant = datetime(2026, 11, 22, 15, 0, tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo("Asia/Tokyo"))
        assert services.issue(note_id=note.pk, author=author, now=instant).issued_on == date(2026, 11, 23)

    def test_numbers_restart_with_the_fiscal_year(self, author: User, issuer: Issuer) -> None:
        days = [datetime(2027, 3, 31, tzinfo=NOW.tzinfo), datetime(2027, 4, 1, tzinfo=NOW.tzinfo)]
        numbers = [services.issue(note_id=draft_note(author).pk, author=author, now=day).number for day in days]
        assert numbers == ["DN-2026-000001", "DN-2027-000001"]

    def test_numbers_go_on_when_the_series_does_not_restart(self, author: User, issuer: Issuer) -> None:
        NumberSeries.objects.update(restarts_yearly=False, number_format="N{number:04d}")
        days = [datetime(2027, 3, 31, tzinfo=NOW.tzinfo), datetime(2027, 4, 1, tzinfo=NOW.tzinfo)]
        numbers = [services.issue(note_id=draft_note(author).pk, author=author, now=day).number for day in days]
        assert numbers == ["N0001", "N0002"]

    @pytest.mark.parametrize("used", [1, 100, 205])
    def test_numbers_of_older_notes_are_passed_by_when_the_series_changes(
        self, author: User, issuer: Issuer, used: int
    ) -> None:
        NumberCounter.objects.create(series_id="delivery_note", year=2026, last_number=used - 1)
        assert issued_note(author).number == f"DN-2026-{used:06d}"
        NumberSeries.objects.update(restarts_yearly=False)
        NumberCounter.objects.create(series_id="delivery_note", year=0, last_number=used - 1)
        assert issued_note(author).number == f"DN-2026-{used + 1:06d}"

    def test_numbers_are_never_searched_for_twice_when_a_whole_block_is_taken(
        self, author: User, issuer: Issuer
    ) -> None:
        numbers = [issued_note(author).number for _ in range(issuing.NUMBERS_LOOKED_AT + 1)]
        NumberSeries.objects.update(restarts_yearly=False)
        assert issued_note(author).number == f"DN-2026-{len(numbers) + 1:06d}"

    def test_missing_price_is_named_and_burns_no_number(self, author: User, issuer: Issuer) -> None:
        note = draft_note(author, lines=(line(), line(unit_price=None)))
        with pytest.raises(MissingFacts, match="2") as refusal:
            services.issue(note_id=note.pk, author=author, now=NOW)
        assert "2行目" in str(refusal.value.params["missing"])
        assert (DeliveryNote.objects.get().state, last_number()) == (NoteState.DRAFT, 0)

    def test_price_of_zero_is_a_free_line(self, author: User, issuer: Issuer) -> None:
        note = draft_note(author, lines=(line(unit_price=Decimal(0)),))
        assert services.issue(note_id=note.pk, author=author, now=NOW).total == 0

    def test_note_without_lines_cannot_be_issued(self, author: User, issuer: Issuer) -> None:
        note = draft_note(author, lines=())
        with pytest.raises(MissingFacts):
            services.issue(note_id=note.pk, author=author, now=NOW)
        assert DeliveryNote.objects.get().state == NoteState.DRAFT

    def test_note_cannot_be_issued_without_a_current_issuer(self, author: User) -> None:
        note = draft_note(author)
        with pytest.raises(MissingFacts):
            services.issue(note_id=note.pk, author=author, now=NOW)
        assert (DeliveryNote.objects.get().state, last_number()) == (NoteState.DRAFT, 0)

    @pytest.mark.parametrize(
        ("policy", "can_be_issued"),
        [(InvoicePolicy.NOTE, False), (InvoicePolicy.MONTHLY_INVOICE, True), (InvoicePolicy.BOTH, True)],
    )
    def test_registration_number_is_needed_when_the_note_is_the_qualified_invoice(
        self, author: User, policy: InvoicePolicy, can_be_issued: bool
    ) -> None:
        IssuerFactory.create(registration_number="")
        note = draft_note(author, customer=CustomerFactory.create(invoice_policy=policy))
        if can_be_issued:
            assert services.issue(note_id=note.pk, author=author, now=NOW).state == NoteState.ISSUED
        else:
            with pytest.raises(MissingFacts, match="登録番号"):
                services.issue(note_id=note.pk, author=author, now=NOW)
            assert last_number() == 0

    def test_category_without_a_rate_on_the_delivery_date_is_refused(self, author: User, issuer: Issuer) -> None:
        note = draft_note(author, delivered_on=date(2019, 9, 30))
        with pytest.raises(NoTaxRate):
            services.issue(note_id=note.pk, author=author, now=NOW)
        assert last_number() == 0

    def test_rate_follows_the_delivery_date_not_the_issue_date(self, author: User, issuer: Issuer) -> None:
        from catalog.models import TaxRate

        TaxRate.objects.create(category_id="reduced", valid_from=date(2027, 4, 1), rate=Decimal(1))
        lines = (line(tax_category="reduced"),)
        before = draft_note(author, lines=lines, delivered_on=date(2027, 3, 31))
        after = draft_note(author, lines=lines, delivered_on=date(2027, 4, 1))
        now = datetime(2027, 4, 2, tzinfo=NOW.tzinfo)
        totals = [services.issue(note_id=note.pk, author=author, now=now).total for note in (before, after)]
        assert totals == [24000 + 1920, 24000 + 240]

    def test_line_may_keep_an_old_rate(self, author: User, issuer: Issuer) -> None:
        note = draft_note(author, lines=(line(rate_override=Decimal(8), rate_reason="経過措置"), line()))
        issued = services.issue(note_id=note.pk, author=author, now=NOW)
        blocks = snapshot.restore(issued.snapshot).totals.blocks
        assert [(block.tax_class.rate, block.tax) for block in blocks] == [(Decimal(10), 2400), (Decimal(8), 1920)]
        assert snapshot.restore(issued.snapshot).has_reduced_line is False

    @pytest.mark.parametrize("name", ["絵文字😀", "制御\x07文字", "ゼロ幅\u200b空白"])
    def test_unprintable_character_is_named_and_burns_no_number(self, author: User, issuer: Issuer, name: str) -> None:
        note = draft_note(author, lines=(line(), line(name=name)))
        with pytest.raises(UnprintableCharacter) as refusal:
            services.issue(note_id=note.pk, author=author, now=NOW)
        assert str(refusal.value.params["character"]) in name
        assert "2" in str(refusal.value.params["field"])
        assert (DeliveryNote.objects.get().state, last_number()) == (NoteState.DRAFT, 0)

    def test_customer_settings_decide_basis_and_rounding(self, author: User, issuer: Issuer) -> None:
        customer = CustomerFactory.create(price_basis="inclusive", tax_rounding="half_up")
        note = draft_note(
            author,
            customer=customer,
            lines=(
                line(quantity=Decimal(1), unit_price=Decimal(60000)),
                line(quantity=Decimal(1), unit_price=Decimal(40000), tax_category="reduced"),
            ),
        )
        totals = snapshot.restore(services.issue(note_id=note.pk, author=author, now=NOW).snapshot).totals
        assert ([block.tax for block in totals.blocks], totals.total) == ([5455, 2963], 100000)


class TestVoid:
    def test_void_keeps_number_and_says_why_when_and_who(self, author: User) -> None:
        note = issued_note(author)
        services.void(note_id=note.pk, reason=" 数量違い ", author=author, now=NOW)
        stored = DeliveryNote.objects.get()
        assert (stored.state, stored.number, stored.void_reason, stored.voided_at, stored.voided_by) == (
            NoteState.VOID,
            "DN-2026-000001",
            "数量違い",
            NOW,
            author,
        )

    def test_number_of_a_void_note_is_not_given_again(self, author: User) -> None:
        services.void(note_id=issued_note(author).pk, reason="誤り", author=author, now=NOW)
        assert issued_note(author).number == "DN-2026-000002"

    def test_voiding_twice_changes_nothing(self, author: User) -> None:
        note = issued_note(author)
        services.void(note_id=note.pk, reason="一回目", author=author, now=NOW)
        services.void(note_id=note.pk, reason="二回目", author=author, now=NOW + timedelta(days=1))
        assert (DeliveryNote.objects.get().void_reason, DeliveryNote.objects.get().voided_at) == ("一回目", NOW)

    def test_draft_cannot_be_voided(self, author: User) -> None:
        note = draft_note(author)
        with pytest.raises(NotVoidable):
            services.void(note_id=note.pk, reason="誤り", author=author, now=NOW)
        assert DeliveryNote.objects.get().state == NoteState.DRAFT

    def test_void_needs_a_reason(self, author: User) -> None:
        note = issued_note(author)
        with pytest.raises(MissingReason):
            services.void(note_id=note.pk, reason="  ", author=author, now=NOW)
        assert DeliveryNote.objects.get().state == NoteState.ISSUED


class TestSaveIssuer:
    def test_first_issuer_is_current_in_any_case(self) -> None:
        services.save_issuer(Issuer(name="一社目"))
        assert Issuer.objects.get().is_current is True

    def test_making_one_current_takes_that_from_the_other(self) -> None:
        services.save_issuer(Issuer(name="一社目"))
        services.save_issuer(Issuer(name="二社目", is_current=True))
        assert list(Issuer.objects.filter(is_current=True).values_list("name", flat=True)) == ["二社目"]

    def test_last_current_issuer_stays_current(self) -> None:
        issuer = Issuer(name="一社目")
        services.save_issuer(issuer)
        issuer.is_current = False
        services.save_issuer(issuer)
        assert Issuer.objects.get().is_current is True

    def test_one_image_is_kept_once(self) -> None:
        first, second = Issuer(name="一社目"), Issuer(name="二社目")
        services.save_issuer(first, new_seal=b"png")
        services.save_issuer(second, new_seal=b"png")
        assert first.seal_id == second.seal_id == hashlib.sha256(b"png").hexdigest()
        services.save_issuer(second, without_seal=True)
        assert (Issuer.objects.get(pk=first.pk).seal_id, Issuer.objects.get(pk=second.pk).seal_id) == (
            first.seal_id,
            None,
        )
