"""The real server with its real configuration: what it answers and what it prints."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import statistics
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import held_port, wait_until
from tests.deploy.conftest import Database
from tests.deploy.serving import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with held_port() as port:
        started = Server(folder=tmp_path_factory.mktemp("server"), port=port)
        wait_until(started.answers)
        yield started
        assert started.stop() == 0
        started.lines()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """A function that starts another server, with these options and this environment."""
    servers: list[Server] = []

    with held_port() as port:

        def started(*options: str, **environment: str) -> Server:
            servers.append(Server(folder=tmp_path, port=port, options=options, **environment))
            return servers[-1]

        yield started
        for each in servers:
            each.kill()


def test_healthz_answers_and_has_its_line_when_asked_by_address_without_https(server: Server) -> None:
    response = server.get("/healthz", headers={"X-Amzn-Trace-Id": "Self=1-1-a;Root=1-6789-abc"})

    assert (response.status, response.headers["Content-Length"]) == (200, "12")
    assert response.headers["Server"] == "papyrus"
    assert response.headers["X-Request-Id"] == "1-6789-abc"
    wait_until(lambda: server.requests(request_id="1-6789-abc"))
    (line,) = server.requests(request_id="1-6789-abc")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["ts"])
    assert list(line) == ["ts", "lvl", "logger", "msg", "route", "method", "status", "ms", "request_id"]
    assert (line["lvl"], line["logger"], line["route"], line["status"]) == ("INFO", "papyrus", "healthz", 200)


def test_healthz_takes_less_than_five_milliseconds_when_warm(server: Server) -> None:
    before = len(server.requests(route="healthz"))
    for _ in range(120):
        assert server.get("/healthz").status == 200

    wait_until(lambda: len(server.requests(route="healthz")) == before + 120)
    # The first warm up.
    assert statistics.median(line["ms"] for line in server.requests(route="healthz")[before + 20 :]) < 5


def test_page_redirects_to_https_when_the_load_balancer_names_no_scheme(server: Server) -> None:
    response = server.get("/login?next=/secret", headers={"Host": "papyrus.example"})

    assert (response.status, response.headers["Location"]) == (301, "https://papyrus.example/login?next=/secret")
    wait_until(lambda: server.requests(status=301))
    assert "secret" not in json.dumps(server.lines())


def test_connection_serves_a_second_request_when_kept_alive(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    for _ in range(2):
        connection.request("GET", "/healthz")
        assert connection.getresponse().read() == b'{"ok": true}'
        assert connection.sock is not None
    connection.close()


@pytest.mark.parametrize(
    "raw",
    [
        b'GET /a%0a{"msg":"forged"} HTTP/1.1\r\n',
        b"GET /a%E2%80%A8b%C2%85c%1b[2J HTTP/1.1\r\n",
        b'GET / HTTP/1.1\r\nUser-Agent: "}\\n{"msg":"forged"}\r\n',
        b'GET / HTTP/1.1\r\nX-Request-Id: "},{"msg":"forged"\r\n',
        b'GET / HTTP/1.1\r\nX-Amzn-Trace-Id: Root=";"msg":"forged"\r\n',
        b'GET /"},{"msg":"forged" oops\r\n',
        b'{"msg":"forged"}\r\n',
        b"\x16\x03\x01\x02\x00\x01\r\n",
    ],
)
def test_lines_stay_whole_when_a_request_tries_to_forge_one(server: Server, raw: bytes) -> None:
    before = len(server.lines())

    server.send(raw + b"Host: papyrus.example\r\nConnection: close\r\n\r\n")

    wait_until(lambda: len(server.lines()) > before)
    (line,) = server.lines()[before:]
    assert line["msg"] in ("request", "Invalid request")
    assert "forged" not in json.dumps(line)


def test_worker_is_replaced_and_said_so_when_it_is_killed(start: Callable[..., Server]) -> None:
    server = start()
    wait_until(server.answers)

    os.kill(server.workers()[0], signal.SIGKILL)

    wait_until(lambda: len(server.workers()) == 2)
    wait_until(server.answers)
    assert any("SIGKILL" in line["msg"] and line["lvl"] == "ERROR" for line in server.lines())


def test_worker_is_replaced_and_said_so_when_it_hangs(start: Callable[..., Server]) -> None:
    server = start("--timeout", "3")
    # gunicorn watches over a worker from its first sign of life on, which precedes its first answer.
    wait_until(server.answers)
    before = server.workers()

    os.kill(before[-1], signal.SIGSTOP)

    wait_until(lambda: len(server.workers()) > len(before))
    assert ("CRITICAL", "gunicorn.error") in {
        (line["lvl"], line["logger"]) for line in server.lines() if line["msg"].startswith("WORKER TIMEOUT")
    }


# No session is found, but only when the test says so.
HELD_SESSIONS = """
    create function papyrus_schema.held()
    returns table (session_key text, session_data text, expire_date timestamptz) language plpgsql as $$
    begin
        while not pg_try_advisory_xact_lock(1) loop perform pg_sleep(0.02); end loop;
    end $$;
    create view papyrus_schema.django_session as select * from papyrus_schema.held();
