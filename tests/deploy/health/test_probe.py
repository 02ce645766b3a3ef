from __future__ import annotations

import threading
from contextlib import closing

import psycopg
import pytest
from django.db import connections

from deploy.health import probe
from deploy.health.probe import Outcome, Reason
from deploy.health.shared_check import SharedCheck
from tests.conftest import least_seconds, wait_until
from tests.deploy.conftest import Database, Relay


def check() -> Reason | None:
    return probe.check_write(probe.connect).error


def in_time() -> Outcome:
    return SharedCheck(begin=probe.write_attempt, deadline=probe.DEADLINE, late=probe.LATE).answer()


def test_write_probe_inserts_and_leaves_nothing_when_the_database_is_well(database: Database) -> None:
    assert check() is None

    assert database.execute("select count(*) from papyrus_schema.products") == [(0,)]
    assert database.inserted() == 1


@pytest.mark.usefixtures("patient")
def test_write_probe_is_invisible_to_others_while_it_runs(database: Database) -> None:
    database.execute(
        """
        create function wait() returns trigger language plpgsql
        as 'begin perform pg_advisory_xact_lock(1); return new; end';
        create trigger wait after insert on papyrus_schema.products for each row execute function wait();
        """
    )
    found: list[Reason | None] = []
    with closing(database.connect()) as other, other.transaction():
        other.execute("select pg_advisory_xact_lock(1)")
        running = begin_check(found)
        waiting_backend(database)  # with its row inserted

        seen = database.execute("select count(*) from papyrus_schema.products")
    running.join()

    assert (seen, found) == ([(0,)], [None])
    assert database.inserted() == 1
    assert database.execute("select count(*) from papyrus_schema.products") == [(0,)]


def test_connection_has_the_options_of_the_settings_and_short_timeouts(database: Database) -> None:
    with closing(probe.connect()) as connection:
        row = connection.execute(
            "select current_schema(), current_setting('statement_timeout'), current_setting('lock_timeout'),"
            " current_setting('idle_in_transaction_session_timeout'), current_database()"
        ).fetchone()

    assert row == ("papyrus_schema", "1200ms", "1s", "1min", database.name)


def test_write_probe_says_read_only_when_the_database_refuses_to_write(database: Database) -> None:
    database.execute(f"alter database {database.name} set default_transaction_read_only = on")

    assert check() is Reason.READ_ONLY


@pytest.mark.parametrize("statement", ["drop table papyrus_schema.products", "drop schema papyrus_schema cascade"])
def test_write_probe_says_table_missing_when_it_or_its_schema_is_not_there(database: Database, statement: str) -> None:
    database.execute(statement)

    assert check() is Reason.NO_TABLE


def test_write_probe_says_row_refused_when_the_table_has_changed(database: Database) -> None:
    database.execute("alter table papyrus_schema.products add column unit_price integer not null")

    assert check() is Reason.ROW_REFUSED


def test_write_probe_says_not_permitted_when_the_role_may_not_insert(database: Database, role: str) -> None:
    database.execute(f"grant usage on schema papyrus_schema to {role}")

    assert check() is Reason.NOT_PERMITTED


def test_write_probe_says_no_free_connection_when_the_role_has_used_all(database: Database, role: str) -> None:
    database.execute(f"alter role {role} connection limit 0")

    assert check() is Reason.FULL


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("setting", "value", "reason"),
    [
        ("USER", "nobody_here", Reason.SIGN_IN_REFUSED),
        ("NAME", "no_such_database", Reason.NO_DATABASE),
    ],
)
def test_write_probe_says_what_the_server_refuses_when_a_setting_is_wrong(
    monkeypatch: pytest.MonkeyPatch, setting: str, value: str, reason: Reason
) -> None:
    monkeypatch.setitem(connections.settings["default"], setting, value)

    assert check() is reason


def test_write_probe_says_sign_in_refused_when_the_role_may_not_sign_in(database: Database, role: str) -> None:
    database.execute(f"alter role {role} nologin")

    assert check() is Reason.SIGN_IN_REFUSED


