"""Markers by where a test lives, and what is missing on this machine."""

from __future__ import annotations

import math
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, TypeVar

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.db import connection, transaction
from hypothesis import settings as hypothesis_settings
from pytest_django.plugin import DjangoDbBlocker

from catalog.models import TaxCategory, TaxRate
from invoices.models import MailTemplate, NumberSeries
from papyrus_site import roles
from papyrus_site.local import ROOT, VAR
from tests.__main__ import SHARE
from tests.migrating import DATABASE, Database
from tests.opening import OpeningClient

# How long one example takes says something of the machine, nothing of the code.
hypothesis_settings.register_profile("papyrus", deadline=None)
hypothesis_settings.load_profile("papyrus")

Found = TypeVar("Found")

BY_FOLDER = {"browser": "browser", "deploy": "deploy"}
SEEDED = (TaxCategory, TaxRate, NumberSeries, MailTemplate)
# What stands in the way of other processes has the name of this one in it.
OWN = os.environ.get(SHARE, "alone")
STATIC = VAR / f"static-test-{OWN}"
# A password is hashed in no time, since nobody here attacks the hash; the second is for servers, which know it only.
HASHERS = [f"django.contrib.auth.hashers.{name}PasswordHasher" for name in ("MD5", "PBKDF2")]
DATABASE_FIXTURES = {"db", "transactional_db", "committed", "server"}


def pytest_configure() -> None:
    settings.PASSWORD_HASHERS = HASHERS
    # A job in the background ignores Ctrl-C, and so would every process that the tests start and stop by it.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folder = BY_FOLDER.get(Path(item.path).relative_to(Path(__file__).parent).parts[0])
        fixtures = set(getattr(item, "fixturenames", ()))
        uses_database = bool(fixtures & DATABASE_FIXTURES) or item.get_closest_marker("django_db") is not None
        item.add_marker(folder or ("database" if uses_database else "unit"))


def needed_program(*names: str) -> str:
    """Return the path of the first of `names` that is installed. Without any, skip; in CI, fail."""
    for name in names:
        if found := shutil.which(name):
            return found
    return skip_outside_ci(f"this machine has no {' or '.join(names)}")


def skip_outside_ci(reason: str) -> NoReturn:
    """Skip the test, since this machine lacks something; in CI, fail."""
    if os.environ.get("CI"):
        pytest.fail(f"{reason}, and in CI nothing may be skipped for that")
    pytest.skip(reason)


def wait_until(condition: Callable[[], Found]) -> Found:
    """Return what `condition` returns as soon as that is true; fail after a time that no busy machine needs."""
    ends_at = time.monotonic() + 60
    while not (found := condition()):
        assert time.monotonic() < ends_at, "did not come about in 60 s"
        time.sleep(0.02)
    return found


def least_seconds(work: Callable[[], object], *, under: float, tries: int = 5) -> float:
    """Return the least time that `work` took, trying again until it took less than `under`.

    A busy machine slows some of the tries, a defect all of them.
    """
    least = math.inf
    for _ in range(tries):
        started = time.monotonic()
        work()
        least = min(least, time.monotonic() - started)
        if least < under:
            break
    return least


@contextmanager
def held_port() -> Iterator[int]:
    """A port on which nobody listens, and that no other program is given; whoever is told of it may listen there."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


@pytest.fixture
def client() -> OpeningClient:
    return OpeningClient()


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    settings.DATABASES["default"]["TEST"]["NAME"] = f"test_papyrus_{OWN}"


@pytest.fixture(scope="session")
def static_files() -> Path:
    os.environ["DJANGO_STATIC_ROOT"] = str(STATIC)
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"], cwd=ROOT, check=True, timeout=120
    )
    return STATIC


@pytest.fixture(scope="session")
def migrated_rows(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> str:
    """What the migrations leave in a new database. Taken before any test can have emptied it."""
    with django_db_blocker.unblock():
        rows = [row for model in SEEDED for row in model._default_manager.all()]
    text: str = serializers.serialize("json", rows)
    return text


@pytest.fixture(scope="session")
def content_types(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> dict[tuple[str, str], int]:
    """The keys of the content types, which a server remembers for as long as it runs."""
    with django_db_blocker.unblock():
        rows = ContentType.objects.values_list("app_label", "model", "pk")
        return {(app_label, model): key for app_label, model, key in rows}


def give_back_keys(content_types: dict[tuple[str, str], int]) -> None:
    """Give the content types, made anew when the tables were emptied, the keys they had."""
    ContentType.objects.clear_cache()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        for made in ContentType.objects.all():
            key = content_types.get((made.app_label, made.model), made.pk)
            if key != made.pk:
                Permission.objects.filter(content_type_id=made.pk).update(content_type_id=key)
                ContentType.objects.filter(pk=made.pk).update(id=key)
    ContentType.objects.clear_cache()


@pytest.fixture
def committed(migrated_rows: str, content_types: dict[tuple[str, str], int], transactional_db: None) -> Iterator[None]:
    """A database whose transactions really commit, with the rows of the migrations in it.

    The clean-up empties every table. Issued notes refuse even that, so they are taken out first, with triggers off,
    which only the server's superuser can do.
    """
    for row in serializers.deserialize("json", migrated_rows):
        row.save()
    give_back_keys(content_types)
    roles.synchronise()
    yield
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        tables = ("delivery_note_steps", "delivery_note_lines", "delivery_notes", "document_chain")
        cursor.execute("; ".join(f"delete from {table}" for table in tables))


@pytest.fixture
def database(django_db_setup: None) -> Iterator[Database]:
    """An empty database for migrations."""
    with psycopg.connect(dbname=settings.DATABASES["default"]["NAME"], autocommit=True) as server:
        server.execute(f"drop database if exists {DATABASE} with (force)")
        server.execute(f"create database {DATABASE} template template0")
        yield Database()
        server.execute(f"drop database {DATABASE} with (force)")
