"""Stands in PATH for `python` and `gh` while a workflow runs: notes down the call, and fails when it is told to.

Environment: RECORD is the file of calls; FAIL the call that is to fail, as `deploy.smoke#1`, the first of that name;
REAL the commands of `deploy` that are run as they are, in JSON, each with the options that it is given besides. A smoke
run that is only noted down leaves evidence all the same.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path


def main(program: str, *arguments: str) -> None:
    if arguments[:1] == ("-m",):
        program, arguments = arguments[1], arguments[2:]
    record = Path(os.environ["RECORD"])
    with record.open("a") as calls:
        calls.write(" ".join([program, *arguments]) + "\n")
    real = json.loads(os.environ.get("REAL", "{}"))
    if program == "deploy.smoke" and program not in real:
        leave_evidence()
    count = sum(line.split()[0] == program for line in record.read_text().splitlines())
    if os.environ["FAIL"] == f"{program}#{count}":
        sys.exit(f"{program} fails, as the test wants")
    if program in real:
        os.execv(sys.executable, [sys.executable, "-m", program, *arguments, *real[program]])  # noqa: S606 - as it is
    if program == "gh":
        print("https://github.example/papyrus/pull/1")


def leave_evidence() -> None:
    sys.path.insert(0, str(Path.cwd()))
    from deploy.evidence.folder import EvidenceFolder, Result, set_name
    from deploy.evidence.masking import Mask

    now = datetime.now(UTC)
    folder = Path("docs/evidence") / set_name(now)
    evidence = EvidenceFolder(folder=folder, mask=Mask(), started_at=now, label="made by a test")
    evidence.write("healthz", "HTTP/1.1 200 OK", extension="log")
    evidence.finish(result=Result.FAILED)


if __name__ == "__main__":
    main(*sys.argv[1:])
