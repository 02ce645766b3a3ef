"""SIGTERM under load: whoever was let in gets a whole answer, and nobody else is let in."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.deploy.container.load import Client, answers_of, load
from tests.deploy.container.own_postgres import Office
from tests.deploy.serving import Server, wait_for

REQUEST = b"GET /healthz HTTP/1.1\r\nHost: papyrus.example\r\n\r\n"
WAITING = 40
GRACEFUL_SECONDS = 30


@pytest.mark.timeout(240)
def test_every_request_is_answered_in_full_when_sigterm_comes_under_load(
    serve: Callable[..., Server], office: Office, password: str
) -> None:
    server = serve(password, WEB_CONCURRENCY="2", WEB_THREADS="4")
    printing = [
        Client(port=server.port, path=f"/notes/{office.long_note}/pdf", headers=office.headers) for _ in range(6)
    ]
    others = [Client(port=server.port, path="/healthz", headers={}, keeps_alive=number % 2 == 0) for number in range(8)]

    with load(*printing, *others):
        wait_for(lambda: all(each.answers for each in (*printing, *others)), seconds=90)
        told_at = time.monotonic()
        server.process.terminate()
        exit_code = server.process.wait(GRACEFUL_SECONDS + 15)
        stopped_after = time.monotonic() - told_at
        wait_for(lambda: all(each.is_refused for each in (*printing, *others)), seconds=30)

    answers = answers_of(*printing, *others)
    errors = [line for line in server.lines() if line["lvl"] == "ERROR"]
    assert {answer.status for answer in answers} == {200}, json.dumps(errors[:1], ensure_ascii=False, indent=1)
    assert len([each for each in answers_of(*printing) if each.began_at < told_at < each.ended_at]) >= 2
    assert (exit_code, stopped_after < GRACEFUL_SECONDS) == (0, True)
    assert server.lines()[-1]["msg"] == "Shutting down: Master"


def test_waiting_connections_are_answered_when_the_kernel_took_them_before_sigterm(
    serve: Callable[..., Server], office: Office, password: str
) -> None:
    server = serve(password, WEB_CONCURRENCY="1")
    # One that was only just made would not hear that it is told to stop.
    server.wait_for(server.answers)
    (worker,) = server.workers()
    os.kill(worker, signal.SIGSTOP)
    sockets = [socket.create_connection(("127.0.0.1", server.port), 30) for _ in range(WAITING)]
    for each in sockets:
        each.sendall(REQUEST)

    server.process.terminate()
    wait_for(lambda: has_pending(worker, signal.SIGTERM))
    os.kill(worker, signal.SIGCONT)

    assert [answer_on(each) for each in sockets] == [200] * WAITING
    assert server.process.wait(20) == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), 10)


def test_kept_alive_connection_is_answered_and_closed_when_its_request_comes_after_sigterm(
    serve: Callable[..., Server], password: str
) -> None:
    server = serve(password, WEB_CONCURRENCY="1")
    with closing(socket.create_connection(("127.0.0.1", server.port), 30)) as connection:
        connection.sendall(REQUEST)
        first = received(connection, until=b'{"ok": true}')
        assert b"Connection: keep-alive" in first
        server.process.terminate()
        server.wait_for(lambda: any("Handling signal: term" in line["msg"] for line in server.lines()))

        connection.sendall(REQUEST)

        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert b"Connection: close" in answer
    assert server.process.wait(20) == 0


def test_silent_connection_does_not_hold_up_the_stop(serve: Callable[..., Server], password: str) -> None:
    server = serve(password, WEB_CONCURRENCY="1")
    with closing(socket.create_connection(("127.0.0.1", server.port), 30)) as silent:
        time.sleep(6)  # gunicorn's thread gives a silent connection back after five seconds; nothing tells of it
        began_at = time.monotonic()
        server.process.terminate()

        assert server.process.wait(20) == 0

        assert time.monotonic() - began_at < 10
        assert silent.recv(1) == b""


def test_no_request_is_lost_when_workers_are_replaced_under_load(
    serve: Callable[..., Server], office: Office, password: str
) -> None:
    server = serve(password, WEB_CONCURRENCY="2", WEB_THREADS="4")
    server.wait_for(lambda: len(server.workers()) == 2)
    old = server.workers()
    clients = [
        Client(port=server.port, path="/healthz", headers={}, keeps_alive=number % 2 == 0) for number in range(6)
    ]

    with load(*clients):
        server.process.send_signal(signal.SIGHUP)
        wait_for(lambda: not any(Path(f"/proc/{worker}").exists() for worker in old), seconds=60)
        replaced_at = time.monotonic()
        wait_for(lambda: all(each.answers[-1].began_at > replaced_at for each in clients), seconds=60)

    assert {answer.status for answer in answers_of(*clients)} == {200}
    assert len(server.workers()) == 4


def has_pending(process: int, number: signal.Signals) -> bool:
    """Whether a stopped process will find this signal when it goes on."""
    status = Path(f"/proc/{process}/status").read_text()
    (waiting,) = re.findall(r"^ShdPnd:\s*([0-9a-f]+)$", status, re.MULTILINE)
    return bool(int(waiting, 16) >> (number - 1) & 1)


def received(connection: socket.socket, *, until: bytes) -> bytes:
    heard = b""
    while not heard.endswith(until):
        heard += connection.recv(4096)
    return heard


def answer_on(connection: socket.socket) -> int:
    with closing(connection), connection.makefile("rb") as answer:
        return int(answer.readline().split()[1])
