"""A load balancer's data plane on loopback, for every load balancer that moto knows."""

from __future__ import annotations

import http.client
import secrets
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tests.deploy.aws.standins.health import HEALTHY, INITIAL, UNUSED, Health, HealthCheck, TargetWatch
from tests.deploy.aws.standins.holding import Holds

SECONDS_BETWEEN_LOOKS = 0.3
TIMEOUT_SECONDS = 60
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding"}

Key = tuple[str, str, int]
Group = dict[str, Any]


class LoadBalancers:
    """Answers on one loopback port; the Host header tells which load balancer is meant.

    `elbv2` is a client of moto itself. `reach` maps a task's address to the loopback port it listens on; others are
    closed ports.
    """

    def __init__(self, *, elbv2: Any, reach: Mapping[str, int]) -> None:
        self.holds = Holds()
        self._elbv2 = elbv2
        self._reach = reach
        self._watches: dict[Key, TargetWatch] = {}
        self._stopped = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self._checks = threading.Thread(target=self._check_for_ever, daemon=True)
        self._checks.start()

    def close(self) -> None:
        self._stopped.set()
        self.holds.clear()
        self._server.shutdown()
        self._server.server_close()
        self._checks.join(TIMEOUT_SECONDS)

    def health_of(self, group_arn: str, address: str, port: int) -> Health:
        """Return what was measured last."""
        watch = self._watches.get((group_arn, address, port))
        return watch.health if watch else INITIAL

    def choose(self, host: str) -> tuple[str, int] | int:
        """Return address and port of a target for a request to `host`, or the status to refuse with."""
        group = self._group_behind(host)
        if group is None:
            return http.client.NOT_FOUND
        targets = self._targets(group)
        if not targets:
            return http.client.SERVICE_UNAVAILABLE
        # When none is healthy it sends requests to all: "fail open".
        healthy = [each for each in targets if self.health_of(group["TargetGroupArn"], *each) is HEALTHY]
        return secrets.choice(healthy or targets)

    def loopback_port(self, address: str) -> int:
        """Return where the task with that private `address` listens; 9, discard, when there is none."""
        return self._reach.get(address, 9)

    def _group_behind(self, host: str) -> Group | None:
        name, _, port = host.partition(":")
        for balancer in self._elbv2.describe_load_balancers()["LoadBalancers"]:
            if balancer["DNSName"] == name:
                for listener in self._elbv2.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])[
                    "Listeners"
                ]:
                    if listener["Port"] == int(port or 80):
                        return self._group(listener["DefaultActions"][0]["TargetGroupArn"])
        return None

    def _group(self, arn: str) -> Group:
        group: Group = self._elbv2.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"][0]
        return group

    def _targets(self, group: Group) -> list[tuple[str, int]]:
        found = self._elbv2.describe_target_health(TargetGroupArn=group["TargetGroupArn"])
        return [(each["Target"]["Id"], each["Target"]["Port"]) for each in found["TargetHealthDescriptions"]]

    def _check_for_ever(self) -> None:
        while not self._stopped.wait(SECONDS_BETWEEN_LOOKS):
            # A group may be deleted between two calls.
            with suppress(ClientError, BotoCoreError):
                self._check_all()

    def _check_all(self) -> None:
        seen: set[Key] = set()
        for group in self._elbv2.describe_target_groups()["TargetGroups"]:
            for address, port in self._targets(group):
                seen.add((group["TargetGroupArn"], address, port))
                self._check(group, address=address, port=port)
        for gone in self._watches.keys() - seen:
            del self._watches[gone]

    def _check(self, group: Group, *, address: str, port: int) -> None:
        watch = self._watches.setdefault((group["TargetGroupArn"], address, port), TargetWatch())
        if not group["LoadBalancerArns"]:
            watch.health = UNUSED
            return
        watch.look(HealthCheck.of(group), host=f"{address}:{port}", port=self.loopback_port(address))


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What goes back to the caller."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def _handler(balancers: LoadBalancers) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def do_GET(self) -> None:
            balancers.holds.pass_by(self.path, address=self.headers.get("Host", ""))
            answer = _answer(self, balancers)
            self.send_response_only(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(answer.body)
            self.close_connection = True

    return Handler


def _answer(request: BaseHTTPRequestHandler, balancers: LoadBalancers) -> Answer:
    chosen = balancers.choose(request.headers.get("Host", ""))
    if isinstance(chosen, int):
        return _refusal(chosen)
    try:
        return _passed_on(request, port=balancers.loopback_port(chosen[0]))
    except TimeoutError:
        return _refusal(http.client.GATEWAY_TIMEOUT)
    except (OSError, http.client.HTTPException):
        return _refusal(http.client.BAD_GATEWAY)


def _passed_on(request: BaseHTTPRequestHandler, *, port: int) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    headers = {name: value for name, value in request.headers.items() if name.lower() not in HOP_BY_HOP}
    headers |= {
        "X-Forwarded-For": request.client_address[0],
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Port": "80",
        "X-Amzn-Trace-Id": _traced(headers.pop("X-Amzn-Trace-Id", "")),
    }
    connection.request(request.command, request.path, headers=headers)
    found = connection.getresponse()
    kept = [(name, value) for name, value in found.getheaders() if name.lower() not in HOP_BY_HOP]
    answer = Answer(status=found.status, headers=kept, body=found.read())
    connection.close()
    return answer


def _traced(given: str) -> str:
    """Return the trace header as a load balancer sends it on: with its own id before a caller's root."""
    own = f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"
    return f"Self={own};{given}" if "Root=" in given else f"Root={own}"


def _refusal(status: int) -> Answer:
    body = f"<html><body><center><h1>{status} {http.client.responses[status]}</h1></center></body></html>".encode()
    headers = [("Server", "awselb/2.0"), ("Content-Type", "text/html"), ("Content-Length", str(len(body)))]
    return Answer(status=status, headers=headers, body=body)
