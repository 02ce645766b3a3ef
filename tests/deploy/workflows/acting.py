"""Runs a workflow file as GitHub would, by act and without containers, with stand-ins for the actions it uses."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.deploy.workflows.conftest import ROOT

WORKFLOWS = ROOT / ".github" / "workflows"
USES = re.compile(r"uses: (([\w-]+/[\w-]+)@[0-9a-f]{40})")
ORIGIN = "origin.git"
NAME = "name: {0}\ndescription: stands in for {0}\n"
RUNS = "runs:\n  using: composite\n  steps:\n    - shell: bash\n      run: |\n"
# What each action does here, besides being noted down: its inputs, and the shell commands.
ACTIONS = {
    "actions/checkout": (("persist-credentials",), 'git clone --quiet "$ORIGIN" .'),
    "actions/setup-python": (("python-version",), ""),
    "hashicorp/setup-terraform": (("terraform_version", "terraform_wrapper"), ""),
    "aws-actions/configure-aws-credentials": (
        ("role-to-assume", "role-session-name", "aws-region", "mask-aws-account-id"),
        'echo "role ${{ inputs.role-to-assume }}" >> "$RECORD"\n'
        'for name in AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY; do echo "$name=testing" >> "$GITHUB_ENV"; done\n'
        'for name in AWS_REGION AWS_DEFAULT_REGION; do echo "$name=${{ inputs.aws-region }}" >> "$GITHUB_ENV"; done',
    ),
    "actions/upload-artifact": (
        ("name", "path", "if-no-files-found"),
        'if [ -d "${{ inputs.path }}" ]; then cp -r "${{ inputs.path }}" "$ARTIFACTS/${{ inputs.name }}"; fi',
    ),
    "actions/download-artifact": (
        ("name", "path"),
        'mkdir -p "${{ inputs.path }}" && cp -r "$ARTIFACTS/${{ inputs.name }}/." "${{ inputs.path }}"',
    ),
}


@dataclass(frozen=True, kw_only=True)
class Acted:
    """What a workflow did: its exit code, the calls it made in order, and where its pushes went."""

    exit_code: int
    calls: list[str]
    printed: str
    origin: Path

    @property
    def steps(self) -> list[str]:
        """The names of what was called, without arguments."""
        return [call.split()[0] for call in self.calls]

    def call(self, step: str) -> str:
        """The only call of `step`, with its arguments."""
        (found,) = (call for call in self.calls if call.split()[0] == step)
        return found

    def branches(self) -> list[str]:
        return git("for-each-ref", "--format=%(refname:short)", folder=self.origin).split()

    def proposed(self) -> list[str]:
        """The branches that were pushed."""
        return [branch for branch in self.branches() if branch != "main"]

    def steps_of_workflow(self) -> list[str]:
        """The steps that ran, without what a stand-in adds about the role."""
        return [step for step in self.steps if step != "role"]

    def files_of(self, branch: str) -> list[str]:
        """What `branch` has that main has not."""
        return git("diff", "--name-only", "main", branch, folder=self.origin).split()


@dataclass(frozen=True, kw_only=True)
class Act:
    """`workflow` (a file's name), made ready in `folder` to be run by act: the command, its variables and its folder.

    `fail` is a call that fails: `gh#1` is the first of `gh`. `real` are commands of `deploy` that are run and not only
    noted down, with the options that they are given besides; the proposal always is. `surroundings` are variables for
    them; their credentials come from the workflow's own step.
    """

    workflow: str
    folder: Path
    fail: str = ""
    real: Mapping[str, Sequence[str]] = field(default_factory=dict)
    surroundings: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("artifacts", "bin", "home"):
            (self.folder / name).mkdir(parents=True)
        self._record.touch()
        _make_origin(self.folder)
        for program in ("python", "gh"):
            stand_in(program, script="recorded.py", folder=self.folder / "bin")

    @property
    def command(self) -> list[str]:
        variables = (f"--env={key}={value}" for key, value in self._variables.items())
        return [*_command(self.workflow, folder=self.folder), *variables]

    @property
    def environment(self) -> dict[str, str]:
        home = str(self.folder / "home")
        return _plain() | self._variables | {"HOME": home, "XDG_CACHE_HOME": home}

    @property
    def work(self) -> Path:
        return self.folder / "work"

    def acted(self, *, exit_code: int, printed: str) -> Acted:
        """Return what came of it."""
        return Acted(
            exit_code=exit_code,
            calls=self._record.read_text().splitlines(),
            printed=printed,
            origin=self.folder / ORIGIN,
        )

    @property
    def _record(self) -> Path:
        return self.folder / "record"

    @property
    def _variables(self) -> dict[str, str]:
        return {
            **self.surroundings,
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "RECORD": str(self._record),
            "FAIL": self.fail,
            "REAL": json.dumps({**self.real, "deploy.proposal": []}),
            "ORIGIN": str(self.folder / ORIGIN),
            "ARTIFACTS": str(self.folder / "artifacts"),
        }


def act(workflow: str, *, folder: Path, fail: str = "") -> Acted:
    """Run `workflow` in `folder`, with every command of `deploy` but the proposal only noted down."""
    ready = Act(workflow=workflow, folder=folder, fail=fail)
    finished = subprocess.run(
        ready.command,
        cwd=ready.work,
        env=ready.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    return ready.acted(exit_code=finished.returncode, printed=finished.stdout + finished.stderr)


def stand_in(program: str, *, script: str, folder: Path) -> None:
    """Put into `folder` a `program` that calls `script`, a file beside this one, with the program's name first."""
    path = folder / program
    command = shlex.join([sys.executable, str(Path(__file__).with_name(script)), program])
    path.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    path.chmod(0o755)


def git(*arguments: str, folder: Path) -> str:
    author = ("-c", "user.name=Test", "-c", "user.email=test@example.invalid", "-c", "init.defaultBranch=main")
    finished = subprocess.run(["git", *author, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return finished.stdout


def _plain() -> dict[str, str]:
    """The environment without what a runner of GitHub sets, in which the tests may run themselves."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "ACTIONS_", "RUNNER_"))
    }


def _command(workflow: str, *, folder: Path) -> list[str]:
    actions = dict(USES.findall((WORKFLOWS / workflow).read_text()))
    stubs = [f"--local-repository={pinned}={_stub(name, folder=folder)}" for pinned, name in actions.items()]
    return [
        str(Path(sys.executable).parent / "act"),
        "workflow_dispatch",
        f"--workflows={WORKFLOWS / workflow}",
        "--platform=ubuntu-24.04=-self-hosted",
        "--no-skip-checkout",
        "--no-cache-server",
        "--action-offline-mode",
        "--concurrent-jobs=1",
        f"--action-cache-path={folder / 'home' / 'actions'}",
        "--var=AWS_ACCOUNT_ID=123456789012",
        "--secret=GITHUB_TOKEN=of-no-use",
        *stubs,
    ]


def _stub(action: str, *, folder: Path) -> Path:
    stub = folder / "stubs" / action
    stub.mkdir(parents=True, exist_ok=True)
    inputs, commands = ACTIONS[action]
    declared = "".join(f"  {name}:\n    description: taken\n" for name in inputs)
    count = f'"$(grep --count --line-regexp "{action}" "$RECORD")"'
    lines = [f'echo "{action}" >> "$RECORD"', f'if [ "$FAIL" = "{action}#"{count} ]; then exit 18; fi', commands]
    body = "".join(f"        {line}\n" for line in "\n".join(lines).splitlines() if line)
    (stub / "action.yml").write_text(f"{NAME.format(action)}inputs:\n{declared}{RUNS}{body}")
    return stub


def _make_origin(folder: Path) -> None:
    """Make the repository that is checked out and pushed to, with what the real commands need to run."""
    work = folder / "work"
    shutil.copytree(ROOT / "deploy", work / "deploy", ignore=shutil.ignore_patterns("__pycache__", ".terraform"))
    (work / "docs" / "evidence").mkdir(parents=True)
    (work / "docs" / "evidence" / "README.md").write_text("Evidence.\n")
    git("init", "--quiet", folder=work)
    git("add", ".", folder=work)
    git("commit", "--quiet", "--message", "Begin", folder=work)
    git("clone", "--quiet", "--bare", ".", str(folder / ORIGIN), folder=work)
