"""What the commands of the workflows share: saying what happens, waiting, and failing with a sentence."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from typing import TypeAlias, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from deploy.command_line import argument_types, ctrl_c
from deploy.evidence.folder import EvidenceFolder, NotWritten, set_name
from deploy.evidence.masking import Mask
from deploy.sdk.clients import place
from deploy.sdk.refusals import Refusal, sentence_of

Found = TypeVar("Found")
Say: TypeAlias = Callable[[str], None]
Pause: TypeAlias = Callable[[float], None]


class Code(IntEnum):
    """Exit codes that mean the same in every command. 2 is argparse's: wrong arguments."""

    DONE = 0
    AWS = 10
    NO_EVIDENCE = 11
    INTERRUPTED = 130


COMMON_CODES: dict[int, str] = {
    Code.DONE: "done",
    Code.AWS: "AWS refused a call or could not be reached",
    Code.INTERRUPTED: "Ctrl-C; what AWS was asked for goes on",
}


class StepFailed(Exception):
    """A step found what must not be: the exit code, and a full sentence with the value and the remedy."""

    def __init__(self, code: IntEnum, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How many seconds to wait in all and between two looks, and how to let them pass."""

    seconds: float
    between: float
    pause: Pause = time.sleep

    def wait_for(self, look: Callable[[], Found | None]) -> Found | None:
        """Return the first thing that `look` finds, or None when it found nothing in time. It looks at least once."""
        ends_at = time.monotonic() + self.seconds
        while (found := look()) is None:
            ctrl_c.check()
            left = ends_at - time.monotonic()
            if left <= 0:
                return None
            self.pause(min(self.between, left))
        ctrl_c.check()
        return found


class Progress:
    """Prints lines with the seconds since the start, masked: the logs of a workflow may be public."""

    def __init__(self, *, mask: Callable[[str], str]) -> None:
        self._mask = mask
        self._started = time.monotonic()

    def __call__(self, text: str) -> None:
        print(f"[{time.monotonic() - self._started:6.1f} s] {self._mask(text)}", flush=True)


def run(work: Callable[[Say], IntEnum]) -> int:
    """Return the exit code of `work`, having said on stderr what went wrong, if anything did."""
    mask = Mask()
    try:
        with ctrl_c.remembered():
            return work(Progress(mask=mask))
    except StepFailed as failure:
        return _failed(failure, mask=mask)
    except (ClientError, BotoCoreError) as error:
        return _failed(refusal(error), mask=mask)
    except NotWritten as error:
        return _failed(StepFailed(Code.NO_EVIDENCE, str(error)), mask=mask)
    except KeyboardInterrupt:
        sentence = "Stopped by Ctrl-C. What AWS was asked for goes on: see what runs before you repeat this."
        return _failed(StepFailed(Code.INTERRUPTED, sentence), mask=mask)


def parser(*, program: str, summary: str, codes: dict[int, str]) -> ArgumentParser:
    """Return a parser whose help ends with the exit codes."""
    known: dict[int, str] = {**COMMON_CODES, **codes}
    lines = [f"{code:>5}  {meaning}" for code, meaning in sorted([*known.items(), (2, "wrong arguments")])]
    return ArgumentParser(
        prog=f"python -m deploy.{program}",
        description=summary,
        epilog="exit codes:\n" + "\n".join(lines),
        formatter_class=RawDescriptionHelpFormatter,
    )


def add_names(parser: ArgumentParser) -> None:
    """Add the options that say where the services are; the defaults are the names of the stack 15-ecs."""
    parser.add_argument("--cluster", default="papyrus-prd", help="ECS cluster (default: %(default)s)")
    parser.add_argument("--web", default="papyrus-prd-web", help="its web service (default: %(default)s)")
    parser.add_argument("--worker", default="papyrus-prd-worker", help="its worker service (default: %(default)s)")
    parser.add_argument(
        "--poll-seconds", type=argument_types.seconds, default=5, help="between two looks (default: %(default)s)"
    )


def add_evidence(parser: ArgumentParser) -> None:
    """Add the options that say where evidence goes and what it proves."""
    parser.add_argument("--evidence", type=Path, metavar="FOLDER", help="default: docs/evidence/YYYYMMDD-HHMMSSZ")
    parser.add_argument("--label", default=place(), help="where the run took place, for the manifest (%(default)s)")


def evidence_folder(options: Namespace, *, started_at: datetime) -> EvidenceFolder:
    """Return the folder that the options ask for. Raises NotWritten when it holds files already."""
    folder = options.evidence or Path("docs/evidence") / set_name(started_at)
    return EvidenceFolder(folder=folder, mask=Mask(), started_at=started_at, label=options.label)


def refusal(error: Refusal) -> StepFailed:
    """Return what an error of AWS, or of the way to it, means for a command."""
    return StepFailed(Code.AWS, sentence_of(error))


def _failed(failure: StepFailed, *, mask: Callable[[str], str]) -> int:
    print(f"FAILED: {mask(str(failure))}", file=sys.stderr, flush=True)
    return failure.code
