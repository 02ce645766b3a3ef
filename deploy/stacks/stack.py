"""Run Terraform on one stack of deploy/terraform."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from deploy.sdk.clients import client
from deploy.stacks.provider_mirror import write_cli_configuration
from deploy.stacks.state_store import StateStore

__all__ = [
    "FOLDER",
    "STACKS",
    "Stack",
    "StateStore",
    "TerraformFailed",
    "TerraformMissing",
    "declared_variables",
    "stacks_upon",
]

STACKS: tuple[str, ...] = ("00-network", "10-rds", "15-ecs", "20-alb", "30-monitor", "40-github-oidc")
FOLDER = Path(__file__).resolve().parents[1] / "terraform"
# Somebody else's apply of the same stack usually ends sooner; the lock of a killed one never does.
LOCK_TIMEOUT = "60s"
TAIL_LINES = 30
# What Terraform says when a lock in S3 was let go after it was refused and before it looked whose it was.
LOCK_LET_GO = ("Error acquiring the state lock", "NoSuchKey")
NAMED_STACK = re.compile(r'"(\d\d-[a-z-]+)(?:\.tfstate)?"')
VARIABLE = re.compile(r'^variable "(\w+)"', re.MULTILINE)

Log: TypeAlias = Callable[[str], None]
Variables: TypeAlias = Mapping[str, object]


class TerraformFailed(Exception):
    """Terraform ended with an error. `tail` is the end of what it printed, as it printed it: mask before showing."""

    def __init__(self, *, stack: str, verb: str, exit_code: int, tail: str) -> None:
        super().__init__(f"terraform {verb} of {stack} failed with exit code {exit_code}; its last lines:\n{tail}")
        self.stack = stack
        self.verb = verb
        self.exit_code = exit_code
        self.tail = tail


class TerraformMissing(TerraformFailed):
    """There is no Terraform on this machine. The exit code is a shell's for a command that is not found."""

    def __init__(self, *, stack: str, verb: str) -> None:
        super().__init__(stack=stack, verb=verb, exit_code=127, tail="")
        self.args = (
            f"terraform {verb} of {stack} cannot run, since no program “terraform” is on PATH. Install Terraform as "
            "deploy/terraform/README.md says, or add its folder to PATH.",
        )


def declared_variables(stack: str) -> list[str]:
    """Return the names of the variables that the files of `stack` declare, in their order."""
    return [name for path in sorted((FOLDER / stack).glob("*.tf")) for name in VARIABLE.findall(path.read_text())]


def stacks_upon(stack: str) -> list[str]:
    """Return the stacks whose files read the outputs of `stack`, in the order in which they are applied."""
    return [name for name in STACKS if stack in _read_by(name)]


def _read_by(stack: str) -> list[str]:
    path = FOLDER / stack / "state.tf"
    return NAMED_STACK.findall(path.read_text()) if path.exists() else []


