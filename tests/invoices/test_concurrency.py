"""Many clerks at once, with connections that die: numbers stay gapless and unique."""

from __future__ import annotations

import dataclasses
import hashlib
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client

from invoices import approvals, chain, locks, services, snapshot
from invoices.approvals import AlreadyIssued, DecisionRefused
from invoices.domain.errors import MissingFacts
from invoices.models import ChainLink, Customer, DeliveryNote, DeliveryNoteLine, Issuer, NoteState, NumberSeries
from invoices.pdf import render
from invoices.services import NoteNotDraft
from tests.conftest import wait_until
from tests.invoices.factories import (
    NOW,
    CustomerFactory,
    IssuerFactory,
    approve,
    approver,
    clerk,
    draft,
    draft_note,
    issued_note,
    line,
    waiting_note,
)

pytestmark = pytest.mark.usefixtures("committed")

THREADS, PER_THREAD = 16, 25


def at_once(work: Callable[[int], object], *, workers: int) -> list[object]:
    """Run `work(0)` to `work(workers - 1)` at one moment, each with its own connection, and return the results."""
    start = threading.Barrier(workers)

    def run(worker: int) -> object:
        start.wait()
        try:
            return work(worker)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(run, range(workers)))


def assert_chained(links: int) -> None:
    """The chain has so many links, without a gap, and nothing is wrong with them."""
    assert list(ChainLink.objects.order_by("position").values_list("position", flat=True)) == [*range(1, links + 1)]
    examined = [*chain.broken_links(), *chain.unlinked_notes()]
    assert [finding for step in examined for finding in step.findings] == []


@pytest.fixture
def author() -> User:
    IssuerFactory.create()
    return clerk()


def test_numbers_are_consecutive_when_a_fifth_of_the_issues_fail(author: User) -> None:
    customer = CustomerFactory.create()
    batches = [
        [
            draft_note(author, customer=customer, lines=(line(unit_price=None),) if turn % 5 == 4 else (line(),)).pk
            for turn in range(PER_THREAD)
        ]
        for _ in range(THREADS)
    ]

    def issue_batch(worker: int) -> int:
        failed = 0
        for note_id in batches[worker]:
            try:
                services.issue(note_id=note_id, author=author, now=NOW)
            except MissingFacts:
                failed += 1
        return failed

    failures = at_once(issue_batch, workers=THREADS)

    issued = THREADS * PER_THREAD * 4 // 5
    numbers = sorted(DeliveryNote.objects.exclude(number=None).values_list("number", flat=True), key=str)
    assert failures == [5] * THREADS
    assert numbers == [f"DN-2026-{number:06d}" for number in range(1, issued + 1)]
    assert DeliveryNote.objects.filter(state=NoteState.DRAFT).count() == THREADS * 5
    assert_chained(issued)


def test_numbers_are_consecutive_when_connections_are_killed(author: User) -> None:
    customer = CustomerFactory.create()
    notes = [draft_note(author, customer=customer).pk for _ in range(60)]
    done = threading.Event()

    def kill_now_and_then() -> None:
        while not done.wait(0.02):
            with connection.cursor() as cursor:
                cursor.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
                    " and pid <> pg_backend_pid() and query like '%%number_counters%%' order by random() limit 1"
                )
        connections.close_all()

    def issue_share(worker: int) -> int:
        killed = 0
        for note_id in notes[worker::4]:
            # The clerk whose answer was lost sends the request again, and again.
            for _ in range(50):
                try:
                    services.issue(note_id=note_id, author=author, now=NOW)
                    break
                except DatabaseError:
                    killed += 1
                    connections.close_all()
        return killed

    killer = threading.Thread(target=kill_now_and_then)
    killer.start()
    try:
        killed = at_once(issue_share, workers=4)
    finally:
        done.set()
        killer.join()

    numbers = sorted(DeliveryNote.objects.values_list("number", flat=True), key=str)
    assert numbers == [f"DN-2026-{number:06d}" for number in range(1, 61)]
    assert sum(int(str(count)) for count in killed) > 0
    assert_chained(60)


