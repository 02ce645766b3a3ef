"""What an operator wants to know about the database: one finding for each question."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext_noop
from psycopg import sql

from deploy.health import probe
from deploy.health.probe import Attempt, Connect, Connection, Reason

DEADLINE = 15.0
ROUND_TRIPS = 5

# Whether this session's role could change the schema, a table or a trigger, itself or as another role.
POWER = """
    select current_user,
           (select rolsuper or rolcreaterole from pg_roles where rolname = current_user)
           or coalesce(has_schema_privilege(to_regnamespace(%(schema)s), 'create'), false)
           or exists (
               select from pg_class where relnamespace = to_regnamespace(%(schema)s) and relkind in ('r', 'p')
               and (pg_has_role(relowner, 'member') or has_table_privilege(pg_class.oid, 'trigger, truncate'))
           )
"""


class Check(StrEnum):
    """The questions, in the order they are asked."""

    CONNECT = gettext_noop("connect")
    TLS = gettext_noop("TLS")
    SERVER = gettext_noop("server version")
    ROLE = gettext_noop("database role")
    SCHEMA = gettext_noop("schema")
    MIGRATIONS = gettext_noop("pending migrations")
    WRITE = gettext_noop("write probe")
    ROUND_TRIP = gettext_noop("round trip")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The answer to one question: `text` is an English template, and a message id, for `values`."""

    check: Check
    is_ok: bool
    text: str
    values: Mapping[str, object] = field(default_factory=dict)


Answer: TypeAlias = Callable[[Connection], Finding]


def attempt() -> Attempt[list[Finding]]:
    """Return the examination of the configured database, ready to run."""
    return Attempt(work=examine, connect=probe.connect)


def refused(reason: Reason) -> list[Finding]:
    """Return what an examination finds that cannot go on because of `reason`."""
    return [Finding(check=Check.CONNECT, is_ok=False, text=reason)]


def examine(connect: Connect) -> list[Finding]:
    """Ask every question, in order; only the first when there is no connection.

    Does not raise: what cannot be answered is a finding that is not ok.
    """
    started = time.perf_counter()
    try:
        connection = connect()
    except Exception as error:
        return refused(probe.reason_of(error))
    elapsed = _milliseconds_since(started)
    with closing(connection):
        connection.autocommit = True
        return [
            _good(Check.CONNECT, gettext_noop("connected in %(ms)s ms"), ms=elapsed),
            _asked(Check.TLS, _tls, connection),
            _asked(Check.SERVER, _server, connection),
            _asked(Check.ROLE, _role, connection),
            _asked(Check.SCHEMA, _schema, connection),
            _asked(Check.MIGRATIONS, _migrations, connection),
            _write(connect),
            _asked(Check.ROUND_TRIP, _round_trip, connection),
        ]


def _asked(check: Check, answer: Answer, connection: Connection) -> Finding:
    try:
        return answer(connection)
    except Exception as error:
        return Finding(check=check, is_ok=False, text=probe.reason_of(error))


def _good(check: Check, text: str, **values: object) -> Finding:
    return Finding(check=check, is_ok=True, text=text, values=values)


def _bad(check: Check, text: str, **values: object) -> Finding:
    return Finding(check=check, is_ok=False, text=text, values=values)


def _tls(connection: Connection) -> Finding:
    row = connection.execute("select version, cipher from pg_stat_ssl where pid = pg_backend_pid() and ssl").fetchone()
    # Whether TLS is required is sslmode's business: where it is, no connection comes about without.
    if row is None:
        return _good(Check.TLS, gettext_noop("no TLS"))
    return _good(Check.TLS, gettext_noop("%(version)s with %(cipher)s"), version=row[0], cipher=row[1])


def _server(connection: Connection) -> Finding:
    return _good(Check.SERVER, "PostgreSQL %(version)s", version=_value(connection, "show server_version"))


def _role(connection: Connection) -> Finding:
    name, has_power = connection.execute(POWER, {"schema": settings.SCHEMA}).fetchone() or ("", True)
    if not has_power:
        return _good(Check.ROLE, gettext_noop("%(role)s, who cannot change tables"), role=name)
    # On a developer's machine one role does everything.
    found = _bad if settings.HTTPS else _good
    return found(Check.ROLE, gettext_noop("%(role)s, who can change tables and triggers"), role=name)


def _schema(connection: Connection) -> Finding:
    found = connection.execute("select 1 from pg_namespace where nspname = %s", [settings.SCHEMA]).fetchone()
    if found is None:
        return _bad(Check.SCHEMA, gettext_noop("%(schema)s is missing"), schema=settings.SCHEMA)
    if _value(connection, "select current_schema()") != settings.SCHEMA:
        return _bad(Check.SCHEMA, gettext_noop("%(schema)s is not searched first"), schema=settings.SCHEMA)
    return _good(Check.SCHEMA, "%(schema)s", schema=settings.SCHEMA)


def _migrations(connection: Connection) -> Finding:
    pending = _known_migrations() - _applied_migrations(connection)
    if pending:
        return _bad(Check.MIGRATIONS, gettext_noop("%(count)s pending"), count=len(pending))
    return _good(Check.MIGRATIONS, gettext_noop("none"))


def _known_migrations() -> set[tuple[str, str]]:
    return set(MigrationLoader(None).graph.nodes)


def _applied_migrations(connection: Connection) -> set[tuple[str, str]]:
    table = "django_migrations"
    if _value(connection, "select to_regclass(%s)", f"{settings.SCHEMA}.{table}") is None:
        return set()
    rows = connection.execute(sql.SQL("select app, name from {}").format(sql.Identifier(settings.SCHEMA, table)))
    return set(rows.fetchall())


def _write(connect: Connect) -> Finding:
    outcome = probe.check_write(connect)
    if outcome.error:
        return _bad(Check.WRITE, outcome.error)
    return _good(Check.WRITE, gettext_noop("a product was inserted and rolled back"))


def _round_trip(connection: Connection) -> Finding:
    fastest = min(_timed(connection) for _ in range(ROUND_TRIPS))
    return _good(Check.ROUND_TRIP, gettext_noop("%(ms)s ms"), ms=fastest)


def _timed(connection: Connection) -> float:
    started = time.perf_counter()
    connection.execute("select 1")
    return _milliseconds_since(started)


def _value(connection: Connection, statement: str, *parameters: str) -> Any:
    row = connection.execute(statement, parameters or None).fetchone()
    return row[0] if row else None


def _milliseconds_since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