@dataclass(frozen=True, kw_only=True)
class Stack:
    """One stack with its state in `state`; Terraform's own files go to `work_folder`, which may be shared by stacks.

    `log` is handed each line Terraform prints, unmasked. Every method but `interrupt` raises TerraformFailed when
    Terraform does not succeed, TerraformMissing when there is none. An exception while Terraform runs interrupts it,
    waits for its orderly end, and goes on.
    """

    name: str
    state: StateStore
    work_folder: Path
    _running: list[subprocess.Popen[str]] = field(default_factory=list, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.name not in STACKS:
            raise ValueError(f'There is no stack "{self.name}". The stacks are: {", ".join(STACKS)}.')

    def init(self, log: Log) -> None:
        """Connect with the state and the provider. Needed once for a work folder, before anything else."""
        backend = self._folder() / "backend.tfvars"
        backend.write_text(f"bucket = {json.dumps(self.state.bucket)}\nregion = {json.dumps(self.state.region)}\n")
        self._run("init", "-input=false", "-reconfigure", "-lockfile=readonly", f"-backend-config={backend}", log=log)

    def plan(self, variables: Variables, log: Log) -> bool:
        """Return whether an apply would change anything, outputs included."""
        arguments = ("-input=false", "-detailed-exitcode", *self._options(variables))
        return self._run("plan", *arguments, log=log, good=(0, 2)) == 2

    def changes(self, variables: Variables, log: Log) -> dict[str, set[str]]:
        """Return what an apply would change: the attributes by address, all of them when it is made or destroyed."""
        plan = self._folder() / "plan"
        try:
            self._run("plan", "-input=false", f"-out={plan}", *self._options(variables), log=log)
            shown = json.loads(self._printed("show", "-json", str(plan)))
        finally:
            # Variables are in it, and nobody is to apply it later.
            plan.unlink(missing_ok=True)
        found = {each["address"]: _differing(each["change"]) for each in shown.get("resource_changes", [])}
        return {address: attributes for address, attributes in found.items() if attributes}

    def plan_destruction(self, variables: Variables, log: Log) -> None:
        """Show in `log` what a destroy would take away."""
        self._run("plan", "-destroy", "-input=false", *self._options(variables), log=log)

    def apply(self, variables: Variables, log: Log) -> None:
        """Make AWS what the files say. Waits up to a minute for another apply of the stack."""
        self._run("apply", "-input=false", "-auto-approve", *self._options(variables), log=log)

    def destroy(self, variables: Variables, log: Log) -> None:
        """Destroy whatever the state knows; what it does not know stays."""
        self._run("destroy", "-input=false", "-auto-approve", *self._options(variables), log=log)

    def outputs(self) -> dict[str, Any]:
        """Return the outputs by name; none before the first apply."""
        found = json.loads(self._printed("output", "-json"))
        return {name: each["value"] for name, each in found.items()}

    def resources(self) -> list[str]:
        """Return the addresses of what the state knows, data sources included."""
        try:
            return self._printed("state", "list").split()
        except TerraformFailed as failure:
            if "No state file was found" in failure.tail:
                return []
            raise

    def unlock(self) -> None:
        """Take away the lock that a killed Terraform left; do nothing without one."""
        s3 = client("s3")
        try:
            lock = s3.get_object(Bucket=self.state.bucket, Key=f"{self.name}.tfstate.tflock")["Body"].read()
        except s3.exceptions.NoSuchKey:
            return
        self._printed("force-unlock", "-force", json.loads(lock)["ID"])

    def interrupt(self) -> None:
        """Ask a running Terraform to end after the step it is in; do nothing when none runs. Any thread may call it."""
        for process in tuple(self._running):
            process.send_signal(signal.SIGINT)

    def validate(self, log: Log) -> None:
        """Check the files without state, account or network; needs no `init` and spoils none."""
        self._prepare(log)
        self._run("validate", log=log, data_folder="validation")

    def test(self, log: Log) -> None:
        """Run the stack's tests with a provider that is only played; needs no `init` and spoils none."""
        self._prepare(log)
        self._run("test", log=log, data_folder="validation")

    def _prepare(self, log: Log) -> None:
        self._run("init", "-input=false", "-backend=false", "-lockfile=readonly", log=log, data_folder="validation")

    def _folder(self) -> Path:
        folder = self.work_folder / self.name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _options(self, variables: Variables) -> tuple[str, str]:
        path = self._folder() / "variables.tfvars.json"
        path.write_text(json.dumps(dict(variables), indent=2))
        return f"-var-file={path}", f"-lock-timeout={LOCK_TIMEOUT}"

    def _printed(self, *command: str) -> str:
        lines: list[str] = []
        self._run(*command, log=lines.append)
        return "\n".join(lines)

    def _run(self, *command: str, log: Log, good: tuple[int, ...] = (0,), data_folder: str = "data") -> int:
        if not shutil.which("terraform"):
            raise TerraformMissing(stack=self.name, verb=command[0])
        exit_code, tail = self._ended(command, log=log, data_folder=data_folder)
        if exit_code not in good and all(words in tail for words in LOCK_LET_GO):
            # Terraform gives up instead of trying again. It had no lock, so it has done nothing.
            exit_code, tail = self._ended(command, log=log, data_folder=data_folder)
        if exit_code not in good:
            raise TerraformFailed(stack=self.name, verb=command[0], exit_code=exit_code, tail=tail)
        return exit_code

    def _ended(self, command: tuple[str, ...], *, log: Log, data_folder: str) -> tuple[int, str]:
        """Run Terraform to its end, and return its exit code and its last lines."""
        tail: deque[str] = deque(maxlen=TAIL_LINES)
        # A session of its own: a terminal's Ctrl-C would reach Terraform a second time, which ends it in disorder.
        process = subprocess.Popen(
            _command(command),
            cwd=FOLDER / self.name,
            env=self._environment(data_folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        self._running.append(process)
        try:
            return _follow(process, log=log, tail=tail), "\n".join(tail)
        finally:
            self._running.remove(process)

    def _environment(self, data_folder: str) -> dict[str, str]:
        configuration = self._folder() / "terraform.rc"
        write_cli_configuration(configuration)
        return os.environ | {
            "TF_CLI_CONFIG_FILE": str(configuration),
            "TF_DATA_DIR": str(self._folder() / data_folder),
            "TF_IN_AUTOMATION": "1",
            # Terraform passes over those that a stack does not declare.
            "TF_VAR_region": self.state.region,
            "TF_VAR_state_bucket": self.state.bucket,
        }


def _differing(change: Mapping[str, Any]) -> set[str]:
    if change["actions"] in (["no-op"], ["read"]):
        return set()
    before, after = change["before"] or {}, (change["after"] or {}) | (change["after_unknown"] or {})
    return {name for name in before | after if before.get(name) != after.get(name)}


def _command(command: tuple[str, ...]) -> list[str]:
    words = 2 if command[0] == "state" else 1
    return ["terraform", *command[:words], "-no-color", *command[words:]]


def _follow(process: subprocess.Popen[str], *, log: Log, tail: deque[str]) -> int:
    """Hand each line to `log` and return the exit code. An exception interrupts the process and waits for its end."""
    assert process.stdout is not None  # noqa: S101 - for mypy: it was opened as a pipe
    try:
        for line in process.stdout:
            tail.append(line.rstrip("\n"))
            log(tail[-1])
        return process.wait()
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            for _ in process.stdout:
                pass
            process.wait()
        process.stdout.close()
