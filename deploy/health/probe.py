"""Ask the database whether a product could be written right now, without writing one."""

from __future__ import annotations

import logging
import socket
import threading
import uuid
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeAlias, TypeVar

import psycopg
from django.conf import settings
from django.db import connections
from django.utils.translation import gettext_noop
from psycopg import sql

logger = logging.getLogger("papyrus")

Connection: TypeAlias = psycopg.Connection[Any]
Connect: TypeAlias = Callable[[], Connection]
Found = TypeVar("Found")

DEADLINE = 3.0
# libpq takes no less than two seconds here. The other two leave time for a retry within the deadline.
CONNECT_SECONDS = 2
STATEMENT_MILLISECONDS = 1200
LOCK_MILLISECONDS = 1000
TABLE = "products"


class Reason(StrEnum):
    """Why the database is of no use now: short, and without host, user or statement."""

    UNREACHABLE = gettext_noop("database unreachable")
    LATE = gettext_noop("database too slow")
    NOT_READY = gettext_noop("database starting or stopping")
    FULL = gettext_noop("database has no free connection")
    SIGN_IN_REFUSED = gettext_noop("sign-in to the database refused")
    NO_TLS = gettext_noop("no TLS with the database")
    TLS_DEMANDED = gettext_noop("database demands TLS")
    UNKNOWN_AUTHORITY = gettext_noop("database certificate from an unknown authority")
    OTHER_HOST = gettext_noop("database certificate for another host")
    NO_AUTHORITIES = gettext_noop("root certificates unreadable")
    NO_DATABASE = gettext_noop("database missing")
    NO_TABLE = gettext_noop("products table missing")
    LOCKED = gettext_noop("products table locked")
    READ_ONLY = gettext_noop("database read-only")
    NOT_PERMITTED = gettext_noop("insert not permitted")
    ROW_REFUSED = gettext_noop("probe row refused")
    FAILED = gettext_noop("database check failed")


# PostgreSQL's Appendix A, error codes; two letters stand for a class of them.
REASON_BY_SQLSTATE = {
    "57014": Reason.LATE,
    "55P03": Reason.LOCKED,
    "25006": Reason.READ_ONLY,
    "42P01": Reason.NO_TABLE,
    "3F000": Reason.NO_TABLE,
    "42501": Reason.NOT_PERMITTED,
    "3D000": Reason.NO_DATABASE,
    "53300": Reason.FULL,
    "57P01": Reason.NOT_READY,
    "57P02": Reason.NOT_READY,
    "57P03": Reason.NOT_READY,
    "08": Reason.UNREACHABLE,
    "23": Reason.ROW_REFUSED,
    "28": Reason.SIGN_IN_REFUSED,
}
# A refused connection has no SQLSTATE, only the server's words. The first that fit count.
REASON_BY_WORDS = {
    "too many": Reason.FULL,
    "connection slots are reserved": Reason.FULL,
    "the database system is": Reason.NOT_READY,
    "root certificate file": Reason.NO_AUTHORITIES,
    "certificate verify failed": Reason.UNKNOWN_AUTHORITY,
    "does not match host name": Reason.OTHER_HOST,
    "no encryption": Reason.TLS_DEMANDED,
    "SSL": Reason.NO_TLS,
    "certificate": Reason.NO_TLS,
    "authentication failed": Reason.SIGN_IN_REFUSED,
    "no pg_hba.conf entry": Reason.SIGN_IN_REFUSED,
    "no password supplied": Reason.SIGN_IN_REFUSED,
    'role "': Reason.SIGN_IN_REFUSED,
    'database "': Reason.NO_DATABASE,
}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a probe found; `error` None means that all is well."""

    error: Reason | None


LATE = Outcome(error=Reason.LATE)


class Attempt(Generic[Found]):
    """One run of `work`, which is handed a function that connects. `work` does not raise."""

    def __init__(self, *, work: Callable[[Connect], Found], connect: Connect) -> None:
        self._work = work
        self._connect = connect
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._is_abandoned = False

    def run(self) -> Found:
        """Return what `work` found."""
        try:
            return self._work(self._watched_connect)
        finally:
            with self._lock:
                for each in self._sockets:
                    each.close()
                self._sockets.clear()

    def abandon(self) -> None:
        """Cut the open connections: a thread that waits for a server's answer gets an error instead."""
        with self._lock:
            self._is_abandoned = True
            for each in self._sockets:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def _watched_connect(self) -> Connection:
        if self._is_abandoned:
            raise psycopg.errors.ConnectionTimeout
        connection = self._connect()
        with self._lock:
            # A duplicate, since the original's number may be another connection's by the time we cut it.
            self._sockets.append(socket.fromfd(connection.fileno(), socket.AF_UNSPEC, socket.SOCK_STREAM))
        return connection


