from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.test import Client
from pytest_django import Settings

from deploy.health import probe, views
from deploy.health.shared_check import SHARED_SECONDS, SharedCheck
from tests.conftest import least_seconds
from tests.deploy.conftest import Database, Relay

BY_ADDRESS = {"host": "10.0.0.7:5000"}
PATHS = ["/healthz", "/dbcheck"]


@pytest.fixture(autouse=True)
def no_answer_of_the_last_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        views, "write_check", SharedCheck(begin=probe.write_attempt, deadline=probe.DEADLINE, late=probe.LATE)
    )


@pytest.fixture(autouse=True)
def https(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True


def test_healthz_answers_when_asked_by_address_and_without_https(client: Client) -> None:
    response = client.get("/healthz", headers=BY_ADDRESS)

    assert (response.status_code, response.content) == (200, b'{"ok": true}')
    assert response.headers["Content-Length"] == "12"
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    assert not response.cookies


@pytest.mark.usefixtures("silent_server")
def test_healthz_answers_at_once_when_the_database_hangs(client: Client) -> None:
    durations = []
    for _ in range(120):
        started = time.perf_counter()
        assert client.get("/healthz", headers=BY_ADDRESS).status_code == 200
        durations.append(time.perf_counter() - started)

    # The first warm up.
    assert statistics.median(durations[20:]) < 0.005


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(("path", "length"), [("/healthz", "12"), ("/dbcheck", "30")])
def test_probe_answers_without_body_when_asked_by_head(client: Client, path: str, length: str) -> None:
    response = client.head(path, headers=BY_ADDRESS)

    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["Content-Length"] == length


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_probe_refuses_when_the_method_is_another(client: Client, database: Database, path: str, method: str) -> None:
    response = client.generic(method, path, headers=BY_ADDRESS)

    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")
    assert response.headers["Content-Length"] == "0"
    assert probe.check_write(probe.connect).error is None
    assert database.inserted() == 1  # by us, a moment ago


def test_dbcheck_inserts_for_anybody_when_the_database_is_well(client: Client, database: Database) -> None:
    response = client.get("/dbcheck", headers=BY_ADDRESS)

    assert (response.status_code, response.json()) == (200, {"ok": True, "inserted": True})
    assert response.headers["Cache-Control"] == "no-store"
    assert not response.cookies
    assert database.inserted() == 1
    assert database.execute("select count(*) from papyrus_schema.products") == [(0,)]


def test_dbcheck_says_why_without_secrets_when_the_database_is_read_only(client: Client, database: Database) -> None:
    database.execute(f"alter database {database.name} set default_transaction_read_only = on")

    response = client.get("/dbcheck", headers=BY_ADDRESS)

    assert response.status_code == 503
    assert response.content == b'{"ok": false, "error": "database read-only"}'
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("silent_server")
def test_dbcheck_says_too_slow_in_three_seconds_when_the_database_hangs(client: Client) -> None:
    answers: list[tuple[int, bytes]] = []

    def ask() -> None:
        response = client.get("/dbcheck", headers=BY_ADDRESS)
        answers.append((response.status_code, response.content))
        time.sleep(SHARED_SECONDS)  # the next try is to be a new one

    assert least_seconds(ask, under=3.2 + SHARED_SECONDS) < 3.2 + SHARED_SECONDS
    assert set(answers) == {(503, b'{"ok": false, "error": "database too slow"}')}


@pytest.mark.usefixtures("database")
def test_dbcheck_recovers_when_the_database_comes_back(client: Client, closed_port: int) -> None:
    before = client.get("/dbcheck")
    relay = Relay(port=closed_port)
    time.sleep(1)

    after = client.get("/dbcheck")
    relay.close()

    assert (before.status_code, before.json()["error"]) == (503, "database unreachable")
    assert after.status_code == 200


def test_dbcheck_inserts_once_or_twice_when_fifty_ask_within_a_second(database: Database) -> None:
    for _ in range(20):
        before = database.inserted()
        started = time.monotonic()
        with ThreadPoolExecutor(50) as threads:
            answers = list(threads.map(lambda _: Client().get("/dbcheck").status_code, range(50)))
        took = time.monotonic() - started
        if took < 1:  # on a busy machine fifty may take longer
            break
        time.sleep(SHARED_SECONDS)

    assert took < 1
    assert answers == [200] * 50
    assert 1 <= database.inserted() - before <= 2
