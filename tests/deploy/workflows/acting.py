"""Runs a workflow file as GitHub would, by act and without containers, with stand-ins for the actions it uses."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.deploy.workflows.conftest import ROOT

WORKFLOWS = ROOT / ".github" / "workflows"
USES = re.compile(r"uses: (([\w-]+/[\w-]+)@[0-9a-f]{40})")
NAME = "name: {0}\ndescription: stands in for {0}\n"
RUNS = "runs:\n  using: composite\n  steps:\n    - shell: bash\n      run: |\n"
# What each action does here, besides being noted down: its inputs, and the shell commands.
ACTIONS = {
    "actions/checkout": (("persist-credentials",), 'git clone --quiet "$ORIGIN" .'),
    "actions/setup-python": (("python-version",), ""),
    "hashicorp/setup-terraform": (("terraform_version", "terraform_wrapper"), ""),
    "aws-actions/configure-aws-credentials": (
        ("role-to-assume", "role-session-name", "aws-region", "mask-aws-account-id"),
        'echo "role ${{ inputs.role-to-assume }}" >> "$RECORD"',
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

    def files_of(self, branch: str) -> list[str]:
        """What `branch` has that main has not."""
        return git("diff", "--name-only", "main", branch, folder=self.origin).split()


def act(workflow: str, *, folder: Path, fail: str = "") -> Acted:
    """Run `workflow` (a file's name) in `folder`; `fail` is a call that fails: `gh#1` is the first of `gh`."""
    for name in ("artifacts", "bin", "home"):
        (folder / name).mkdir()
    record = folder / "record"
    record.touch()
    origin = _origin(folder)
    for program in ("python", "gh"):
        stand_in(program, script="recorded.py", folder=folder / "bin")
    environment = {
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "RECORD": str(record),
        "FAIL": fail,
        "ORIGIN": str(origin),
        "ARTIFACTS": str(folder / "artifacts"),
    }
    finished = subprocess.run(
        [*_command(workflow, folder=folder), *(f"--env={key}={value}" for key, value in environment.items())],
        cwd=folder / "work",
        env=_plain() | environment | {"HOME": str(folder / "home"), "XDG_CACHE_HOME": str(folder / "home")},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    return Acted(
        exit_code=finished.returncode,
        calls=record.read_text().splitlines(),
        printed=finished.stdout + finished.stderr,
        origin=origin,
    )


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
    body = "".join(f"        {line}\n" for line in lines if line)
    (stub / "action.yml").write_text(f"{NAME.format(action)}inputs:\n{declared}{RUNS}{body}")
    return stub


def _origin(folder: Path) -> Path:
    """Make the repository that is checked out and pushed to, with what the proposal needs to run."""
    work = folder / "work"
    shutil.copytree(ROOT / "deploy", work / "deploy", ignore=shutil.ignore_patterns("terraform", "__pycache__"))
    (work / "docs" / "evidence").mkdir(parents=True)
    (work / "docs" / "evidence" / "README.md").write_text("Evidence.\n")
    git("init", "--quiet", folder=work)
    git("add", ".", folder=work)
    git("commit", "--quiet", "--message", "Begin", folder=work)
    git("clone", "--quiet", "--bare", ".", str(folder / "origin.git"), folder=work)
    return folder / "origin.git"