def test_chain_is_whole_when_notes_are_voided_and_issued_in_one_transaction_by_many(author: User) -> None:
    """Who voids first holds no lock that who issues first waits for: the chain comes last in either."""
    customer = CustomerFactory.create()
    issued = [issued_note(author, customer=customer).pk for _ in range(8)]
    drafts = [draft_note(author, customer=customer).pk for _ in range(8)]

    def replace(worker: int) -> None:
        work: list[Callable[[], object]] = [
            lambda: services.void(note_id=issued[worker], reason="誤記", author=author, now=NOW),
            lambda: services.issue(note_id=drafts[worker], author=author, now=NOW),
        ]
        with transaction.atomic():
            for step in work[:: 1 if worker % 2 else -1]:
                step()

    at_once(replace, workers=8)

    assert_chained(16 + 8)


def test_one_draft_issued_by_sixteen_clicks_is_one_note(author: User) -> None:
    note = draft_note(author)
    results = at_once(lambda _worker: services.issue(note_id=note.pk, author=author, now=NOW).number, workers=THREADS)
    assert results == ["DN-2026-000001"] * THREADS


def test_one_form_sent_by_sixteen_clicks_makes_one_draft(author: User) -> None:
    typed, key = draft(CustomerFactory.create()), uuid.uuid4()
    results = at_once(
        lambda _worker: services.create_draft(draft=typed, creation_key=key, author=author).pk, workers=THREADS
    )
    assert (len(set(results)), DeliveryNote.objects.count(), DeliveryNoteLine.objects.count()) == (1, 1, 1)


def test_line_cannot_slip_into_a_note_that_is_being_issued(author: User) -> None:
    note = draft_note(author)
    locked, inserted = threading.Event(), []

    def insert() -> None:
        locked.wait()
        try:
            late = DeliveryNoteLine(
                delivery_note_id=note.pk, position=2, name="後から", quantity=1, tax_category_id="standard"
            )
            late.save(force_insert=True)
            inserted.append("in")
        except DatabaseError:
            inserted.append("refused")
        finally:
            connections.close_all()

    other = threading.Thread(target=insert)
    other.start()
    with transaction.atomic():
        services.issue(note_id=note.pk, author=author, now=NOW)
        locked.set()
        other.join(0.3)
    other.join()

    assert (inserted, note.lines.count()) == (["refused"], 1)


def waiting_for_a_lock() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select pg_stat_clear_snapshot()")  # or a transaction sees what it saw before
        cursor.execute(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        )
        return int(cursor.fetchone()[0])


def someone_waits_for_a_lock() -> bool:
    return waiting_for_a_lock() > 0


def test_customer_setting_changed_during_issue_does_not_split_the_document(author: User) -> None:
    issued_note(author)  # so that the year has its counter
    note = draft_note(author)
    series = NumberSeries.objects.get()

    def issue() -> None:
        with connection.cursor() as cursor:
            cursor.execute("set lock_timeout = 0")  # until this test lets go
        services.issue(note_id=note.pk, author=author, now=NOW)
        connections.close_all()

    issuing = threading.Thread(target=issue)
    with transaction.atomic():
        locks.counter(series, year=2026)
        issuing.start()
        # By then it has read the customer and priced the lines, and has no number yet.
        wait_until(someone_waits_for_a_lock)
        change = threading.Thread(target=change_all_customers)
        change.start()
        change.join()
    issuing.join()

    issued = DeliveryNote.objects.get(pk=note.pk)
    assert issued.snapshot is not None
    assert Customer.objects.get(pk=note.customer_id).price_basis == "inclusive"
    assert (issued.total, issued.snapshot["document"]["basis"]) == (26400, "exclusive")
    assert hashlib.sha256(render(snapshot.restore(issued.snapshot))).hexdigest() == issued.pdf_sha256


def change_all_customers() -> None:
    Customer.objects.update(price_basis="inclusive", tax_rounding="ceil", name="改名した会社")
    connections.close_all()


def test_draft_deleted_by_sixteen_clicks_is_gone_and_nobody_fails(author: User) -> None:
    note = draft_note(author)
    at_once(lambda _worker: services.delete_draft(note_id=note.pk), workers=THREADS)
    assert DeliveryNote.objects.count() == 0


def test_note_copied_by_sixteen_clicks_is_one_draft(author: User) -> None:
    note, key = draft_note(author), uuid.uuid4()
    results = at_once(
        lambda _worker: (
            services.copy_note(note_id=note.pk, creation_key=key, delivered_on=NOW.date(), author=author).pk
        ),
        workers=THREADS,
    )
    assert (len(set(results)), DeliveryNote.objects.count()) == (1, 2)


