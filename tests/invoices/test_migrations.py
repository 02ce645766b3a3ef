"""Migrations of notes that are there already."""

from __future__ import annotations

import psycopg
import pytest

from tests.migrating import Database

pytestmark = pytest.mark.django_db

BEFORE, AFTER = "0003", "0008"
NOTES = """
    insert into auth_user (username, password, first_name, last_name, email, is_superuser, is_staff, is_active,
        date_joined, last_login)
    select name, '', '', '', '', false, false, true, now(), now() from unnest(array['creator', 'editor']) as name;
    insert into customers (code, name, kana, department, person_title, person, postal_code, address, telephone,
        ship_to_name, ship_to_postal_code, ship_to_address, price_basis, line_rounding, tax_rounding, invoice_policy,
        note, is_active)
    values ('C1', '見本', '', '', '', '', '', '', '', '', '', '', 'exclusive', 'floor', 'floor', 'B', '', true);
    insert into delivery_notes (state, customer_id, delivered_on, order_number, subject, notes, revision, creation_key,
        created_by_id, updated_by_id, pdf_sha256, void_reason)
    select 'draft', customers.id, '2026-11-23', '', '', '', 1, gen_random_uuid(), creator.id, last.id, '', ''
    from customers, (values (1, 'creator'), (2, 'editor'), (3, 'editor')) as note (place, editor), auth_user creator,
        auth_user last
    where creator.username = 'creator' and last.username = note.editor order by note.place;
    update delivery_notes set state = 'issued', number = 'DN-1', issued_on = '2026-11-23', issued_at = now(),
        issued_by_id = updated_by_id, snapshot = '{}', total = 1, pdf_sha256 = repeat('0', 64) where id = 2;
"""
STEPS = """
    select delivery_note_id, kind, username from delivery_note_steps join auth_user on auth_user.id = by_id
    order by delivery_note_steps.id
"""
KEPT = "select id, state, number, revision from delivery_notes order by id"


def test_notes_are_kept_and_their_known_authors_recorded_when_approval_comes_and_goes(database: Database) -> None:
    database.migrated(BEFORE, app="invoices")
    database.execute(NOTES)
    before = database.rows(KEPT)

    database.migrated(AFTER, app="invoices")

    assert database.rows(STEPS) == [
        (1, "written", "creator"),
        (2, "written", "creator"),
        (3, "written", "creator"),
        (3, "written", "editor"),
    ]
    assert database.rows("select distinct requested_at, approved_by_id from delivery_notes") == [(None, None)]
    assert database.rows(KEPT) == before

    database.migrated(BEFORE, app="invoices")

    assert (database.rows(KEPT), "delivery_note_steps" in database.tables()) == (before, False)


CHAINED = """
    select position, note_id, number, kind from document_chain order by position
"""
VOID = """
    update delivery_notes set state = 'issued', number = 'DN-2', issued_on = '2026-11-23', issued_at = now(),
        issued_by_id = updated_by_id, snapshot = '{}', total = 1, pdf_sha256 = repeat('0', 64) where id = 1;
    update delivery_notes set state = 'void', voided_at = now(), voided_by_id = updated_by_id, void_reason = '誤記'
        where id = 1;
"""


def test_notes_that_were_issued_before_are_chained_when_the_chain_comes_and_goes(database: Database) -> None:
    database.migrated("0003", app="invoices")
    database.execute(NOTES)
    database.execute(VOID)

    database.migrated("0026", app="invoices")

    assert database.rows(CHAINED) == [(1, 1, "DN-2", "issued"), (2, 2, "DN-1", "issued"), (3, 1, "DN-2", "void")]
    database.execute("update delivery_notes set archived_at = now() where id = 1")
    with pytest.raises(psycopg.errors.RestrictViolation):
        database.execute("insert into document_chain select * from document_chain")
    before = database.rows(KEPT)

    database.migrated("0008", app="invoices")

    assert (database.rows(KEPT), "document_chain" in database.tables()) == (before, False)