def connect() -> Connection:
    """Open a connection as settings.DATABASES describes it, but with short timeouts.

    Raises psycopg.Error when that fails.
    """
    database = connections["default"]
    parameters = database.get_connection_params()
    timeouts = f" -c statement_timeout={STATEMENT_MILLISECONDS} -c lock_timeout={LOCK_MILLISECONDS}"
    # By way of Django's backend, which knows what to do when the password was changed meanwhile.
    connection: Connection = database.get_new_connection(
        parameters
        | {
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "papyrus dbcheck",
            "options": parameters.get("options", "") + timeouts,
        }
    )
    return connection


def write_attempt() -> Attempt[Outcome]:
    """Return the write probe of the configured database, ready to run."""
    return Attempt(work=check_write, connect=connect)


def connect_attempt() -> Attempt[Outcome]:
    """Return the mere connection to the configured database, ready to run."""
    return Attempt(work=check_connection, connect=connect)


def check_connection(connect: Connect) -> Outcome:
    """Connect and leave again."""
    try:
        connect().close()
    except Exception as error:
        return Outcome(error=reason_of(error))
    return Outcome(error=None)


def check_write(connect: Connect) -> Outcome:
    """Insert a product that nobody else can see and roll it back; once more if the connection breaks."""
    try:
        try:
            _insert_and_roll_back(connect)
        except _BrokenConnectionError:
            _insert_and_roll_back(connect)
    except Exception as error:
        return Outcome(error=reason_of(error))
    return Outcome(error=None)


def reason_of(error: Exception) -> Reason:
    """Return what `error`, raised while connecting or by a statement, says about the database."""
    reason = _known_reason(error)
    if reason is None:
        logger.error("database check failed", exc_info=error)
    return reason or Reason.FAILED


def _known_reason(error: Exception) -> Reason | None:
    if isinstance(error, _BrokenConnectionError):
        return Reason.UNREACHABLE
    if isinstance(error, psycopg.errors.ConnectionTimeout):
        return Reason.LATE
    code = getattr(error, "sqlstate", None)
    if code:
        return REASON_BY_SQLSTATE.get(code) or REASON_BY_SQLSTATE.get(code[:2])
    if not isinstance(error, psycopg.OperationalError):
        return None
    found = (reason for words, reason in REASON_BY_WORDS.items() if words in str(error))
    return next(found, Reason.UNREACHABLE)


class _BrokenConnectionError(Exception):
    """The connection ended under a statement: a restart, a failover, an administrator."""


def _insert_and_roll_back(connect: Connect) -> None:
    table = sql.Identifier(settings.SCHEMA, TABLE)
    statement = sql.SQL("insert into {} (sku, name) values (%s, %s)").format(table)
    # A connection of its own each time proves that today's password and certificate still open the door.
    with closing(connect()) as connection:
        try:
            connection.execute(statement, [f"dbcheck-{uuid.uuid4()}", "dbcheck"])
            connection.rollback()
        except psycopg.OperationalError as error:
            if connection.closed:
                raise _BrokenConnectionError from error
            raise
