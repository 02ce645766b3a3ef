"""How steps follow each other: each is announced, timed, and has its failure noted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from deploy.evidence.folder import NotWritten
from deploy.smoke.interruption import Interruption
from deploy.smoke.progress import Progress
from deploy.smoke.steps import SIGNAL_BASE, Step, StepFailed
from deploy.stacks.stack import TerraformFailed

# What a step can end with that is not a mistake of this program.
REFUSALS = (StepFailed, TerraformFailed, ClientError, BotoCoreError, NotWritten)


class Stopped(Exception):
    """A step failed, which has been said and noted; the steps after it make no sense."""


class Course:
    """The course of one run: what failed in it, and the exit code that follows."""

    def __init__(self, *, interruption: Interruption, progress: Progress) -> None:
        self.interruption = interruption
        self.progress = progress
        self.failed: list[Step] = []

    @contextmanager
    def step(self, step: Step) -> Iterator[None]:
        """Do the block as `step` of the work. Raises Stopped when it fails, Interrupted when a signal came."""
        self.interruption.check()
        self.progress.begin(step)
        try:
            yield
            self.interruption.check()
        except REFUSALS as error:
            # Terraform that was told to stop ends with an error, too.
            self.interruption.check()
            self._note(step, error)
            raise Stopped from error
        self.progress.succeed(step)

    @contextmanager
    def cleaning(self, step: Step) -> Iterator[None]:
        """Do the block as `step` of the clean-up, whose other steps follow also when it fails.

        Raises Abandoned when the operator has had enough.
        """
        self.interruption.check()
        self.progress.begin(step)
        try:
            yield
        except REFUSALS as error:
            self.interruption.check()
            self._note(step, error)
            return
        self.progress.succeed(step)

    @contextmanager
    def closing(self, step: Step) -> Iterator[None]:
        """Do the block as the last `step`: it makes nothing that costs money, so nobody needs to abandon it."""
        self.progress.begin(step)
        try:
            yield
        except REFUSALS as error:
            self._note(step, error)
            return
        self.progress.succeed(step)

    def exit_code(self) -> int:
        """Return what is most urgent to know: something is left, a step failed, the run was told to stop."""
        if Step.NOTHING_LEFT in self.failed:
            return Step.NOTHING_LEFT.exit_code
        if self.failed:
            return self.failed[0].exit_code
        return SIGNAL_BASE + self.interruption.signal if self.interruption.signal else 0

    def _note(self, step: Step, error: Exception) -> None:
        self.failed.append(step)
        self.progress.fail(step, str(error))
