from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from deploy.smoke.exchange import Exchange, address_of, exchange, require
from deploy.smoke.steps import StepFailed

GOOD = b'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{"ok": true}'


@contextmanager
def answering(*answers: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Answer one connection after the other, then close; yields HOST:PORT and what was heard."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for answer in answers:
                connection, _ = listener.accept()
                with connection:
                    heard.append(connection.recv(65536))
                    connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}", heard
        thread.join(10)


def ask(connect_to: str, *, seconds: float = 10) -> Exchange:
    address = address_of("papyrus.example", connect_to=connect_to)
    return exchange("/healthz", address=address, seconds=seconds, wait=lambda seconds: None)


def test_exchange_keeps_what_went_over_the_wire() -> None:
    with answering(GOOD) as (connect_to, heard):
        found = ask(connect_to)

    assert (found.status, found.body, found.answer) == (200, b'{"ok": true}', GOOD)
    assert heard == [found.request]
    assert found.request.startswith(b"GET /healthz HTTP/1.1\r\nHost: papyrus.example\r\nX-Amzn-Trace-Id: Root=1-")
    assert "HTTP/1.1 200 OK\nContent-Length: 12\n\n" in found.raw()


def test_exchange_tries_again_when_the_answer_is_none() -> None:
    with answering(b"", b"nonsense", GOOD) as (connect_to, heard):
        assert ask(connect_to).status == 200

    assert len(heard) == 3


def test_exchange_gives_up_when_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(StepFailed, match=r"GET /healthz at papyrus\.example got no answer within 0 s: Connection"):
        ask(f"127.0.0.1:{port}", seconds=0)


@pytest.mark.parametrize(
    "answer",
    [
        b'HTTP/1.1 503 Service Unavailable\r\n\r\n{"ok": true}',
        b'HTTP/1.1 200 OK\r\n\r\n{"ok": false}',
        b'HTTP/1.1 200 OK\r\n\r\n{"ok": true, "more": 1}',
        b"HTTP/1.1 200 OK\r\n\r\n<html>",
    ],
)
def test_require_refuses_any_other_answer(answer: bytes) -> None:
    with answering(answer) as (connect_to, _):
        found = ask(connect_to)

    with pytest.raises(StepFailed, match=r'GET /healthz answered .*; expected 200 \{"ok": true\}'):
        require(found, path="/healthz", body={"ok": True})
