"""One request through the load balancer, kept as it went over the wire."""

from __future__ import annotations

import http.client
import json
import re
import secrets
import socket
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from deploy.smoke.steps import StepFailed

TIMEOUT_SECONDS = 10.0
SECONDS_BETWEEN_TRIES = 2.0
MAX_ANSWER_BYTES = 1024 * 1024
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})\b")


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where the load balancer is: the name to ask for, and the host and port to connect to."""

    name: str
    host: str
    port: int


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A request and its answer. `root` is the trace id's root, which the service logs as request_id."""

    root: str
    sent_at: float
    request: bytes
    answer: bytes
    status: int
    body: bytes

    def raw(self) -> str:
        """Return both as text, as they went over the wire."""
        return "\n".join(part.decode("utf-8", "replace").replace("\r\n", "\n") for part in (self.request, self.answer))


def address_of(dns_name: str, *, connect_to: str | None) -> Address:
    """Return where to find `dns_name`: where the system says, or at `connect_to` (host:port), as curl's option."""
    if not connect_to:
        return Address(name=dns_name, host=dns_name, port=80)
    host, _, port = connect_to.rpartition(":")
    return Address(name=dns_name, host=host, port=int(port))


def exchange(path: str, *, address: Address, seconds: float, wait: Callable[[float], None]) -> Exchange:
    """Send GET `path`. A new load balancer's name may take minutes to be known: try for `seconds` to connect.

    Raises StepFailed when nobody answers in that time, or when the answer is no HTTP.
    """
    ends_at = time.monotonic() + seconds
    while True:
        try:
            return _exchange(path, address=address)
        except (OSError, http.client.HTTPException) as error:
            if time.monotonic() >= ends_at:
                raise StepFailed(
                    f"GET {path} at {address.name} got no answer within {seconds:.0f} s: {error!r}. Look at the "
                    "load balancer's listener, its security group and the routes of its subnets."
                ) from error
        wait(SECONDS_BETWEEN_TRIES)


def require(found: Exchange, *, path: str, body: dict[str, Any]) -> None:
    """Make sure that the answer is 200 with exactly `body` as JSON.

    Raises StepFailed when it is another.
    """
    try:
        answered = json.loads(found.body)
    except ValueError:
        answered = None
    if found.status != http.client.OK or answered != body:
        text = found.body.decode("utf-8", "replace")[:200]
        raise StepFailed(
            f"GET {path} answered {found.status} {text}; expected 200 {json.dumps(body)}. docs/operations.md lists the "
            "reasons under “Probes”."
        )


def _exchange(path: str, *, address: Address) -> Exchange:
    root = f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"
    request = (
        f"GET {path} HTTP/1.1\r\nHost: {address.name}\r\nX-Amzn-Trace-Id: Root={root}\r\n"
        "User-Agent: papyrus-smoke\r\nAccept: application/json\r\nConnection: close\r\n\r\n"
    ).encode()
    sent_at = time.time()
    answer = _sent(request, address=address)
    head, _, body = answer.partition(b"\r\n\r\n")
    status = STATUS.match(head)
    if status is None:
        raise http.client.BadStatusLine(repr(head[:100]))
    return Exchange(root=root, sent_at=sent_at, request=request, answer=answer, status=int(status[1]), body=body)


def _sent(request: bytes, *, address: Address) -> bytes:
    with closing(socket.create_connection((address.host, address.port), TIMEOUT_SECONDS)) as connection:
        connection.sendall(request)
        heard = b""
        while len(heard) < MAX_ANSWER_BYTES and (more := connection.recv(65536)):
            heard += more
        return heard
