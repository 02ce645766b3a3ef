"""The stand-in for the load balancer keeps to the settings it reads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.deploy.aws.standins.health import INITIAL, HealthCheck, TargetWatch


class Target:
    """A web server that answers with the status it is told, and keeps what it was asked."""

    def __init__(self) -> None:
        self.status = 200
        self.asked: list[tuple[str, str]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.port = self.server.server_address[1]


def _handler(target: Target) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

        def do_GET(self) -> None:
            target.asked.append((self.path, self.headers["Host"]))
            self.send_response(target.status)
            self.end_headers()

    return Handler


@pytest.fixture
def target() -> Iterator[Target]:
    made = Target()
    yield made
    made.server.shutdown()
    made.server.server_close()


def check(*, matcher: str = "200-399", interval: float = 0.0) -> HealthCheck:
    return HealthCheck(
        path="/healthz", matcher=matcher, interval=interval, timeout=5, healthy_threshold=2, unhealthy_threshold=3
    )


def states(watch: TargetWatch, target: Target, statuses: list[int]) -> list[str]:
    """Return the state after a look at each of `statuses`."""
    seen = []
    for target.status in statuses:
        watch.look(check(), host="10.0.0.7:5000", port=target.port)
        seen.append(watch.health.state)
    return seen


def test_target_is_healthy_after_one_success_and_then_by_the_thresholds(target: Target) -> None:
    watch = TargetWatch()

    seen = states(watch, target, [200, 503, 503, 503, 200, 200])

    assert seen == ["healthy", "healthy", "healthy", "unhealthy", "unhealthy", "healthy"]
    assert target.asked == [("/healthz", "10.0.0.7:5000")] * 6


def test_new_target_stays_initial_until_the_unhealthy_threshold(target: Target) -> None:
    watch = TargetWatch()

    seen = states(watch, target, [404, 404, 404])

    assert seen == ["initial", "initial", "unhealthy"]
    assert (watch.health.reason, watch.health.description) == (
        "Target.ResponseCodeMismatch",
        "Health checks failed with these codes: [404]",
    )


def test_target_is_asked_once_within_the_interval(target: Target) -> None:
    watch = TargetWatch()

    for _ in range(3):
        watch.look(check(interval=60), host="10.0.0.7:5000", port=target.port)

    assert len(target.asked) == 1
    assert watch.health is not INITIAL


@pytest.mark.parametrize(
    ("matcher", "accepted"), [("200-399", [200, 302, 399]), ("200,204", [200, 204]), ("200", [200])]
)
def test_matcher_accepts_codes_and_ranges(matcher: str, accepted: list[int]) -> None:
    codes = [199, 200, 204, 302, 399, 400, 503]

    assert [code for code in codes if check(matcher=matcher).accepts(code)] == [
        code for code in codes if code in accepted or (matcher == "200-399" and 200 <= code < 400)
    ]


def test_nobody_listening_is_a_failed_check(target: Target) -> None:
    target.server.shutdown()
    target.server.server_close()

    failure = check().failure(host="10.0.0.7:5000", port=target.port)

    assert failure is not None
    assert failure.reason == "Target.FailedHealthChecks"
