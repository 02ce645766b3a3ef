"""What the application's role cannot do, in plain SQL."""

from __future__ import annotations

import psycopg
import pytest

from history.recording import change_models
from tests.deploy.database.installation import Installation

TRIGGER = "pgtrigger_issued_note_is_frozen_a61f3"
FORBIDDEN = {
    # The schema.
    "make a table": "create table papyrus_schema.of_mine (id int)",
    "make a table in public": "create table public.of_mine (id int)",
    "make a temporary table": "create temporary table of_mine (id int)",
    "make a schema": "create schema of_mine",
    "make a view": "create view papyrus_schema.of_mine as select 1",
    "make an index": "create index on products (name)",
    "make a rule": "create rule of_mine as on delete to delivery_notes do instead nothing",
    "add a column": "alter table products add column of_mine int",
    "drop a constraint": "alter table delivery_notes drop constraint delivery_notes_pkey",
    "drop a table": "drop table delivery_notes",
    "take over a table": "alter table products owner to current_user",
    "rename a table": "alter table products rename to of_mine",
    "drop the schema": "drop schema papyrus_schema cascade",
    "drop an extension": "drop extension plpgsql cascade",
    "empty a table": "truncate number_counters cascade",
    # Triggers, and what they call.
    "make a trigger": "create trigger of_mine before update on delivery_notes for each row execute function "
    f"{TRIGGER}()",
    "disable all triggers": "alter table delivery_notes disable trigger all",
    "disable a trigger": f"alter table delivery_notes disable trigger {TRIGGER}",
    "drop a trigger": f"drop trigger {TRIGGER} on delivery_notes",
    "drop a trigger's function": f"drop function {TRIGGER}() cascade",
    "replace a trigger's function": f"create or replace function papyrus_schema.{TRIGGER}() returns trigger "
    "language plpgsql as 'begin return new; end'",
    "alter a trigger's function": f"alter function {TRIGGER}() set search_path = public",
    "replace the function that triggers ask": "create or replace function public._pgtrigger_should_ignore(text) "
    "returns bool language sql as 'select true'",
    "write the catalogue of triggers": "update pg_trigger set tgenabled = 'D'",
    "play the replica": "set session_replication_role = replica",
    "make an event trigger": f"create event trigger of_mine on ddl_command_start execute function {TRIGGER}()",
    # Other roles.
    "become the owner": "set role {owner}",
    "become the administrator": "set role {administrator}",
    "sign in as the owner": "set session authorization {owner}",
    "join the owner": "grant {owner} to current_user",
    "make a role": "create role of_mine",
    "make itself a superuser": "alter role current_user superuser",
    "let itself make roles": "alter role current_user createrole",
    "pass the row policies": "alter role current_user bypassrls",
    "change the owner's password": "alter role {owner} password 'of mine'",
    "take over what the owner has": "reassign owned by {owner} to current_user",
    "grant in the owner's name": "alter default privileges for role {owner} grant all on tables to public",
    # What migrations write.
    "note a migration": "insert into django_migrations (app, name, applied) values ('a', 'b', now())",
    "forget migrations": "delete from django_migrations",
    "change a migration": "update django_migrations set name = 'x'",
    # The change history, which triggers write.
    "make up history": "insert into product_changes select * from product_changes",
    "change history": "update product_changes set pgh_role = 'x'",
    "forget history": "delete from customer_changes",
    "stop recording": "alter table products disable trigger user",
    "reset a sequence": "select setval(pg_get_serial_sequence('delivery_notes', 'id'), 1)",
    # The server.
    "make a database": "create database of_mine",
    "change the database": "alter database {database} set lock_timeout = 0",
    "publish tables": "create publication of_mine for table products",
    "write a file": "copy products to '/tmp/of_mine'",
    "run a program": "copy products to program 'true'",
    "read a file": "select pg_read_file('/etc/passwd')",
    "change the server": "alter system set fsync = off",
}


@pytest.mark.parametrize("statement", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_application_cannot(installation: Installation, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        installation.execute(statement.format_map(vars(installation)), role=installation.application)


def test_neither_role_has_power_over_the_server(installation: Installation) -> None:
    rows = installation.execute(
        "select rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls from pg_roles "
        f"where rolname in ('{installation.owner}', '{installation.application}')"
    )
    assert rows == [(True, False, False, False, False, False)] * 2


def test_application_owns_nothing_and_is_a_member_of_nothing(installation: Installation) -> None:
    role = f"(select oid from pg_roles where rolname = '{installation.application}')"
    assert installation.execute(f"select from pg_shdepend where deptype = 'o' and refobjid = {role}") == []
    assert installation.execute(f"select from pg_auth_members where member = {role}") == []


def test_application_has_no_more_than_rows_of_any_table(installation: Installation) -> None:
    rows = installation.execute(
        "select distinct relname, privilege_type from pg_class, aclexplode(relacl) where relkind in ('r', 'p') and "
        f"relnamespace = 'papyrus_schema'::regnamespace and pg_get_userbyid(grantee) = '{installation.application}'"
    )
    granted: dict[str, set[str]] = {}
    for table, privilege in rows:
        granted.setdefault(table, set()).add(privilege)
    assert granted.pop("django_migrations") == {"SELECT"}
    history = [granted.pop(table) for table in list(granted) if table.endswith("_changes") and "load" not in table]
    assert ("delivery_notes" in granted, len(history)) == (True, len(change_models()))
    assert set(map(frozenset, history)) == {frozenset({"SELECT"})}
    assert set(map(frozenset, granted.values())) == {frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})}


def test_application_cannot_pass_on_what_it_has(installation: Installation) -> None:
    before = installation.execute("select relacl::text from pg_class where relname = 'products'")

    # PostgreSQL only warns that nothing was granted.
    installation.execute("grant select on products to public", role=installation.application)

    assert installation.execute("select relacl::text from pg_class where relname = 'products'") == before


def test_owner_is_no_member_of_another_role_either(installation: Installation) -> None:
    for role in (installation.administrator, "papyrus"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            installation.execute(f"set role {role}", role=installation.owner)
