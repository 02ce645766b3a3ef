"""Times that must fit together, read from where each of them is set."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.deploy.serving import COMMAND, ROOT, production

TERRAFORM = ROOT / "deploy" / "terraform"


@pytest.fixture(scope="module")
def gunicorn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """gunicorn's settings as it resolves them."""
    printed = subprocess.run(
        [sys.executable, "-m", *COMMAND[:-1], "--print-config", COMMAND[-1]],
        cwd=ROOT,
        env={**os.environ, **production(tmp_path_factory.mktemp("gunicorn"))},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return dict(re.findall(r"^(\w+) += (.*)$", printed, re.MULTILINE))


def set_in(stack: str, name: str) -> int:
    """The number that the stack gives `name`: written there, or the default of the variable written there."""
    text = "\n".join(path.read_text() for path in sorted((TERRAFORM / stack).glob("*.tf")))
    (value,) = set(re.findall(rf"^\s*{name}\s*=\s*(\d+|var\.\w+)\s*$", text, re.MULTILINE))
    if not value.startswith("var."):
        return int(value)
    variable = value.removeprefix("var.")
    (default,) = re.findall(rf'^variable "{variable}" {{.*?^\s*default\s*=\s*(\d+)$', text, re.MULTILINE | re.DOTALL)
    return int(default)


def test_kept_alive_connections_outlive_the_load_balancers_idle_timeout(gunicorn: dict[str, str]) -> None:
    # Otherwise the load balancer sends a request on a connection that was just closed, and answers 502.
    assert int(gunicorn["keepalive"]) > set_in("20-alb", "idle_timeout")


def test_platform_waits_longer_than_gunicorn_before_it_kills(gunicorn: dict[str, str]) -> None:
    assert int(gunicorn["graceful_timeout"]) == 30
    assert int(gunicorn["graceful_timeout"]) < set_in("15-ecs", "stopTimeout")


def test_load_balancer_lets_go_of_a_task_before_it_is_killed() -> None:
    assert set_in("20-alb", "deregistration_delay") <= set_in("15-ecs", "stopTimeout")


def test_worker_is_not_taken_for_dead_while_it_stops(gunicorn: dict[str, str]) -> None:
    assert int(gunicorn["graceful_timeout"]) < int(gunicorn["timeout"])


def test_configuration_disables_what_a_read_only_container_cannot_have(gunicorn: dict[str, str]) -> None:
    assert gunicorn["control_socket_disable"] == "True"
    assert gunicorn["worker_tmp_dir"] == "/dev/shm"  # noqa: S108 - the setting, not a file of ours
