"""The smoke run as alb-smoke.yml makes it, with act as GitHub: what it calls in deploy/ is real."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deploy.stacks.provider_mirror import find_mirror
from tests.deploy.aws.smoke.runs import Run
from tests.deploy.aws.stage import Stage
from tests.deploy.workflows.acting import Act, Acted, git

# What the smoke run prints, behind the job's name.
LINE = re.compile(r"^\[alb-smoke/smoke *\] +\| (\[ *\d+\.\d s\] .*)$")
# Of the surroundings of a run; credentials and region come from the workflow.
PASSED_ON = ("AWS_ENDPOINT_URL", "SMOKE_CONNECT_TO", "AWS_EC2_METADATA_DISABLED", "AWS_MAX_ATTEMPTS")


class WorkflowRun(Run):
    """`lines` are those of the smoke run, `evidence` is what was proposed, as it lies on the branch."""

    def __init__(self, stage: Stage, *, folder: Path, **options: Any) -> None:
        self.printed: list[str] = []
        self._folder = folder / "workflow"
        super().__init__(stage, folder=folder, **options)

    def acted(self) -> Acted:
        """What the workflow did, once it ended."""
        return self._act.acted(exit_code=self.process.wait(), printed="\n".join(self.printed))

    def finish(self) -> int:
        code = super().finish()
        for branch in self.acted().proposed():
            git(
                "clone",
                "--quiet",
                "--branch",
                branch,
                str(self.acted().origin),
                str(self.evidence),
                folder=self._folder,
            )
            self.evidence = (self.evidence / self.acted().files_of(branch)[0]).parent
        return code

    def _new_id(self) -> str:
        # Of act's first run and its first attempt.
        return "gh-1-1"

    def _begin(self, arguments: Sequence[str]) -> subprocess.Popen[str]:
        place = ["--state-bucket", self.bucket]
        here = self.environment()
        # act has a HOME of its own, in which Terraform's provider is not looked for.
        mirror = {"TF_PLUGIN_MIRROR": str(found)} if (found := find_mirror()) else {}
        self._act = Act(
            workflow="alb-smoke.yml",
            folder=self._folder,
            real={"deploy.smoke": [*place, "--label", "test"], "deploy.sweep": place},
            surroundings={name: here[name] for name in PASSED_ON} | mirror,
        )
        begun = subprocess.Popen(
            self._act.command,
            cwd=self._act.work,
            env=self._act.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert begun.stdout is not None
        self._printed = begun.stdout
        return begun

    def _hear(self, line: str) -> None:
        self.printed.append(line)
        if told := LINE.match(line):
            self.lines.append(told[1])
