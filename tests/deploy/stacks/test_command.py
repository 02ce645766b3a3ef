"""What an operator is shown and asked before a stack changes, with a stand-in for Terraform."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.stacks.stack import STACKS, stacks_upon
from papyrus_site.local import ROOT

PROMPT = "Type the stack's name: "
# Without the name of the file with the variables, which lies in the test's folder.
STAND_IN = """#!/bin/sh
echo "terraform $*" | sed 's/ -var-file=.*//'
"""


@dataclass(kw_only=True)
class Dialogue:
    """The command at a terminal: what it has printed, and the end of the terminal at which one types."""

    process: subprocess.Popen[str]
    keyboard: int
    printed: str = ""

    def wait_for_prompt(self) -> None:
        assert self.process.stdout is not None
        while not self.printed.endswith(PROMPT):
            letter = self.process.stdout.read(1)
            assert letter, self.printed
            self.printed += letter

    def type(self, keys: bytes) -> None:
        os.write(self.keyboard, keys)

    def tell_to_stop(self, number: signal.Signals) -> None:
        """Send the signal until it is heard: one between the question and the wait for its answer is not."""
        ends_at = time.monotonic() + 60
        while self.process.poll() is None and time.monotonic() < ends_at:
            self.process.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=2)

    def finish(self) -> int:
        self.printed += self.process.communicate(timeout=60)[0]
        return self.process.returncode

    def verbs(self) -> list[str]:
        """What Terraform was called with, from the first word up to what does not matter here."""
        lines = (line.partition("terraform ")[2] for line in self.printed.splitlines())
        return [line for line in lines if line and not line.startswith("init")]


@pytest.fixture
def terraform(tmp_path: Path) -> str:
    """PATH with the stand-in first."""
    program = tmp_path / "bin" / "terraform"
    program.parent.mkdir()
    program.write_text(STAND_IN)
    program.chmod(0o755)
    return f"{program.parent}:{os.environ['PATH']}"


@pytest.fixture
def ask(tmp_path: Path, terraform: str) -> Iterator[Callable[[str], Dialogue]]:
    """A function that starts a verb at a terminal and returns at the question."""
    keyboard, terminal = pty.openpty()
    started: list[Dialogue] = []

    def start(verb: str) -> Dialogue:
        process = subprocess.Popen(
            command(verb, folder=tmp_path),
            cwd=ROOT,
            env=os.environ | {"PATH": terraform},
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(Dialogue(process=process, keyboard=keyboard))
        started[-1].wait_for_prompt()
        return started[-1]

    yield start
    for each in started:
        with suppress(ProcessLookupError):
            each.process.kill()
        each.process.communicate()
    os.close(keyboard)
    os.close(terminal)


def command(verb: str, *, folder: Path, stack: str = "40-github-oidc") -> list[str]:
    options = ("--work-folder", str(folder / "work"), "--state-bucket", "papyrus-any")
    return [sys.executable, "-m", "deploy.stacks", *options, verb, stack]


@pytest.mark.parametrize(
    ("verb", "shown"),
    [
        ("apply", "plan -no-color -input=false -detailed-exitcode"),
        ("destroy", "plan -no-color -destroy -input=false"),
    ],
)
def test_change_is_shown_then_asked_for_then_made(ask: Callable[[str], Dialogue], verb: str, shown: str) -> None:
    dialogue = ask(verb)
    assert dialogue.verbs() == [shown]

    dialogue.type(b"40-github-oidc\n")

    assert dialogue.finish() == 0
    assert dialogue.verbs() == [shown, f"{verb} -no-color -input=false -auto-approve"]
    assert dialogue.printed.splitlines()[-1].endswith(f"{verb} of 40-github-oidc is done")


@pytest.mark.parametrize("keys", [b"yes\n", b"\n", b"\x04"])
def test_another_answer_than_the_name_changes_nothing(ask: Callable[[str], Dialogue], keys: bytes) -> None:
    dialogue = ask("destroy")

    dialogue.type(keys)

    assert dialogue.finish() == 1
    assert dialogue.printed.endswith("\nNothing was changed.\n") or f"{PROMPT}Nothing was changed." in dialogue.printed
    assert "Traceback" not in dialogue.printed
    assert len(dialogue.verbs()) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_command_ends_when_it_is_told_to_stop_at_the_question(
    ask: Callable[[str], Dialogue], number: signal.Signals
) -> None:
    dialogue = ask("destroy")

    dialogue.tell_to_stop(number)

    assert dialogue.finish() == 1
    assert dialogue.printed.endswith(f"{PROMPT}\nNothing was changed.\n")
    assert len(dialogue.verbs()) == 1


def run(words: list[str], *, path: str) -> subprocess.CompletedProcess[str]:
    """Run a command where nobody can answer."""
    return subprocess.run(
        words,
        cwd=ROOT,
        env=os.environ | {"PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("verb", ["apply", "destroy"])
def test_command_runs_no_terraform_when_nobody_can_answer(tmp_path: Path, terraform: str, verb: str) -> None:
    finished = run(command(verb, folder=tmp_path), path=terraform)

    assert (finished.returncode, finished.stdout) == (1, "Nothing was changed.\n")
    assert finished.stderr == f"{verb} asks before it changes anything. Where nobody can answer, add --yes.\n"


def test_command_names_the_variables_when_one_is_misspelt(tmp_path: Path, terraform: str) -> None:
    finished = run(
        [*command("apply", folder=tmp_path, stack="00-network"), "--yes", "--var", "vpc_cdir=10.0.0.0/16"],
        path=terraform,
    )

    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr.splitlines()[-1] == (
        'python -m deploy.stacks: error: 00-network has no variable "vpc_cdir". It has: environment, vpc_cidr, '
        "public_zones, private_zones, flow_log_retention_days."
    )


def test_stacks_know_what_builds_on_them() -> None:
    assert {stack: stacks_upon(stack) for stack in STACKS} == {
        "00-network": ["10-rds", "15-ecs", "20-alb", "40-github-oidc"],
        "10-rds": ["15-ecs", "30-monitor", "40-github-oidc"],
        "15-ecs": ["30-monitor", "40-github-oidc"],
        "20-alb": [],
        "30-monitor": [],
        "40-github-oidc": [],
    }


@pytest.mark.parametrize("name", ["region", "state_bucket"])
def test_command_refuses_a_variable_that_the_environment_sets(tmp_path: Path, terraform: str, name: str) -> None:
    words = [*command("apply", folder=tmp_path, stack="10-rds"), "--yes", "--var", f"{name}=us-east-1"]

    finished = run(words, path=terraform)

    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr.splitlines()[-1] == (
        f'python -m deploy.stacks: error: "{name}" cannot be given by --var. Set AWS_REGION, or give --state-bucket '
        "before the verb."
    )


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ("NoSuchBucket:", "There is no bucket for the states yet. Run `python -m deploy.stacks bootstrap` first."),
        (
            "No stored state was found",
            "This stack builds on others. Apply these first, in this order: 00-network, 10-rds.",
        ),
        (
            "local.network is object with no attributes",
            "This stack builds on others, of which one was destroyed. Apply these first, in this order: 00-network, "
            "10-rds. A destroy needs them, too.",
        ),
    ],
)
@pytest.mark.parametrize("verb", ["output", "plan"])
def test_command_shows_why_terraform_failed_and_what_to_do(
    tmp_path: Path, terraform: str, verb: str, said: str, remedy: str
) -> None:
    failing = f'#!/bin/sh\necho "Error: {said} in the account 123456789012"\nexit 1\n'
    (tmp_path / "bin" / "terraform").write_text(failing)

    finished = run(command(verb, folder=tmp_path, stack="15-ecs"), path=terraform)

    assert finished.returncode == 1
    *shown, failure, told = finished.stderr.splitlines()
    assert (failure, told) == ("terraform init of 15-ecs failed with exit code 1.", remedy)
    assert shown == ([f"Error: {said} in the account ************"] if verb == "output" else [])
    assert (said in finished.stdout) == (verb == "plan")


def test_command_names_the_remedy_when_there_are_no_credentials() -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    finished = subprocess.run(
        [sys.executable, "-m", "deploy.stacks", "bootstrap"],
        cwd=ROOT,
        env=kept | {"AWS_EC2_METADATA_DISABLED": "true", "HOME": os.devnull},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr == ("AWS could not be asked: Unable to locate credentials. Sign in, or set AWS_PROFILE.\n")


def test_command_says_so_when_there_is_no_terraform(tmp_path: Path) -> None:
    finished = run(command("plan", folder=tmp_path), path=str(tmp_path))

    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr.startswith(
        "terraform init of 40-github-oidc cannot run, since no program “terraform” is on PATH."
    )
