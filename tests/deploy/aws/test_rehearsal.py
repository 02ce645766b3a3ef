"""What the rehearsal does before it begins, and when it is told to stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import needed_program, wait_until
from tests.deploy.aws.smoke.runs import PATIENCE_SECONDS, descendants
from tests.deploy.aws.standins.fargate import ROOT


def start(*options: str, folder: Path) -> subprocess.Popen[str]:
    """Start a rehearsal whose temporary files lie in `folder`."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.deploy.aws.rehearsal", *options],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.parametrize(
    ("option", "code", "said"),
    [("--help", 0, "nothing-left: nothing with the run's id is left"), ("--no-such-option", 2, "unrecognized")],
)
def test_rehearsal_starts_nothing_when_it_is_asked_for_help_or_wrongly(
    tmp_path: Path, option: str, code: int, said: str
) -> None:
    rehearsal = start(option, folder=tmp_path)

    printed, _ = rehearsal.communicate(timeout=PATIENCE_SECONDS)

    assert rehearsal.returncode == code
    assert said in printed
    assert "terraform apply of 00-network" not in printed


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_rehearsal_ends_all_that_it_started_when_told_to_stop(tmp_path: Path, number: signal.Signals) -> None:
    needed_program("terraform")
    rehearsal = start(folder=tmp_path)
    assert rehearsal.stdout is not None
    assert rehearsal.stdout.readline() == "rehearsal: terraform apply of 00-network …\n"
    started = wait_until(lambda: moto_and_terraform(rehearsal.pid))

    rehearsal.send_signal(number)

    printed, _ = rehearsal.communicate(timeout=PATIENCE_SECONDS)
    assert rehearsal.returncode == 128 + number, printed
    assert [pid for pid in started if Path(f"/proc/{pid}").exists()] == []
    assert list(tmp_path.iterdir()) == []


def moto_and_terraform(pid: int) -> list[int]:
    """The processes that the rehearsal has started, once there are both."""
    found = descendants(pid)
    return found if len(found) > 1 else []
