"""Printing issued notes: what is recorded, and what comes out."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from invoices import archive, print_selectors, printing, selectors, services
from invoices.domain.printing import PrintProfile, SheetUse
from invoices.models import DeliveryNote, NotePrinting, PrintRun, UnprintedNote
from invoices.origin import Origin
from invoices.print_selectors import PrintOrder
from invoices.printing import IsVoid, NothingChosen, NotIssuedYet, TooManyChosen
from tests.invoices.factories import (
    NOW,
    TODAY,
    CustomerFactory,
    clerk,
    correction_draft,
    draft_note,
    issued_note,
    issued_return,
)
from tests.invoices.test_concurrency import at_once
from tests.typesetting.reading import page_rows, page_texts

pytestmark = pytest.mark.django_db

ORIGIN = Origin(address="192.0.2.7", request_id="req-1")


def printed(note: DeliveryNote, author: User, *, profile: PrintProfile | None = None, **facts: Any) -> PrintRun:
    told: dict[str, Any] = {"key": uuid.uuid4(), "origin": ORIGIN} | facts
    return printing.print_note(note_id=note.pk, profile=profile or PrintProfile(), by=author, **told)


def batch(notes: list[DeliveryNote], author: User, *, key: uuid.UUID | None = None) -> PrintRun:
    ids = [note.pk for note in notes]
    return printing.print_notes(note_ids=ids, key=key or uuid.uuid4(), by=author, origin=ORIGIN)


def file_of(run: PrintRun) -> bytes:
    return b"".join(printing.draw_run(PrintRun.objects.get(pk=run.pk)))


def damage(note: DeliveryNote) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute("update delivery_notes set snapshot = '{\"version\": 99}' where id = %s", [note.pk])
        cursor.execute("set local session_replication_role = default")


def test_first_printing_is_recorded_and_the_note_awaits_none_any_more(author: User) -> None:
    note = issued_note(author)
    assert note.awaits_printing
    assert list(selectors.notes_to_list(state="unprinted")) == [note]

    run = printed(note, author, profile=PrintProfile(notes=2, sheet_use=SheetUse.HALVES))

    (told,) = print_selectors.printings_of(note.pk)
    assert (told.run, told.ordinal, told.profile["notes"], told.profile["sheet_use"]) == (run, 0, 2, "halves")
    assert (told.run.by, told.run.address, told.run.request_id) == (author, "192.0.2.7", "req-1")
    assert not selectors.notes_to_list(state="unprinted")


def test_reprint_has_its_ordinal_and_says_the_same(author: User) -> None:
    note = issued_note(author)
    issued = archive.pdf_of(note)
    runs = [printed(note, author), printed(note, clerk()), printed(note, author)]
    first, *again = (page_rows(file_of(run)) for run in runs)
    for ordinal, pages in enumerate(again, start=1):
        mark = f"再発行 ({ordinal})"
        assert all(any(mark in row for row in page) for page in pages)
        unmarked = [[row for row in (row.replace(mark, "").strip() for row in page) if row] for page in pages]
        assert unmarked == [[row.strip() for row in page] for page in first]
    assert not any("再発行" in row for page in first for row in page)
    # The issued document is what it was, and its first printing shows what it shows.
    assert archive.pdf_of(DeliveryNote.objects.get()) == archive.made_again(DeliveryNote.objects.get()) == issued
    assert page_rows(issued)[0] == first[0]


def test_returns_and_corrections_are_printed_in_sets_as_their_customer_wants(author: User) -> None:
    customer = CustomerFactory.create(language="en", envelope="window", has_era_dates=True)
    sold, wrong = issued_note(author, customer=customer), issued_note(author, customer=customer)
    returned = issued_return(sold, author, "1")
    correction = services.issue(note_id=correction_draft(wrong, author).pk, author=author, now=NOW)
    halves = PrintProfile(notes=1, notes_without_prices=1, sheet_use=SheetUse.HALVES)

    slips = page_texts(file_of(printed(returned, author, profile=halves)))
    again = page_texts(file_of(printed(correction, author)))

    assert len(slips) == 3
    for page in slips:
        assert all(word in page for word in ("Delivery Note", "Return", "Original note", str(sold), "▲"))
    for page in again:
        assert all(word in page for word in ("Correction", "Corrects note", str(wrong)))


def test_file_of_a_run_is_drawn_the_same_whenever_it_is_asked_for(author: User) -> None:
    note = issued_note(author)
    run = printed(note, author)
    content = file_of(run)
    printed(note, author)
    assert file_of(run) == content


def test_customer_settings_changed_later_do_not_change_a_run(author: User) -> None:
    note = issued_note(author)
    run = batch([note], author)
    assert len(page_texts(file_of(run))) == 3
    note.customer.note_copies = 5
    note.customer.save()
    assert len(page_texts(file_of(run))) == 3
    assert len(page_texts(file_of(batch([note], author)))) == 7


def test_same_form_sent_again_prints_nothing_more(author: User) -> None:
    note, key = issued_note(author), uuid.uuid4()
    assert printed(note, author, key=key) == printed(note, author, key=key)
    other = uuid.uuid4()
    assert batch([note], author, key=other) == batch([note], author, key=other)
    assert [each.ordinal for each in print_selectors.printings_of(note.pk)] == [0, 1]


def test_draft_and_void_note_are_refused_and_nothing_is_recorded(author: User) -> None:
    draft, void = draft_note(author), issued_note(author)
    services.void(note_id=void.pk, reason="誤記", author=author, now=NOW)
    with pytest.raises(NotIssuedYet):
        printed(draft, author)
    with pytest.raises(IsVoid):
        printed(void, author)
    with pytest.raises(DeliveryNote.DoesNotExist):
        printing.print_note(note_id=0, profile=PrintProfile(), key=uuid.uuid4(), by=author, origin=ORIGIN)
    assert not PrintRun.objects.exists()
    assert not selectors.notes_to_list(state="unprinted")


def test_printed_note_that_was_voided_since_says_so(author: User) -> None:
    note = issued_note(author)
    run = printed(note, author)
    services.void(note_id=note.pk, reason="誤記", author=author, now=NOW)
    assert all("無効" in page for page in page_texts(file_of(run)))


def test_batch_prints_what_it_can_in_the_given_order_and_lists_the_rest(author: User) -> None:
    first, second, broken = (issued_note(author) for _ in range(3))
    draft, gone, void = draft_note(author), draft_note(author), issued_note(author)
    services.void(note_id=void.pk, reason="誤記", author=author, now=NOW)
    services.delete_draft(note_id=gone.pk)
    damage(broken)

    run = printing.print_notes(
        note_ids=[draft.pk, second.pk, broken.pk, 999_999, first.pk, void.pk, second.pk],
        key=uuid.uuid4(),
        by=author,
        origin=Origin(),
    )

    reasons = dict(UnprintedNote.objects.values_list("number", "reason"))
    assert reasons == {
        f"下書き {draft.pk}": "まだ発行されていません。発行してから印刷してください。",
        str(broken.number): "発行した内容を読み取れません。スナップショットの版 99 はこのプログラムでは扱えません。"
        "運用担当者に連絡してください。",
        "下書き 999999": "この下書きは、その間に削除されました。",
        str(void.number): "無効です。「無効」と記した PDF は、その納品書のページにあります。",
    }
    pages = page_texts(file_of(run))
    assert all(number in pages[0] for number in reasons)
    assert [str(second.number) in page for page in pages[1:4]] == [True] * 3
    assert [str(first.number) in page for page in pages[4:]] == [True] * 3
    assert set(selectors.notes_to_list(state="unprinted")) == {broken}


def test_note_that_is_damaged_after_it_was_recorded_does_not_lose_the_others(author: User) -> None:
    good, bad = issued_note(author), issued_note(author)
    run = batch([bad, good], author)
    damage(bad)
    cover, *pages = page_texts(file_of(run))
    assert str(bad.number) in cover
    assert all(str(good.number) in page for page in pages)


def test_batch_needs_a_note_and_has_a_bound(author: User) -> None:
    with pytest.raises(NothingChosen):
        batch([], author)
    with pytest.raises(TooManyChosen, match="2,001"):
        printing.print_notes(note_ids=list(range(1, 2002)), key=uuid.uuid4(), by=author, origin=ORIGIN)
    assert not PrintRun.objects.exists()


def test_batch_of_nothing_printable_is_the_list_of_reasons(author: User) -> None:
    run = batch([draft_note(author)], author)
    assert len(page_texts(file_of(run))) == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_batch_takes_the_same_queries_whatever_its_size(
    author: User, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    notes = [issued_note(author) for _ in range(rows)]
    # The run in four, the locked notes, their snapshots, ordinals, printings and marks, with savepoints around.
    with django_assert_num_queries(11):
        run = batch(notes, author)
    # The run, unprinted ones, two chunks, title and issuer.
    with django_assert_num_queries(6):
        file_of(run)


def test_notes_of_a_day_come_in_the_chosen_order_of_the_chosen_route(author: User) -> None:
    east = CustomerFactory.create(code="B", delivery_route="東")
    west = CustomerFactory.create(code="A", delivery_route="西")
    none = CustomerFactory.create(code="C")
    notes = [issued_note(author, customer=customer) for customer in (none, west, east, east)]
    late = draft_note(author, customer=east)
    issued_note(author, customer=east, delivered_on=TODAY + timedelta(days=1))
    batch(notes[:1], author)

    def ids(**chosen: Any) -> list[int]:
        facts: dict[str, Any] = {"route": None, "customer_id": None, "printed_too": True, "order": PrintOrder.NUMBER}
        return print_selectors.ids_of_day(TODAY, **facts | chosen)

    pks = [note.pk for note in notes]
    assert ids() == [*pks, late.pk]
    assert ids(order=PrintOrder.CUSTOMER) == [pks[1], pks[2], pks[3], late.pk, pks[0]]
    assert ids(order=PrintOrder.ROUTE) == [pks[0], pks[2], pks[3], late.pk, pks[1]]
    assert ids(printed_too=False) == [*pks[1:], late.pk]
    assert ids(route="東") == [*pks[2:], late.pk]
    assert ids(route="") == pks[:1]
    assert ids(customer_id=west.pk) == [pks[1]]
    groups = [(group.route, group.total, group.unprinted, group.unissued) for group in _groups(TODAY)]
    assert groups == [("", 1, 0, 0), ("東", 3, 2, 1), ("西", 1, 1, 0)]


def _groups(day: date) -> list[print_selectors.DayGroup]:
    return print_selectors.groups_of_day(day)


@pytest.mark.parametrize(
    "statement",
    [
        "update delivery_notes set awaits_printing = true",
        "update note_printings set ordinal = 9",
        "delete from note_printings",
        "update print_runs set address = null",
        "delete from print_runs",
        "truncate print_runs cascade",
        "update unprinted_notes set reason = 'x'",
        "delete from unprinted_notes",
    ],
)
def test_what_was_printed_is_kept(author: User, statement: str) -> None:
    batch([issued_note(author), draft_note(author)], author)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert NotePrinting.objects.get().ordinal == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("committed")
def test_clerks_who_print_one_note_at_once_get_an_ordinal_each() -> None:
    author = clerk()
    note = issued_note(author)
    at_once(lambda _: printed(note, author).pk, workers=4)
    assert [each.ordinal for each in print_selectors.printings_of(note.pk)] == [0, 1, 2, 3]
