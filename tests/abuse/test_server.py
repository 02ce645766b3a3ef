"""The real server, sent bytes that are no request, half of one, or one that claims to be something else."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from django.db import connection

from tests.abuse.judge import TELLING
from tests.abuse.strategies import CONTENT_TYPES, HEADER_VALUES, HEADERS
from tests.conftest import held_port, wait_until
from tests.deploy.serving import Server

HEAD = b"Host: papyrus.example\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
PART = b"Content-Type: multipart/form-data; boundary=x\r\n"
REQUESTS = [
    b"",
    b"\0" * 100,
    b"\r\n\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET /login\r\n\r\n",
    b"get /login HTTP/1.1\r\n" + HEAD + b"\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"CONNECT evil.example:443 HTTP/1.1\r\n" + HEAD + b"\r\n",
    b"OPTIONS * HTTP/1.1\r\n" + HEAD + b"\r\n",
    b"GET http://evil.example/login HTTP/1.1\r\n" + HEAD + b"\r\n",
    b"GET //evil.example/login HTTP/1.1\r\n" + HEAD + b"\r\n",
    b"GET /%00%ff%ed%a0%80 HTTP/1.1\r\n" + HEAD + b"\r\n",
    b"GET /static/%00 HTTP/1.1\r\n" + HEAD + b"\r\n",
    b"GET /static/..%2f..%2fmanage.py HTTP/1.1\r\n" + HEAD + b"\r\n",
    b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n" + HEAD + b"\r\n",
    b"GET /login HTTP/9.9\r\n" + HEAD + b"\r\n",
    b"GET /login HTTP/1.1\r\n" + HEAD + b"X: " + b"a" * 100_000 + b"\r\n\r\n",
    b"GET /login HTTP/1.1\r\n" + HEAD + b"X: y\r\n" * 500 + b"\r\n",
    b"GET /login HTTP/1.1\r\n" + HEAD + b"X: a\0b\r\n\r\n",
    b"GET /login HTTP/1.1\r\n" + HEAD + b"X: a\r\n folded\r\n\r\n",
    b"GET /login HTTP/1.1\r\n" + HEAD + b"X : a\r\nno colon\r\n\r\n",
    b"GET /login HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET /login HTTP/1.1\r\nHost: papyrus.example\0\r\n\r\n",
    b"POST /login HTTP/1.1\r\n" + HEAD + FORM + b"Content-Length: 1000\r\n\r\nusername=a",
    b"POST /login HTTP/1.1\r\n" + HEAD + FORM + b"Content-Length: -1\r\n\r\n",
    b"POST /login HTTP/1.1\r\n" + HEAD + FORM + b"Content-Length: 1_0\r\n\r\n0123456789",
    b"POST /login HTTP/1.1\r\n" + HEAD + FORM + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    b"POST /login HTTP/1.1\r\n" + HEAD + FORM + b"Content-Length: 99999999999999999999\r\n\r\n",
    b"POST /login HTTP/1.1\r\n" + HEAD + FORM + b"Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n0\r\n\r\n",
    b"POST /login HTTP/1.1\r\n" + HEAD + FORM + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc",
    b"POST /login HTTP/1.1\r\n" + HEAD + FORM + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
    b"POST /login HTTP/1.1\r\n" + HEAD + FORM + b"Transfer-Encoding: gzip, chunked\r\nContent-Length: 3\r\n\r\nabc",
    b"POST /login HTTP/1.1\r\n" + HEAD + PART + b"Content-Length: 40\r\n\r\n--x\r\nContent-Disposition: form-data; nam",
    b"POST /login HTTP/1.1\r\n" + HEAD + PART + b"Content-Length: 9\r\n\r\n--x\r\n\r\nab",
    *(
        f"GET /login?next=%ff HTTP/1.1\r\nContent-Type: {kind}\r\n".encode("latin-1") + HEAD + b"\r\n"
        for kind in CONTENT_TYPES
    ),
    *(
        f"GET / HTTP/1.1\r\n{name}: {value}\r\n".encode("latin-1") + HEAD + b"\r\n"
        for value in HEADER_VALUES
        for name in ("Cookie", "X-Request-Id", "Referer", "Accept-Language")
    ),
    *(f"GET /login HTTP/1.1\r\n{name}: \r\n".encode() + HEAD + b"\r\n" for name in HEADERS),
]


@pytest.fixture(scope="module")
def server(django_db_setup: None, static_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """gunicorn as production starts it, on the database of the tests."""
    with held_port() as port:
        database = str(connection.settings_dict["NAME"])
        started = Server(
            folder=tmp_path_factory.mktemp("server"),
            port=port,
            PGDATABASE=database,
            DJANGO_STATIC_ROOT=str(static_files),
        )
        wait_until(started.answers)
        yield started
        assert started.stop() == 0


@pytest.mark.django_db
def test_server_answers_or_hangs_up_and_goes_on(server: Server) -> None:
    for raw in REQUESTS:
        answer = sent(server, raw)
        found = re.match(rb"HTTP/1\.[01] (\d{3}) ", answer)
        assert found or not answer, (raw[:200], answer[:200])
        # 501 and 505 are what the protocol says of an encoding and a version that a server does not have.
        assert not found or int(found[1]) < 500 or int(found[1]) in (501, 505), (raw[:300], answer[:300])
        assert not TELLING.search(answer), (raw[:200], answer[:500])
    assert server.answers()
    lines = server.lines()
    assert "zz=9" not in json.dumps(lines)
    assert not [line for line in lines if line["lvl"] in ("ERROR", "CRITICAL")]


def sent(server: Server, raw: bytes) -> bytes:
    """Send `raw` and nothing more, and return what comes back until the server hangs up."""
    heard = b""
    with closing(socket.create_connection(("127.0.0.1", server.port), 30)) as opened, suppress(ConnectionError):
        # It may hang up, and even answer, while there is still something to send.
        with suppress(OSError):
            opened.sendall(raw)
            opened.shutdown(socket.SHUT_WR)
        while part := opened.recv(65536):
            heard += part
    return heard
