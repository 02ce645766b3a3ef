"""The database restarts under load: requests fail while it is away, and no worker or thread stays broken."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import pytest

from tests.deploy.conftest import Relay
from tests.deploy.container.load import Client, answers_of, load
from tests.deploy.container.own_postgres import Office, OwnPostgres
from tests.deploy.serving import Server, wait_for

WORKERS = 2
THREADS = 4
AWAY_SECONDS = 5
# The settings say five; the rest is for a slow machine.
NOTICED_WITHIN_SECONDS = 20


def restarted_fast(database: OwnPostgres) -> None:
    database.restart("fast")


def restarted_after_a_crash(database: OwnPostgres) -> None:
    database.restart("immediate")


def away_for_seconds(database: OwnPostgres) -> None:
    database.stop()
    time.sleep(AWAY_SECONDS)  # the outage itself
    database.start()


def readers(server: Server, office: Office, *, count: int) -> list[Client]:
    path = f"/notes/{office.short_note}/pdf"
    return [Client(port=server.port, path=path, headers=office.headers) for _ in range(count)]


@pytest.mark.timeout(240)
@pytest.mark.parametrize("outage", [restarted_fast, restarted_after_a_crash, away_for_seconds])
def test_requests_fail_only_while_the_database_is_away(
    serve: Callable[..., Server],
    own_postgres: OwnPostgres,
    office: Office,
    password: str,
    outage: Callable[[OwnPostgres], None],
) -> None:
    server = serve(password, WEB_CONCURRENCY=str(WORKERS), WEB_THREADS=str(THREADS))
    clients = readers(server, office, count=WORKERS * THREADS)

    with load(*clients):
        wait_until_answered(clients, since=time.monotonic())
        away_at = time.monotonic()
        outage(own_postgres)
        back_at = time.monotonic()
        wait_until_answered(clients, since=back_at)

    answers = answers_of(*clients)
    assert {each.status for each in answers if each.ended_at < away_at} == {200}
    assert {each.status for each in answers if each.began_at > back_at} == {200}
    # A failure is an error page, never a broken connection.
    assert {each.status for each in answers} <= {200, 500}
    assert_every_worker_answers(server, office)


@pytest.mark.timeout(240)
def test_no_thread_waits_for_long_when_the_database_vanishes_without_a_word(
    serve: Callable[..., Server], own_postgres: OwnPostgres, office: Office, password: str
) -> None:
    relay = Relay(socket_folder=own_postgres.socket_folder)
    way = {"PGHOST": "127.0.0.1", "PGPORT": str(relay.port)}
    server = serve(password, WEB_CONCURRENCY=str(WORKERS), WEB_THREADS=str(THREADS), **way)
    clients = readers(server, office, count=WORKERS * THREADS)

    with load(*clients):
        wait_until_answered(clients, since=time.monotonic())
        relay.vanish()
        gone_at = time.monotonic()
        wait_until_answered(clients, since=gone_at)

    answers = answers_of(*clients)
    assert {each.status for each in answers} <= {200, 500}
    assert max(each.ended_at - each.began_at for each in answers) < NOTICED_WITHIN_SECONDS
    assert_every_worker_answers(server, office)
    relay.close()


def assert_every_worker_answers(server: Server, office: Office) -> None:
    """Halt all workers but one, in turn, and let that one answer from all its threads."""
    assert len(server.workers()) == WORKERS, "a worker was replaced"
    for tested in server.workers():
        halted = [worker for worker in server.workers() if worker != tested]
        for each in halted:
            os.kill(each, signal.SIGSTOP)
        clients = readers(server, office, count=THREADS)
        try:
            with load(*clients):
                wait_until_answered(clients, since=time.monotonic())
        finally:
            for each in halted:
                os.kill(each, signal.SIGCONT)
        assert {answer.status for answer in answers_of(*clients)} == {200}


def wait_until_answered(clients: list[Client], *, since: float) -> None:
    """Wait until every client has three answers to requests that it sent after `since`."""
    wait_for(lambda: all(sum(each.began_at > since for each in client.answers) >= 3 for client in clients), seconds=60)
