"""The AWS endpoint of a rehearsal: moto, but for the health of targets, which the load balancer measured."""

from __future__ import annotations

import http.client
import threading
import xml.etree.ElementTree as Xml
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.deploy.aws.standins.health import Health
from tests.deploy.aws.standins.holding import Holds

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "host", "content-length", "expect"}
NAMESPACE = "{http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/}"
TIMEOUT_SECONDS = 120
# moto's dictionaries change under its own feet when many ask at once.
ONE_AT_A_TIME = threading.Lock()

# Target group ARN, target's address and port.
HealthOf = Callable[[str, str, int], Health]


class Gateway:
    """Passes every call on to `moto` (a URL), and answers DescribeTargetHealth by `health_of`."""

    def __init__(self, *, moto: str, health_of: HealthOf) -> None:
        self.holds = Holds()
        handler = _handler(moto=moto, health_of=health_of, holds=self.holds)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self.holds.clear()
        self._server.shutdown()
        self._server.server_close()


def _handler(*, moto: str, health_of: HealthOf, holds: Holds) -> type[BaseHTTPRequestHandler]:
    target = urlsplit(moto)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            holds.pass_by(_action(self.headers.get("X-Amz-Target", ""), body))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
            connection = http.client.HTTPConnection(str(target.hostname), target.port, timeout=TIMEOUT_SECONDS)
            with ONE_AT_A_TIME:
                connection.request(self.command, self.path, body=body, headers={**headers, "Host": target.netloc})
                found = connection.getresponse()
                content = found.read()
            if _action("", body) == "DescribeTargetHealth" and found.status == http.client.OK:
                content = _with_measured_health(content, group=_parameter(body, "TargetGroupArn"), health_of=health_of)
            self.send_response_only(found.status)
            for name, value in found.getheaders():
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header(
                "Content-Length",
                found.getheader("Content-Length", "0") if self.command == "HEAD" else str(len(content)),
            )
            self.end_headers()
            self.wfile.write(content)
            connection.close()

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = answer  # noqa: N815 - the server's names

    return Handler


def _action(target: str, body: bytes) -> str:
    """Return the name of the call, such as DescribeTasks; empty for the calls of S3."""
    if target:
        return target.rsplit(".", 1)[-1]
    return _parameter(body, "Action") if body.startswith(b"Action=") or b"&Action=" in body else ""


def _parameter(body: bytes, name: str) -> str:
    return parse_qs(body.decode("utf-8", "replace")).get(name, [""])[0]


def _with_measured_health(content: bytes, *, group: str, health_of: HealthOf) -> bytes:
    Xml.register_namespace("", NAMESPACE.strip("{}"))
    answer = Xml.fromstring(content)  # noqa: S314 - moto's own answer
    for member in answer.iter(f"{NAMESPACE}member"):
        address = member.findtext(f"{NAMESPACE}Target/{NAMESPACE}Id", "")
        port = int(member.findtext(f"{NAMESPACE}Target/{NAMESPACE}Port", "0"))
        told = member.find(f"{NAMESPACE}TargetHealth")
        if told is not None:
            _replace(told, health_of(group, address, port))
    return Xml.tostring(answer)


def _replace(told: Xml.Element, health: Health) -> None:
    for child in list(told):
        told.remove(child)
    for name, value in (("State", health.state), ("Reason", health.reason), ("Description", health.description)):
        if value:
            Xml.SubElement(told, f"{NAMESPACE}{name}").text = value
