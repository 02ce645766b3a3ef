from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.smoke.steps import Step, exit_codes

ROOT = Path(__file__).resolve().parents[3]


def test_exit_codes_differ() -> None:
    codes = [step.exit_code for step in Step]

    assert sorted(set(codes)) == codes


def test_help_names_each_exit_code() -> None:
    named = {int(code) for code in re.findall(r"^ +(\d+)  ", exit_codes(), re.MULTILINE)}

    assert named == {0, 2, 129, *(step.exit_code for step in Step)}


def test_operations_document_each_step_with_its_exit_code() -> None:
    section = (ROOT / "docs" / "operations.md").read_text().split("\n## Smoke run\n")[1].split("\n## ")[0]

    rows = re.findall(r"^\| (\d+) \| ([a-z-]+) \|", section, re.MULTILINE)
    assert rows == [(str(step.exit_code), step.name.lower().replace("_", "-")) for step in Step]


def run(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(
        [sys.executable, "-m", "deploy.smoke", *options],
        cwd=ROOT,
        env=kept | {"AWS_EC2_METADATA_DISABLED": "true", "HOME": os.devnull} | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_run_says_so_when_there_are_no_credentials() -> None:
    done = run()

    assert (done.returncode, done.stderr) == (10, "")
    assert "preflight: FAILED" in done.stdout
    assert "Unable to locate credentials. Sign in, or set AWS_PROFILE." in done.stdout


def test_run_says_so_when_aws_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}

    done = run("--state-bucket", "papyrus-any", AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}", **keys)

    assert (done.returncode, done.stderr) == (10, "")
    assert "AWS could not be asked: Could not connect to the endpoint URL" in done.stdout
    assert "Nothing was made, so nothing has to be cleaned up." in done.stdout


@pytest.mark.parametrize(
    "options",
    [
        ("--no-such-option",),
        ("--run-id", "A B"),
        ("--connect-to", "foo"),
        ("--healthy-seconds", "nan"),
        ("--log-seconds", "inf"),
    ],
)
def test_run_refuses_a_wrong_option(options: tuple[str, ...]) -> None:
    done = run(*options)

    assert (done.returncode, done.stdout) == (2, "")
    assert f"error: {'argument ' * (len(options) > 1)}" in done.stderr


def test_run_refuses_to_connect_to_where_the_environment_wrongly_says() -> None:
    done = run(SMOKE_CONNECT_TO="foo")

    assert (done.returncode, done.stdout) == (2, "")
    assert "argument --connect-to: “foo” is not HOST:PORT" in done.stderr
