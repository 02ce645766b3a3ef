"""Clients that ask without pause, and what each of their requests came to."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

ANSWER_WITHIN_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Answered:
    """One request: when it began and ended, and its status, or in its place what went wrong."""

    path: str
    began_at: float
    ended_at: float
    status: int | str

    @property
    def is_good(self) -> bool:
        return self.status == 200


@dataclass(kw_only=True)
class Client(threading.Thread):
    """Asks for `path` again and again until told to stop or refused; kept alive or on a new connection each time."""

    port: int
    path: str
    headers: Mapping[str, str]
    keeps_alive: bool = False
    answers: list[Answered] = field(default_factory=list)
    is_refused: bool = False
    stopped: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        connection = self._new_connection()
        while not self.stopped.is_set():
            try:
                if connection.sock is None:
                    connection.connect()
            except ConnectionRefusedError:
                self.is_refused = True
                break
            began_at = time.monotonic()
            status = self._ask(connection)
            self.answers.append(Answered(path=self.path, began_at=began_at, ended_at=time.monotonic(), status=status))
            if not self.keeps_alive or isinstance(status, str):
                connection.close()
        connection.close()

    def _new_connection(self) -> http.client.HTTPConnection:
        made = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_WITHIN_SECONDS)
        # What a stopping server closes is opened anew by `run` alone, which tells a refusal from a loss.
        made.auto_open = 0
        return made

    def _ask(self, connection: http.client.HTTPConnection) -> int | str:
        try:
            connection.request("GET", self.path, headers=dict(self.headers))
            response = connection.getresponse()
            # Raises IncompleteRead when the connection ends before Content-Length says so.
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__
        if response.headers["Content-Type"] == "application/pdf" and not body.rstrip().endswith(b"%%EOF"):
            return "cut short"
        return response.status


@contextmanager
def load(*clients: Client) -> Iterator[None]:
    """Let the clients ask as long as the block runs, and wait for their last answers."""
    for each in clients:
        each.start()
    try:
        yield
    finally:
        for each in clients:
            each.stopped.set()
        for each in clients:
            each.join(ANSWER_WITHIN_SECONDS)


def answers_of(*clients: Client) -> list[Answered]:
    return sorted((answer for client in clients for answer in client.answers), key=lambda answer: answer.began_at)


def clients_of(make: Callable[[], Client], count: int) -> list[Client]:
    return [make() for _ in range(count)]
