"""Databases in every condition, for the probes to find."""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections
from psycopg import sql
from pytest_django import Settings

from deploy.health import probe
from deploy.worker import SO_ATTACH_FILTER
from tests.conftest import held_port, wait_until

TABLE = """
    create schema papyrus_schema;
    create table papyrus_schema.products (sku text primary key, name text not null);
"""


@dataclass(frozen=True, kw_only=True)
class Database:
    """A database of its own on the tests' server, with the product master's table and no rows."""

    name: str

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Run `statement` as the server's owner and return its rows."""
        with closing(self.connect()) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def connect(self) -> psycopg.Connection[Any]:
        return connect_as_owner(self.name)

    def inserted(self) -> int:
        """Count the rows ever inserted into products, those rolled back included, once the probes have left.

        A session hands in its numbers before it leaves the list of sessions.
        """
        probes = (
            "select pid from pg_stat_activity where datname = current_database() and application_name like '%dbcheck'"
        )
        wait_until(lambda: not self.execute(probes))
        rows = self.execute("select n_tup_ins from pg_stat_user_tables where relname = 'products'")
        return int(rows[0][0])


def connect_as_owner(database: str) -> psycopg.Connection[Any]:
    return psycopg.connect(host=os.environ["PGHOST"], user=os.environ["PGUSER"], dbname=database, autocommit=True)


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A database that settings.DATABASES points to for the time of the test."""
    name = f"probe_{uuid.uuid4().hex}"
    with closing(connect_as_owner("postgres")) as server:
        server.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        made = Database(name=name)
        made.execute(TABLE)
        monkeypatch.setitem(connections.settings["default"], "NAME", name)
        yield made
        server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def role(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A role that may sign in and nothing else, and that settings.DATABASES signs in as."""
    name = f"probe_{uuid.uuid4().hex}"
    database.execute(f"create role {name} login")
    monkeypatch.setitem(connections.settings["default"], "USER", name)
    yield name
    database.execute(f"drop owned by {name}; drop role {name}")


@pytest.fixture
def silent_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server that accepts connections and never says a word; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        point_settings_at(monkeypatch, port)
        yield port


@pytest.fixture
def closed_port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A port on which nobody listens, until the test does."""
    with held_port() as port:
        point_settings_at(monkeypatch, port)
        yield port


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A probe that waits as long as the test needs; its own limits are looked at elsewhere."""
    monkeypatch.setattr(probe, "STATEMENT_MILLISECONDS", 60_000)
    monkeypatch.setattr(probe, "LOCK_MILLISECONDS", 60_000)


def point_settings_at(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    monkeypatch.setitem(connections.settings["default"], "HOST", "127.0.0.1")
    monkeypatch.setitem(connections.settings["default"], "PORT", str(port))


@pytest.fixture(autouse=True)
def empty_static_folder(settings: Settings, tmp_path: Path) -> None:
    """Without `collectstatic` the folder is missing, and whitenoise warns."""
    settings.STATIC_ROOT = tmp_path


class Relay:
    """A TCP port in front of the tests' server that can stop passing on what it hears, and keep silent."""

    def __init__(self, *, freeze_at: bytes | None = None, port: int = 0, socket_folder: str = "") -> None:
        self._freeze_at = freeze_at
        self._socket_folder = socket_folder or os.environ["PGHOST"]
        self._listener = socket.create_server(("127.0.0.1", port))
        self._open: list[socket.socket] = []
        self._clients: list[socket.socket] = []
        self.port: int = self._listener.getsockname()[1]
        self.frozen = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        for each in (self._listener, *self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def vanish(self) -> None:
        """Let every open connection die as if the other machine were gone: nothing is even acknowledged any more.

        New connections come about as before.
        """
        drop_all = ctypes.create_string_buffer(struct.pack("=HBBI", 0x06, 0, 0, 0))
        program = struct.pack("HP", 1, ctypes.addressof(drop_all))
        for each in self._clients:
            with suppress(OSError):
                each.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)
        self._clients.clear()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(f"{self._socket_folder}/.s.PGSQL.{os.environ['PGPORT']}")
                self._open += [client, server]
                self._clients.append(client)
                threading.Thread(target=self._pass_on, args=(client, server), daemon=True).start()
                threading.Thread(target=self._pass_on, args=(server, client), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while heard := source.recv(65536):
                if self._freeze_at and self._freeze_at in heard:
                    self.frozen.set()
                    return
                target.sendall(heard)
            target.shutdown(socket.SHUT_WR)


@pytest.fixture
def relay(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Relay]:
    """The way to `database` over TCP."""
    made = Relay()
    point_settings_at(monkeypatch, made.port)
    yield made
    made.close()


@pytest.fixture
def freezing_relay(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Relay]:
    """The way to `database` over TCP, which falls silent when the probe inserts."""
    made = Relay(freeze_at=b"insert into")
    point_settings_at(monkeypatch, made.port)
    yield made
    made.close()
