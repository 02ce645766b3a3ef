"""What must hold of every answer, whatever was asked.

Time is judged by work, since a clock on the wall tells of the machine: the processor time of this thread and of the
database's process, and the number of queries. How long it takes in seconds is measured by tests/bench.
"""

from __future__ import annotations

import io
import json
import logging
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urljoin, urlsplit
from wsgiref.util import setup_testing_defaults

import django
from django.db import connection, transaction
from django.test import TestCase

from papyrus_site import logs
from papyrus_site.requests import Handler
from tests.abuse import books
from tests.abuse.world import OUTSIDE, World

MOST_SECONDS = 2.0
MOST_QUERIES = 150
YARDSTICK = 1_000_000
YARDSTICK_SECONDS = 0.06
TICK = os.sysconf("SC_CLK_TCK")
# Stands in many of the texts that are sent, and must come back escaped.
CANARY = "<zz9"
# What an answer must not tell of the program behind it.
TELLING = re.compile(
    rb'Traceback \(most recent|File "/|site-packages|psycopg|Django Version|Django/|gunicorn/|Python/|'
    + re.escape(django.get_version()).encode()
)
SAFE_ID = re.compile(r"[A-Za-z0-9=;:._-]{1,128}")


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A request. `path` is as in the request line: with its query string, percent-encoded or not."""

    path: str
    method: str = "GET"
    body: bytes = b""
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    is_signed_in: bool = True

    def environ(self) -> dict[str, Any]:
        """The request as the server hands it on (PEP 3333: bytes as Latin-1)."""
        path, _, query = self.path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.method,
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query.encode().decode("latin-1"),
            "CONTENT_TYPE": self.content_type,
            "CONTENT_LENGTH": str(len(self.body)),
            "wsgi.input": io.BytesIO(self.body),
            "HTTP_HOST": "localhost",
        }
        setup_testing_defaults(environ)
        headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in self.headers.items()}
        return environ | headers


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_html(self) -> bool:
        return self.headers.get("Content-Type", "").startswith("text/html")

    @property
    def may_have_written(self) -> bool:
        """Whether this is how a form is answered that was accepted: by leading on, or by closing the admin's window."""
        return 300 <= self.status < 400 or (self.status == 200 and b"popup-response" in self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


class Judge:
    """Sends attempts into the world, each undone afterwards, and fails when an answer breaks a rule."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._application = Handler()
        self._before = books.digest()
        self.answered: dict[int, int] = {}

    def try_out(self, attempt: Attempt) -> Answer:
        """Send `attempt`, judge the answer and return it; the world is as before."""
        answer, seconds = self._judged(attempt)
        for _ in range(2):  # a busy machine slows some of the tries, a defect all of them
            if seconds > MOST_SECONDS:
                seconds = min(seconds, self._judged(attempt)[1] / slowness())
        assert seconds <= MOST_SECONDS, f"{seconds:.1f} s of work for {attempt}"
        self.answered[answer.status] = self.answered.get(answer.status, 0) + 1
        return answer

    def _judged(self, attempt: Attempt) -> tuple[Answer, float]:
        with undone(), logged() as log, counted() as queries:
            started = worked()
            with TestCase.captureOnCommitCallbacks(execute=True):
                answer = self._answer(attempt, self.world.headers if attempt.is_signed_in else OUTSIDE)
            seconds = worked() - started
            assert answer.status < 500, f"{attempt}\n{_failure(log)}"
            assert queries.count <= MOST_QUERIES, f"{queries.count} queries for {attempt}"
            _judge_answer(answer)
            _judge_log(log)
            self._judge_rows(attempt, answer)
        return answer, seconds

    def _answer(self, attempt: Attempt, headers: Mapping[str, str]) -> Answer:
        """Ask the application as the server does."""
        begun: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(
            status: str, sent: list[tuple[str, str]], *_: object, **__: object
        ) -> Callable[[bytes], object]:
            begun.append((status, sent))
            return io.BytesIO().write

        whole = replace(attempt, headers={**headers, **attempt.headers})
        with closing(self._application(whole.environ(), start_response)) as pieces:
            body = b"".join(pieces)
        status, sent = begun[-1]
        return Answer(status=int(status.split()[0]), headers=dict(sent), body=body)

    def _judge_rows(self, attempt: Attempt, answer: Answer) -> None:
        if attempt.method != "POST" or not answer.may_have_written:
            changed = books.changed(self._before)
            assert not changed, f"refused, and yet {changed} changed: {attempt}"
        else:
            books.audit()


@contextmanager
def undone() -> Iterator[None]:
    """Take back what the block wrote."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """What the block logs, as it would be printed."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonLines())
    for each in (logs.ToldByRequestLine(), logs.AddContext(), logs.ConstantText()):
        handler.addFilter(each)
    logging.getLogger().addHandler(handler)
    try:
        yield stream
    finally:
        logging.getLogger().removeHandler(handler)


class _Counted:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Any, *rest: Any) -> Any:
        self.count += 1
        return execute(*rest)


@contextmanager
def counted() -> Iterator[_Counted]:
    """Count the queries of the block."""
    made = _Counted()
    with connection.execute_wrapper(made):
        yield made


def slowness() -> float:
    """How many times as long as on an idle machine a computation takes here and now, at least 1.

    Who shares a processor with others also shares its caches, and needs more of its time for the same.
    """
    started = time.thread_time()
    sum(len(str(number)) for number in range(YARDSTICK))
    return max(1.0, (time.thread_time() - started) / YARDSTICK_SECONDS)


def worked() -> float:
    """Return the processor seconds that this thread and its database process have worked so far."""
    return time.thread_time() + _ticks() / TICK


def _ticks() -> int:
    process = connection.connection.info.backend_pid if connection.connection else 0
    with open(f"/proc/{process}/stat") as file:  # noqa: PTH123 - read for every request
        user, system = file.read().rsplit(")", 1)[1].split()[11:13]
    return int(user) + int(system)


def _judge_answer(answer: Answer) -> None:
    for name, value in answer.headers.items():
        assert not re.search(r"[\r\n\0]", name + value), f"a header of two lines: {name}: {value!r}"
    assert SAFE_ID.fullmatch(answer.headers["X-Request-Id"])
    if location := answer.headers.get("Location"):
        # As a browser reads it, to which a backslash is a slash.
        target = urlsplit(urljoin("http://localhost/", location.replace("\\", "/")))
        assert (target.scheme, target.netloc) == ("http", "localhost"), f"leads away: {location}"
    assert not (found := TELLING.search(answer.body)), f"tells of the program: {found}"
    if answer.is_html:
        assert CANARY.encode() not in answer.body, "markup came back unescaped"


def _judge_log(log: io.StringIO) -> None:
    printed = log.getvalue()
    assert printed.endswith("\n")
    assert printed.replace("\n", "").isprintable(), f"a control character in the log: {printed!r}"
    lines = [json.loads(line) for line in printed[:-1].split("\n")]
    assert [line["msg"] for line in lines].count("request") == 1, printed
    assert not [line for line in lines if line["lvl"] in ("ERROR", "CRITICAL")], printed
    printed.encode()


def _failure(log: io.StringIO) -> str:
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    return "\n".join(line.get("exc", line["msg"]) for line in lines)


def proc_is_readable() -> bool:
    """Whether the work of the database's process can be read here."""
    return Path("/proc/self/stat").exists()
