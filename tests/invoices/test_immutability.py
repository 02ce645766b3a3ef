"""What the database itself refuses, whoever asks: form, admin, ORM, psql."""

from __future__ import annotations

import dataclasses
import uuid
from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from invoices import services, snapshot
from invoices.models import DeliveryNote, DeliveryNoteLine, Issuer, NoteStep, NumberCounter, Seal
from tests.invoices.factories import (
    NOW,
    CustomerFactory,
    IssuerFactory,
    UserFactory,
    approve,
    approver,
    clerk,
    draft_note,
    issued_note,
    limit,
    waiting_note,
)

pytestmark = pytest.mark.django_db

CHANGES = (
    "update delivery_notes set number = 'DN-9999-000001'",
    "update delivery_notes set total = total + 1",
    "update delivery_notes set delivered_on = delivered_on + 1",
    "update delivery_notes set snapshot = jsonb_set(snapshot, '{document,totals,total}', '1')",
    "update delivery_notes set pdf_sha256 = repeat('0', 64)",
    "update delivery_notes set state = 'draft', number = null, issued_on = null, issued_at = null,"
    " issued_by_id = null, snapshot = null, pdf_sha256 = ''",
    "update delivery_notes set customer_id = (select max(id) from customers)",
    "update delivery_notes set notes = '書き換え'",
    "delete from delivery_notes",
    "truncate delivery_notes cascade",
    "truncate delivery_note_lines",
    "update delivery_note_lines set quantity = 999",
    "delete from delivery_note_lines",
    "insert into delivery_note_lines (delivery_note_id, position, code, name, quantity, unit, tax_category_id,"
    " rate_reason, note) select id, 99, '', '追加', 1, '', 'standard', '', '' from delivery_notes",
    "update number_counters set last_number = 0",
    "delete from number_counters",
    "truncate number_counters",
    "truncate seals cascade",
    "update delivery_notes set approved_at = now(), approved_by_id = issued_by_id",
    "update delivery_notes set requested_at = now(), requested_by_id = issued_by_id",
    "update delivery_note_steps set kind = 'withdrawn'",
    "delete from delivery_note_steps",
    "truncate delivery_note_steps",
    "insert into delivery_note_steps (delivery_note_id, kind, by_id, reason)"
    " select id, 'written', created_by_id, '' from delivery_notes",
    "select set_config('pgtrigger.ignore', '{}', true); update delivery_notes set notes = '書き換え'",
    "set local search_path = pg_temp, papyrus_schema; create temp table delivery_notes (id bigint, state text);"
    " delete from delivery_note_lines",
)


def contents() -> list[object]:
    models = (DeliveryNote, DeliveryNoteLine, NumberCounter, NoteStep)
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def refused(sql: str) -> None:
    """Run `sql`, whose "{}" stands for every trigger there is, and see it refused."""
    with connection.cursor() as cursor:
        cursor.execute("select array_agg(tgname)::text from pg_trigger where not tgisinternal")
        sql = sql.replace("{}", str(cursor.fetchone()[0])) if "set_config" in sql else sql
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("sql", CHANGES)
def test_issued_note_refuses_plain_sql(sql: str) -> None:
    issued_note(clerk())
    CustomerFactory.create()
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
    before = contents()

    refused(sql)

    assert contents() == before


@pytest.mark.parametrize("sql", CHANGES[:9])
def test_void_note_refuses_plain_sql(sql: str) -> None:
    author = clerk()
    services.void(note_id=issued_note(author).pk, reason="誤り", author=author, now=NOW)
    CustomerFactory.create()
    before = contents()
    refused(sql)
    assert contents() == before


@pytest.mark.parametrize(
    "sql",
    [
        "update delivery_notes set state = 'issued', voided_at = null, voided_by_id = null, void_reason = ''",
        "update delivery_notes set void_reason = '別の理由'",
        "update delivery_notes set voided_at = now()",
    ],
)
def test_void_note_stays_void(sql: str) -> None:
    author = clerk()
    services.void(note_id=issued_note(author).pk, reason="誤り", author=author, now=NOW)
    before = contents()
    refused(sql)
    assert contents() == before


# How plain SQL would issue a draft; {} stands for the approver's and the asker's columns.
ISSUE = (
    "update delivery_notes set state = 'issued', number = 'DN-1', issued_on = now(), issued_at = now(),"
    " issued_by_id = created_by_id, snapshot = '{{}}', pdf_sha256 = repeat('0', 64), {facts}"
)
APPROVED = "approved_at = now(), requested_at = now(), requested_by_id = created_by_id, approved_by_id = {who}"


@pytest.mark.parametrize(
    "facts",
    [
        "notes = ''",
        APPROVED.format(who="created_by_id"),
        APPROVED.format(who="updated_by_id"),
        APPROVED.format(who="(select by_id from delivery_note_steps order by id offset 1 limit 1)"),
        APPROVED.format(who="null"),
        "approved_by_id = (select max(id) from auth_user)",
        "approved_by_id = (select max(id) from auth_user), approved_at = now()",
    ],
    ids=["nobody", "creator", "last editor", "editor between", "no name", "no time", "not asked for"],
)
def test_note_above_the_limit_is_not_issued_without_anothers_approval(facts: str) -> None:
    limit(26_399)
    creator, editor, last = clerk(), clerk(), clerk()
    note = draft_note(creator)
    for subject, who in (("二", editor), ("三", last)):
        typed = dataclasses.replace(snapshot.draft_of(note), subject=subject)
        note = services.replace_draft(note_id=note.pk, draft=typed, revision=note.revision, author=who)
    before = contents()

    refused(ISSUE.format(facts=facts))

    assert contents() == before


