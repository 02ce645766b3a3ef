"""`make test`: all tests, in processes beside each other: python -m tests [pytest's options]

Those of the stacks mostly wait, for Terraform and for moto; the others are parted so that two processors are busy to
the end. They share nothing but the PostgreSQL server. One prints as it goes, the reports of the rest follow. The exit
code is the worst of all.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import IO

# Names the share that a process runs.
SHARE = "PAPYRUS_TEST_SHARE"
# By name what a process runs; what another runs is left out. The longest first, since it prints.
SHARES: dict[str, tuple[str, ...]] = {
    "others": ("tests",),
    "platform": ("tests/deploy",),
    "stacks": ("tests/deploy/aws",),
}


@dataclass(kw_only=True)
class Share:
    """A process under way, and its report unless it prints."""

    name: str
    process: subprocess.Popen[bytes]
    report: IO[bytes] | None = field(repr=False)

    def tell(self) -> None:
        """Print the report."""
        if self.report:
            print(f"\n{' '.join(SHARES[self.name])}:", flush=True)
            self.report.seek(0)
            sys.stdout.buffer.write(self.report.read())
            sys.stdout.flush()


def main(options: Sequence[str]) -> int:
    """Run everything and return the exit code."""
    with ExitStack() as files:
        shares = list(_begun(options, files))
        try:
            # Killed by a signal, a process has a negative code.
            code = max(abs(share.process.wait()) for share in shares)
        except KeyboardInterrupt:
            for share in shares:
                share.process.wait()
            code = 2
        for share in shares:
            share.tell()
    return code


def arguments(name: str) -> list[str]:
    """Return what pytest is told to run as the share `name`."""
    folders = SHARES[name]
    others = {each for other, named in SHARES.items() if other != name for each in named} - set(folders)
    within = sorted(each for each in others if any(each.startswith(f"{folder}/") for folder in folders))
    return [*folders, *(f"--ignore={each}" for each in within)]


def _begun(options: Sequence[str], files: ExitStack) -> Iterator[Share]:
    for place, name in enumerate(SHARES):
        report = tempfile.TemporaryFile("w+b") if place else None  # noqa: SIM115 - closed with the others
        if report:
            files.enter_context(report)
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *options, *arguments(name)],
            env=os.environ | {SHARE: name},
            stdout=report,
            stderr=subprocess.STDOUT if report else None,
        )
        yield Share(name=name, process=process, report=report)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