"""


def test_request_is_answered_when_the_server_is_told_to_stop_meanwhile(
    start: Callable[..., Server], database: Database
) -> None:
    database.execute(HELD_SESSIONS)
    server = start(PGDATABASE=database.name)
    wait_until(server.answers)
    answers: list[int] = []

    def ask() -> None:
        headers = {"Host": "papyrus.example", "X-Forwarded-Proto": "https", "Cookie": f"__Host-sessionid={'x' * 32}"}
        answers.append(server.get("/", headers=headers).status)

    with closing(database.connect()) as other, other.transaction():
        other.execute("select pg_advisory_xact_lock(1)")
        asking = threading.Thread(target=ask)
        asking.start()
        wait_until(
            lambda: database.execute(
                "select pid from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'"
            )
        )
        server.process.terminate()
        # The worker, too, has begun to stop once it answers nobody else.
        wait_until(lambda: not server.answers())
        assert answers == []
    asking.join()

    assert answers == [302]
    assert server.process.wait(60) == 0
    assert len(server.requests(route="", status=302)) == 1
    assert server.lines()[-1]["msg"] == "Shutting down: Master"


def test_dbcheck_line_says_why_when_the_database_is_read_only(start: Callable[..., Server], database: Database) -> None:
    database.execute(f"alter database {database.name} set default_transaction_read_only = on")
    server = start(PGDATABASE=database.name)
    wait_until(server.answers)

    assert server.get("/dbcheck").status == 503

    wait_until(lambda: server.requests(route="dbcheck"))
    assert len(server.requests(route="dbcheck", status=503, reason="database read-only")) == 1
    assert not [line for line in server.lines() if line["lvl"] in ("ERROR", "CRITICAL")]


@pytest.mark.parametrize("key", ["", " "], ids=["missing", "blank"])
def test_start_fails_in_one_line_when_a_setting_is_missing(start: Callable[..., Server], key: str) -> None:
    server = start(DJANGO_SECRET_KEY=key)

    assert server.process.wait(60) != 0

    (line,) = server.lines()
    assert (line["lvl"], line["msg"]) == ("CRITICAL", "process failed")
    assert "SECRET_KEY" in line["exc"]


def test_requests_are_not_logged_when_the_level_is_warning(start: Callable[..., Server]) -> None:
    server = start(LOG_LEVEL="WARNING")
    wait_until(server.answers)

    assert server.get("/healthz").status == 200

    assert server.stop() == 0
    assert server.lines() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("WEB_THREADS", "four"), ("WEB_THREADS", "0"), ("WEB_THREADS", "65"), ("WEB_CONCURRENCY", "0")],
)
def test_start_fails_in_one_sentence_when_a_size_makes_no_sense(
    start: Callable[..., Server], name: str, value: str
) -> None:
    server = start(**{name: value})

    assert server.process.wait(60) != 0

    (line,) = server.lines()
    assert line["msg"] == f"{name} must be a whole number from 1 to 64, and is {value!r}. Correct it or remove it."


def test_start_fails_when_the_number_of_workers_is_none(start: Callable[..., Server]) -> None:
    server = start(WEB_CONCURRENCY="two")

    # gunicorn reads this variable itself, before any file of ours.
    assert server.process.wait(60) != 0
    assert "WEB_CONCURRENCY" in server.printed()


def test_workers_and_threads_are_as_many_as_the_environment_says(start: Callable[..., Server]) -> None:
    server = start(WEB_CONCURRENCY="3", WEB_THREADS="2")
    wait_until(lambda: len(server.workers()) == 3)
    wait_until(server.answers)