@pytest.mark.usefixtures("relay")
def test_write_probe_says_no_tls_when_tls_is_required_and_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connections.settings["default"]["OPTIONS"], "sslmode", "require")

    assert check() is Reason.NO_TLS


@pytest.mark.usefixtures("closed_port")
def test_write_probe_says_unreachable_when_nobody_listens() -> None:
    assert check() is Reason.UNREACHABLE


def test_write_probe_says_locked_when_another_holds_the_table(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a busy machine the two limits could be reached in the other order.
    monkeypatch.setattr(probe, "STATEMENT_MILLISECONDS", 60_000)
    with closing(database.connect()) as other, other.transaction():
        other.execute("lock table papyrus_schema.products in access exclusive mode")

        assert check() is Reason.LOCKED


def test_write_probe_says_too_slow_when_the_insert_takes_too_long(database: Database) -> None:
    database.execute(
        """
        create function wait() returns trigger language plpgsql as 'begin perform pg_sleep(9); return new; end';
        create trigger wait before insert on papyrus_schema.products for each row execute function wait();
        """
    )
    found: set[Reason | None] = set()

    assert least_seconds(lambda: found.add(check()), under=probe.DEADLINE) < probe.DEADLINE

    assert found == {Reason.LATE}


@pytest.mark.usefixtures("silent_server")
def test_write_probe_says_too_slow_within_the_deadline_when_the_server_never_answers() -> None:
    found: set[Outcome] = set()

    assert least_seconds(lambda: found.add(in_time()), under=probe.DEADLINE + 0.2) < probe.DEADLINE + 0.2

    assert found == {probe.LATE}


def test_write_probe_keeps_the_deadline_and_its_thread_ends_when_the_server_falls_silent(
    freezing_relay: Relay,
) -> None:
    found: set[Outcome] = set()

    took = least_seconds(lambda: found.add(in_time()), under=probe.DEADLINE + 0.2)

    assert found == {probe.LATE}
    assert freezing_relay.frozen.is_set()
    assert probe.DEADLINE <= took < probe.DEADLINE + 0.2
    wait_until(lambda: "shared-check" not in {thread.name for thread in threading.enumerate()})


def waiting_backend(database: Database, *, other_than: int = 0) -> int:
    """Return the process id of the probe's session, once it waits for a lock."""
    [(process,)] = wait_until(
        lambda: database.execute(
            "select pid from pg_stat_activity where datname = current_database() and pid <> "
            f"{other_than} and application_name = 'papyrus dbcheck' and wait_event_type = 'Lock'"
        )
    )
    return int(process)


def begin_check(found: list[Reason | None]) -> threading.Thread:
    thread = threading.Thread(target=lambda: found.append(check()))
    thread.start()
    return thread


@pytest.mark.usefixtures("patient")
def test_write_probe_tries_once_more_when_its_connection_is_terminated(database: Database) -> None:
    found: list[Reason | None] = []
    with closing(database.connect()) as other, other.transaction():
        other.execute("lock table papyrus_schema.products in access exclusive mode")
        running = begin_check(found)
        database.execute(f"select pg_terminate_backend({waiting_backend(database)})")
    running.join()

    assert found == [None]
    assert database.inserted() == 1


@pytest.mark.usefixtures("patient")
def test_write_probe_gives_up_when_its_connection_is_terminated_twice(database: Database) -> None:
    found: list[Reason | None] = []
    with closing(database.connect()) as other, other.transaction():
        other.execute("lock table papyrus_schema.products in access exclusive mode")
        running = begin_check(found)
        first = waiting_backend(database)
        database.execute(f"select pg_terminate_backend({first})")
        second = waiting_backend(database, other_than=first)
        database.execute(f"select pg_terminate_backend({second})")
        running.join()

    assert found == [Reason.UNREACHABLE]
    assert database.inserted() == 0


def test_reason_is_unknown_and_logged_when_the_error_is_no_database_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def connect() -> psycopg.Connection[object]:
        raise ValueError("secret")

    assert probe.check_write(connect).error is Reason.FAILED

    assert [(record.levelname, record.message) for record in caplog.records] == [("ERROR", "database check failed")]
