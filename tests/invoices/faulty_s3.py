"""A way to moto's S3 on which whatever can go wrong goes wrong when it is told to."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


class Fault(Enum):
    UNAVAILABLE = "it answers 503"
    SILENT = "it never answers"
    BROKEN = "it closes the connection without a word"
    NO_S3 = "something else answers 200 with a page"
    SWALLOWED = "it says that it stored what it throws away"
    CUT = "it breaks off in the middle of a file"


class FaultyS3(ThreadingHTTPServer):
    """Passes requests on to the server at `port`, unless it has a fault."""

    daemon_threads = True

    def __init__(self, port: int, way: type[Way]) -> None:
        super().__init__(("127.0.0.1", 0), way)
        self.behind = port
        self.fault: Fault | None = None
        self.requests: list[str] = []
        # Silent requests end with the test, not before.
        self.is_over = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def faulty_s3(port: int, way: type[Way] | None = None) -> Iterator[FaultyS3]:
    """A way to the server at `port`."""
    server = FaultyS3(port, way or Way)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.is_over.set()
        server.shutdown()
        server.server_close()
        thread.join()


class Way(BaseHTTPRequestHandler):
    server: FaultyS3
    protocol_version = "HTTP/1.1"

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.requests.append(self.command)
        self.pass_on(body)

    def pass_on(self, body: bytes) -> None:
        match self.server.fault:
            case Fault.UNAVAILABLE:
                self._send(503, b"<Error><Code>SlowDown</Code><Message>Reduce your request rate</Message></Error>")
            case Fault.SILENT:
                self.server.is_over.wait(60)
                self.close_connection = True
            case Fault.BROKEN:
                self.close_connection = True
            case Fault.NO_S3:
                self._send(200, b"<html>Please sign in to the network</html>")
            case Fault.SWALLOWED if self.command == "PUT":
                self._send(200, b"")
            case _:
                self._pass_on(body)

    def _pass_on(self, body: bytes) -> None:
        behind = http.client.HTTPConnection("127.0.0.1", self.server.behind, timeout=60)
        behind.request(self.command, self.path, body=body, headers=dict(self.headers))
        answer = behind.getresponse()
        content = answer.read()
        behind.close()
        headers = {name: value for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP}
        is_cut = self.server.fault is Fault.CUT and self.command == "GET" and self.path.endswith(".pdf")
        self._send(answer.status, content, headers, sent=len(content) // 2 if is_cut else len(content))
        self.close_connection = is_cut

    def _send(
        self, status: int, content: bytes, headers: dict[str, str] | None = None, *, sent: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content[:sent])

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""