def test_draft_deleted_while_it_is_issued_keeps_its_typing_in_the_form(author: User) -> None:
    note = draft_note(author)
    form = {
        "creation_key": str(note.creation_key),
        "revision": "1",
        "customer_id": str(note.customer_id),
        "customer": str(note.customer),
        "delivered_on": note.delivered_on.isoformat(),
        "lines-TOTAL_FORMS": "1",
        "lines-INITIAL_FORMS": "0",
        "lines-0-code": "KB-001",
        "lines-0-name": "メカニカルキーボード",
        "lines-0-quantity": "2",
        "lines-0-unit": "台",
        "lines-0-unit_price": "12000",
        "lines-0-tax_category": "standard",
        "issue": "1",
    }

    def issue_or_delete(worker: int) -> int:
        client = Client()
        client.force_login(author)
        address = f"/notes/{note.pk}/{'delete' if worker % 2 else 'edit'}"
        return client.post(address, {} if worker % 2 else form).status_code

    answers = at_once(issue_or_delete, workers=8)

    assert set(answers) <= {302, 404, 409}
    assert DeliveryNote.objects.filter(number=None).count() == 0


def test_note_approved_by_sixteen_clicks_of_two_approvers_is_approved_by_one(author: User) -> None:
    note, both = waiting_note(author), (approver(), approver())

    def click(worker: int) -> str:
        try:
            return str(approve(note, both[worker % 2]).number)
        except AlreadyIssued as refusal:
            return str(refusal.params["who"])

    answers = at_once(click, workers=THREADS)

    issued = DeliveryNote.objects.get()
    assert issued.approved_by in both
    assert issued.approved_by is not None
    assert sorted(map(str, answers)) == sorted(["DN-2026-000001"] * 8 + [issued.approved_by.username] * 8)


@pytest.mark.parametrize("rival", ["return", "withdraw", "edit"])
def test_approval_and_its_opposite_at_one_moment_are_never_both(author: User, rival: str) -> None:
    note, first, second = waiting_note(author), approver(), approver()
    typed = dataclasses.replace(snapshot.draft_of(note), subject="書き換え")
    verbs: dict[str, Callable[[], object]] = {
        "approve": lambda: approve(note, first),
        "return": lambda: approvals.send_back(note_id=note.pk, revision=1, reason="誤り", approver=second, now=NOW),
        "withdraw": lambda: approvals.withdraw(note_id=note.pk, author=author),
        "edit": lambda: services.replace_draft(note_id=note.pk, draft=typed, revision=1, author=author),
    }

    def attempt(worker: int) -> str:
        name = rival if worker else "approve"
        try:
            verbs[name]()
        except (DecisionRefused, NoteNotDraft):
            return ""
        return name

    [done] = [name for name in at_once(attempt, workers=2) if name]

    after = DeliveryNote.objects.get()
    assert (after.state, after.subject) == {
        "approve": (NoteState.ISSUED, ""),
        "return": (NoteState.DRAFT, ""),
        "withdraw": (NoteState.DRAFT, ""),
        "edit": (NoteState.DRAFT, "書き換え"),
    }[str(done)]


def test_limit_does_not_change_between_question_and_issue(author: User) -> None:
    note = draft_note(author)
    issued_note(author)  # so that the year has its counter
    issuer = Issuer.objects.get()
    issuer.approval_above = 0

    def change() -> None:
        services.save_issuer(issuer)
        connections.close_all()

    def issue() -> None:
        with connection.cursor() as cursor:
            cursor.execute("set lock_timeout = 0")  # until this test lets go
        services.issue(note_id=note.pk, author=author, now=NOW)
        connections.close_all()

    issuing, changing = threading.Thread(target=issue), threading.Thread(target=change)
    with transaction.atomic():
        locks.counter(NumberSeries.objects.get(), year=2026)
        issuing.start()
        wait_until(someone_waits_for_a_lock)
        # By then it has asked for the limit; whoever changes that has to wait for the issue.
        changing.start()
        wait_until(two_wait_for_a_lock)
    issuing.join()
    changing.join()

    assert DeliveryNote.objects.filter(state=NoteState.ISSUED).count() == 2
    assert Issuer.objects.get().approval_above == 0


def two_wait_for_a_lock() -> bool:
    return waiting_for_a_lock() == 2
