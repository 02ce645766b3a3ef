"""What gunicorn answers by itself: to a request it cannot read, or when not even the error page could be made."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping

from gunicorn.util import write_nonblock

POLICY = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "X-Frame-Options": "DENY"}


def writer(headers: Mapping[str, str]) -> Callable[[socket.socket, int, str, str], None]:
    """Return a function in the place of gunicorn's `write_error`: with `headers`, and without the sender's words."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in {**headers, **POLICY}.items())

    def write_error(connection: socket.socket, status: int, reason: str, message: str) -> None:
        # Of `message` nothing: it repeats what was sent.
        body = f"{status} {reason}\n"
        head = f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: text/plain\r\n{lines}"
        write_nonblock(connection, f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode("latin1"))

    return write_error
