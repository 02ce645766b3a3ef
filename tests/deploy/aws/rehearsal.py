"""`python -m tests.deploy.aws.rehearsal`: a smoke run without an account, from nothing to the finished evidence.

Starts moto, the stand-ins and PostgreSQL, applies the permanent stacks with Terraform, migrates, starts the service,
and then runs `python -m deploy.smoke` with the options given here, as an operator would. Takes about five minutes.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path

from tests.deploy.aws.account import Account
from tests.deploy.aws.moto import Moto
from tests.deploy.aws.stage import PERMANENT, Stage
from tests.deploy.aws.standins.fargate import ROOT

LABEL = "rehearsal: made against moto and stand-ins, not AWS"


def main() -> int:
    """Return the exit code of the smoke run."""
    # Starts the tests' PostgreSQL and leaves its PG* variables in the environment.
    importlib.import_module("tests.environment")
    with ExitStack() as things:
        folder = Path(things.enter_context(tempfile.TemporaryDirectory(prefix="papyrus-rehearsal-")))
        moto = Moto(printed=folder / "moto.log")
        things.callback(moto.stop)
        os.environ.update(moto.environment)
        account = _applied(folder)
        stage = things.enter_context(closing(Stage(moto=moto, account=account, database=os.environ, folder=folder)))
        _say("migrations and the web task …")
        stage.serve()
        _say("python -m deploy.smoke …")
        return _run_smoke(stage)


def _applied(folder: Path) -> Account:
    account = Account.empty(work_folder=folder)
    for name in PERMANENT:
        started = time.monotonic()
        account.apply(name)
        _say(f"terraform apply of {name}: {time.monotonic() - started:.0f} s")
    return account


def _run_smoke(stage: Stage) -> int:
    command = [sys.executable, "-m", "deploy.smoke", "--label", LABEL, *sys.argv[1:]]
    return subprocess.run(command, cwd=ROOT, env=stage.environment()).returncode


def _say(text: str) -> None:
    print(f"rehearsal: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