@pytest.mark.parametrize(
    ("above", "facts"), [(26_400, "notes = ''"), (0, APPROVED.format(who="(select max(id) from auth_user)"))]
)
def test_note_is_issued_by_plain_sql_when_not_above_the_limit_or_approved(above: int, facts: str) -> None:
    limit(above)
    draft_note(clerk())
    approver()
    with connection.cursor() as cursor:
        cursor.execute(ISSUE.format(facts=facts))
    assert DeliveryNote.objects.get().is_issued is True


def test_note_above_the_limit_is_not_inserted_as_issued() -> None:
    note = issued_note(clerk())
    limit(26_399)
    copy = DeliveryNote.objects.get(pk=note.pk)
    copy.pk, copy.creation_key, copy.number = None, uuid.uuid4(), "DN-2026-000002"
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save(force_insert=True)
    assert DeliveryNote.objects.count() == 1


def test_limit_set_later_leaves_issued_notes_alone() -> None:
    author = clerk()
    note = issued_note(author)
    limit(0)
    assert DeliveryNote.objects.filter(pk=note.pk).update(archived_at=NOW) == 1
    assert services.void(note_id=note.pk, reason="誤り", author=author, now=NOW).is_void is True


@pytest.mark.parametrize(
    "sql",
    [
        "update delivery_notes set subject = '書き換え'",
        "update delivery_notes set revision = revision + 1",
        "update delivery_notes set created_by_id = (select max(id) from auth_user)",
        "update delivery_notes set state = 'draft', subject = '書き換え', requested_at = null, requested_by_id = null",
        "update delivery_notes set requested_by_id = null",
        "update delivery_notes set approved_at = now(), approved_by_id = (select max(id) from auth_user)",
        "update delivery_note_lines set quantity = 999",
        "delete from delivery_note_lines",
        "delete from delivery_notes",
        "delete from delivery_note_steps",
        "update delivery_note_steps set by_id = (select max(id) from auth_user)",
    ],
)
def test_waiting_note_refuses_plain_sql(sql: str) -> None:
    waiting_note(clerk())
    approver()
    before = contents()
    refused(sql)
    assert contents() == before


def test_approved_note_keeps_its_approver() -> None:
    approve(waiting_note(clerk()), approver())
    before = contents()
    refused("update delivery_notes set approved_by_id = (select min(id) from auth_user)")
    refused("update delivery_notes set approved_at = null, approved_by_id = null")
    assert contents() == before


def test_history_of_a_draft_is_kept_as_long_as_the_draft() -> None:
    note = draft_note(clerk())
    refused("delete from delivery_note_steps")
    refused("update delivery_note_steps set at = now()")
    with connection.cursor() as cursor:
        cursor.execute("delete from delivery_note_lines; delete from delivery_notes")
    assert NoteStep.objects.filter(delivery_note_id=note.pk).count() == 0


def test_issued_note_refuses_orm_bulk_update_and_delete() -> None:
    issued_note(clerk())
    before = contents()
    with pytest.raises(DatabaseError), transaction.atomic():
        DeliveryNote.objects.update(subject="書き換え")
    with pytest.raises(DatabaseError), transaction.atomic():
        DeliveryNote.objects.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        DeliveryNoteLine.objects.update(name="書き換え")
    assert contents() == before


def test_line_cannot_move_from_a_draft_to_an_issued_note() -> None:
    author = clerk()
    issued, draft = issued_note(author), draft_note(author)
    refused(
        f"update delivery_note_lines set delivery_note_id = {issued.pk}, position = 9"
        f" where delivery_note_id = {draft.pk}"
    )
    assert (issued.lines.count(), draft.lines.count()) == (1, 1)


def test_draft_may_change_and_go() -> None:
    note = draft_note(clerk())
    DeliveryNote.objects.update(subject="変更")
    note.delete()
    assert DeliveryNote.objects.count() == 0


def test_archiving_is_the_only_mark_an_issued_note_still_takes() -> None:
    note = issued_note(clerk())
    assert DeliveryNote.objects.filter(pk=note.pk).update(archived_at=NOW) == 1


@pytest.mark.parametrize("sql", ["update seals set image = 'x'", "delete from seals"])
def test_seal_never_changes(sql: str) -> None:
    services.save_issuer(Issuer(name="見本"), new_seal=b"image")
    refused(sql)
    assert bytes(Seal.objects.get().image) == b"image"


def test_number_is_unique_whoever_inserts() -> None:
    note = issued_note(clerk())
    copy = DeliveryNote.objects.get(pk=note.pk)
    copy.pk, copy.creation_key = None, uuid.uuid4()
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save(force_insert=True)
    assert DeliveryNote.objects.count() == 1


@pytest.mark.parametrize("missing", ["number", "issued_on", "issued_at", "issued_by", "snapshot", "total"])
def test_issued_note_must_have_every_fact(missing: str) -> None:
    note = issued_note(clerk())
    copy = DeliveryNote.objects.get(pk=note.pk)
    copy.pk, copy.creation_key, copy.number = None, uuid.uuid4(), "DN-2026-000002"
    setattr(copy, missing, None)
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save(force_insert=True)
    assert DeliveryNote.objects.count() == 1


def test_two_issuers_cannot_both_be_current() -> None:
    IssuerFactory.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        IssuerFactory.create(name="二社目")
    assert Issuer.objects.count() == 1


def test_customer_and_author_of_a_note_cannot_be_deleted() -> None:
    author = UserFactory.create()
    note = issued_note(author, delivered_on=date(2026, 11, 20))
    for row in (note.customer, author):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.delete()
    assert DeliveryNote.objects.get().customer_id == note.customer_id
