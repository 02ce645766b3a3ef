"""`python -m deploy.proposal`: put a folder of evidence on a branch of its own and open a pull request for it."""

from __future__ import annotations

import os
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path

from deploy.command_line import steps
from deploy.command_line.steps import Say, StepFailed
from deploy.evidence.verification import verify_all

AUTHOR = ("-c", "user.name=github-actions[bot]", "-c", "user.email=github-actions[bot]@users.noreply.github.com")
# The token is in the environment of gh only, never in .git/config.
CREDENTIALS = ("-c", "credential.helper=", "-c", "credential.helper=!gh auth git-credential")


class Code(IntEnum):
    """How a proposal ends."""

    PROPOSED = 0
    NOT_FIT = 3
    REFUSED = 4


MEANINGS: dict[int, str] = {
    Code.PROPOSED: "the pull request is open, or a run that failed left no evidence to propose",
    Code.NOT_FIT: "the evidence is missing, or not fit to be published; nothing was committed",
    Code.REFUSED: "git or gh refused",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = parser().parse_args(arguments)
    return steps.run(lambda say: _propose(options, say=say))


def _propose(options: Namespace, *, say: Say) -> Code:
    folder: Path = options.folder
    if not _run("git", "status", "--porcelain", "--", str(folder)):
        return _without_evidence(folder, result=options.result, say=say)
    _require_fit(folder)
    branch = f"evidence/{options.kind}-{datetime.now(UTC):%Y%m%d-%H%M%SZ}"
    title = f"Add evidence of {options.kind}, {options.result}"
    _run("git", "switch", "--quiet", "--create", branch)
    _run("git", "add", "--", str(folder))
    _run("git", *AUTHOR, "commit", "--quiet", "--message", title, "--message", options.body)
    _run("git", *CREDENTIALS, "push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
    address = _run(
        "gh", "pr", "create", "--head", branch, "--base", options.base, "--title", title, "--body", options.body
    )
    say(f"Proposed: {address.strip()}")
    return Code.PROPOSED


def _without_evidence(folder: Path, *, result: str, say: Say) -> Code:
    if result == "success":
        raise StepFailed(
            Code.NOT_FIT, f"{folder} has no new evidence, though the run succeeded. Look why it did not arrive."
        )
    say(f"{folder} has no new evidence; the run ended before there was any.")
    return Code.PROPOSED


def _require_fit(folder: Path) -> None:
    if findings := [str(finding) for finding in verify_all(folder)]:
        raise StepFailed(Code.NOT_FIT, f"The evidence is not fit to be published. {' '.join(findings)}")


def _run(program: str, *arguments: str) -> str:
    try:
        finished = subprocess.run(
            [program, *arguments],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"GIT_TERMINAL_PROMPT": "0"},
        )
    except FileNotFoundError as missing:
        raise StepFailed(Code.REFUSED, f"{program} is not installed on this machine.") from missing
    if finished.returncode:
        verb = next((each for each in arguments if each.isalpha()), "")
        raise StepFailed(
            Code.REFUSED, f"{program} {verb} ended with exit code {finished.returncode}: {finished.stderr.strip()}"
        )
    return finished.stdout


def parser() -> ArgumentParser:
    """Return the command line."""
    made = steps.parser(
        program="proposal",
        summary="Commit a folder of evidence to a new branch evidence/KIND-YYYYMMDD-HHMMSSZ, push it and open a pull "
        "request. Needs git, gh and GH_TOKEN.",
        codes=MEANINGS,
    )
    made.add_argument("folder", type=Path, help="folder of evidence, inside the repository")
    made.add_argument("--kind", required=True, choices=("smoke", "audit", "restore"), help="what the evidence is of")
    made.add_argument(
        "--result",
        default="success",
        choices=("success", "failure", "cancelled", "skipped"),
        help="how the run ended, for the title (default: %(default)s)",
    )
    made.add_argument("--body", default="Made by a workflow. Masked before it was written.", help="text of it all")
    made.add_argument("--base", default="main", help="branch it is for (default: %(default)s)")
    return made


if __name__ == "__main__":
    sys.exit(main())
