"""`python -m tests.deploy.aws.rehearsal`: a smoke run without an account, from nothing to the finished evidence.

Starts moto, the stand-ins and PostgreSQL, applies the permanent stacks with Terraform, migrates, starts the service,
and then runs `python -m deploy.smoke` with the options given here, as an operator would. Takes about five minutes.
Ctrl-C, SIGTERM and SIGHUP end it at any time, and all that it started.
"""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from types import FrameType

from deploy.smoke.__main__ import parser as smoke_parser
from deploy.smoke.interruption import SIGNALS
from deploy.smoke.steps import SIGNAL_BASE
from tests.deploy.aws.account import Account
from tests.deploy.aws.moto import Moto
from tests.deploy.aws.stage import PERMANENT, Stage
from tests.deploy.aws.standins.fargate import ROOT

LABEL = "rehearsal: made against moto and stand-ins, not AWS"


def main(arguments: Sequence[str]) -> int:
    """Return the exit code of the smoke run, or 128 and the number of the signal that came before it."""
    # Before anything is started: what the smoke run would refuse after minutes, and --help.
    parser().parse_args(arguments)
    for number in SIGNALS:
        signal.signal(number, _stop)
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
        return _run_smoke(stage, arguments)


def parser() -> ArgumentParser:
    """Return the command line, which is the smoke run's."""
    made = smoke_parser()
    made.prog = "python -m tests.deploy.aws.rehearsal"
    made.description = f"{__doc__}\nThe options and exit codes are those of deploy.smoke:\n\n{made.description}"
    return made


def _stop(number: int, frame: FrameType | None) -> None:
    """End by an exception, so that everything is closed; what comes meanwhile is not heard."""
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise SystemExit(SIGNAL_BASE + number)


def _applied(folder: Path) -> Account:
    account = Account.empty(work_folder=folder)
    for name in PERMANENT:
        started = time.monotonic()
        _say(f"terraform apply of {name} …")
        account.apply(name)
        _say(f"terraform apply of {name}: {time.monotonic() - started:.0f} s")
    return account


def _run_smoke(stage: Stage, arguments: Sequence[str]) -> int:
    command = [sys.executable, "-m", "deploy.smoke", "--label", LABEL, *arguments]
    # A session of its own, so that a Ctrl-C reaches it once: the run knows how to end, and is waited for.
    with subprocess.Popen(command, cwd=ROOT, env=stage.environment(), start_new_session=True) as run:
        for number in SIGNALS:
            signal.signal(number, lambda number, frame: run.send_signal(number))
        return run.wait()


def _say(text: str) -> None:
    print(f"rehearsal: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
