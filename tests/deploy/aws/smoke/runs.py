"""Smoke runs as processes, each with an endpoint, a state bucket and an evidence folder of its own."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from tests.deploy.aws.stage import PERMANENT, Stage
from tests.deploy.aws.standins.fargate import ROOT
from tests.deploy.aws.standins.holding import Hold
from tests.warm.processes import Heard, Process, run

PATIENCE_SECONDS = 500
REAL = "deploy.smoke"
QUICK = "tests.deploy.aws.smoke.quick_run"


class Run:
    """A run under way.

    `outputs` replace what the permanent stacks say, and the stack `without` was not applied. `options` are added to the
    command line. With `held`, the first traffic of that name waits for `hold.release()`; see add_hold.
    """

    def __init__(
        self,
        stage: Stage,
        *,
        folder: Path,
        module: str = QUICK,
        outputs: Mapping[str, object] | None = None,
        options: tuple[str, ...] = (),
        without: str = "",
        held: str = "nothing",
    ) -> None:
        self.run_id = self._new_id()
        self.bucket = f"papyrus-state-{self.run_id}"
        self.evidence = folder / self.run_id
        self.lines: list[str] = []
        self._stage = stage
        self._printed: IO[str] = io.StringIO()
        _copy_state(stage, bucket=self.bucket, outputs=outputs or {}, without=without)
        self._gateway = stage.new_gateway()
        self.hold = self.add_hold(held)
        self.process = self._begin(["-m", module, *self._arguments(), *options])
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    def environment(self) -> dict[str, str]:
        return self._stage.environment() | {"AWS_ENDPOINT_URL": self._gateway.url}

    def add_hold(self, name: str) -> Hold:
        """Stop this run's next traffic called `name`, an AWS call or a path asked of the load balancer."""
        if name.startswith("/"):
            return self._stage.balancers.holds.add(name, whom=self.run_id)
        return self._gateway.holds.add(name)

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait_for_line(self, pattern: str) -> str:
        """Return the first line that `pattern` is found in, once it is printed."""
        ends_at = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < ends_at:
            has_ended = self.process.poll() is not None and not self._listening.is_alive()
            for line in list(self.lines):
                if re.search(pattern, line):
                    return line
            assert not has_ended, f"the run ended without a line like {pattern}:\n{self.text()}"
            time.sleep(0.02)
        raise AssertionError(f"no line like {pattern} in {PATIENCE_SECONDS} s:\n{self.text()}")

    def finish(self) -> int:
        """Return the exit code, once the run ended."""
        code = self.process.wait(PATIENCE_SECONDS)
        self._listening.join(PATIENCE_SECONDS)
        self._gateway.close()
        return code

    def kill_all(self) -> None:
        """Kill -9 the run, Terraform and its provider at once, as a machine that is switched off does."""
        everyone = [self.process.pid, *descendants(self.process.pid)]
        for pid in everyone:
            os.kill(pid, signal.SIGSTOP)
        for pid in everyone:
            os.kill(pid, signal.SIGKILL)
        self.finish()

    def sweep(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Run `python -m deploy.sweep` in this run's account and state."""
        return run(
            ["-m", "deploy.sweep", "--state-bucket", self.bucket, *options],
            env=self._stage.environment(),
            timeout=PATIENCE_SECONDS,
        )

    def text(self) -> str:
        return "\n".join(self.lines)

    def left(self) -> list[str]:
        """Return what moto has of this run, by name or tag and without the code under test."""
        return left_of(self._stage.client, run_id=self.run_id)

    def is_locked(self) -> bool:
        found = self._stage.client("s3").list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return any(each["Key"] == "20-alb.tfstate.tflock" for each in found)

    def _new_id(self) -> str:
        return f"t-{secrets.token_hex(6)}"

    def _begin(self, arguments: Sequence[str]) -> subprocess.Popen[str] | Process:
        begun = Heard(arguments, env=self.environment())
        self._printed = begun.printed
        return begun

    def _arguments(self) -> list[str]:
        return [
            *("--run-id", self.run_id),
            *("--state-bucket", self.bucket),
            *("--evidence", str(self.evidence)),
            *("--label", "test"),
            *("--log-seconds", "30"),
        ]

    def _listen(self) -> None:
        with self._printed as printed:
            for line in printed:
                self._hear(line.rstrip("\n"))

    def _hear(self, line: str) -> None:
        self.lines.append(line)


class TerminalRun(Run):
    """A run in a terminal of its own, at which nobody looks."""

    def close_terminal(self) -> None:
        """Close the window: the kernel sends SIGHUP, and whatever is printed from now on fails."""
        os.close(self._keyboard)

    def _begin(self, arguments: Sequence[str]) -> subprocess.Popen[str] | Process:
        self._keyboard, terminal = pty.openpty()
        begun = subprocess.Popen(
            ["setsid", "--ctty", sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment(),
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            text=True,
        )
        os.close(terminal)
        return begun

    def _listen(self) -> None:
        pass


def left_of(client: Callable[[str], Any], *, run_id: str) -> list[str]:
    """Return what moto has with `run_id` in its name or tags; `client` makes a client by its service's name."""
    elbv2, ec2 = client("elbv2"), client("ec2")
    alarms = client("cloudwatch").describe_alarms()["MetricAlarms"]
    tagged = [{"Name": "tag:RunId", "Values": [run_id]}]
    rules = ec2.describe_security_group_rules(Filters=tagged)["SecurityGroupRules"]
    found = [
        *(each["LoadBalancerArn"] for each in elbv2.describe_load_balancers()["LoadBalancers"]),
        *(each["TargetGroupArn"] for each in elbv2.describe_target_groups()["TargetGroups"]),
        *(each["AlarmName"] for each in alarms),
        *(each["GroupName"] for each in ec2.describe_security_groups()["SecurityGroups"]),
    ]
    named = [each for each in found if run_id in each]
    return named + [f"{each['SecurityGroupRuleId']} in {each['GroupId']}" for each in rules]


def make_bucket(stage: Stage, *, name: str) -> None:
    """Make an S3 bucket that goes with the stage."""
    s3 = stage.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": stage.account.store.region})

    def remove() -> None:
        for found in s3.list_objects_v2(Bucket=name).get("Contents", []):
            s3.delete_object(Bucket=name, Key=found["Key"])
        s3.delete_bucket(Bucket=name)

    stage.undo.callback(remove)


def _copy_state(stage: Stage, *, bucket: str, outputs: Mapping[str, object], without: str) -> None:
    """Make `bucket` with the permanent stacks' states, in which `outputs` replace those of the same names."""
    s3 = stage.client("s3")
    make_bucket(stage, name=bucket)
    for stack in PERMANENT:
        if stack == without:
            continue
        state: dict[str, Any] = json.loads(
            s3.get_object(Bucket=stage.account.store.bucket, Key=f"{stack}.tfstate")["Body"].read()
        )
        for name in state["outputs"].keys() & outputs.keys():
            state["outputs"][name]["value"] = outputs[name]
        s3.put_object(Bucket=bucket, Key=f"{stack}.tfstate", Body=json.dumps(state).encode())


def descendants(pid: int) -> list[int]:
    """Return the ids of all processes that `pid` started, and that those started."""
    listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(child): int(parent) for child, parent in (line.split() for line in listed.splitlines())}
    found = [child for child, parent in parents.items() if parent == pid]
    return [each for child in found for each in (child, *descendants(child))]
