"""How tests start such processes; as subprocess does it, as far as they need that."""

from __future__ import annotations

import atexit
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from papyrus_site.local import ROOT
from tests.warm.__main__ import STATUS


class Process:
    """Python with `arguments`, as a process of its own. What it prints goes to the open files, else to nobody."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path = ROOT,
        stdout: IO[bytes] | None = None,
        stderr: IO[bytes] | None = None,
        start_new_session: bool = False,
    ) -> None:
        self.args = list(arguments)
        self.returncode: int | None = None
        self._ending = threading.Lock()
        ours, theirs = socket.socketpair()
        # Left open until nobody knows this process any more, since several threads may wait for it.
        self._answer = ours.detach()
        with theirs, Path(os.devnull).open("r+b") as nobody:
            files = [nobody.fileno(), *((each or nobody).fileno() for each in (stdout, stderr))]
            job = {
                "arguments": self.args,
                "environment": dict(env),
                "folder": str(cwd),
                "is_leader": start_new_session,
            }
            socket.send_fds(_control(), [json.dumps(job).encode()], [theirs.fileno(), *files])
        self.pid = self._heard()

    def poll(self) -> int | None:
        """Return the exit code, None while it runs."""
        if self.returncode is None and select.select([self._answer], [], [], 0)[0]:
            self._end()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code once it ended. Raises subprocess.TimeoutExpired when that takes too long."""
        if self.returncode is None:
            if not select.select([self._answer], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            self._end()
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        # It may end meanwhile, and its parent waits for it at once.
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def __del__(self) -> None:
        os.close(self._answer)

    def _end(self) -> None:
        with self._ending:
            if self.returncode is None:
                self.returncode = os.waitstatus_to_exitcode(self._heard())

    def _heard(self) -> int:
        told = os.read(self._answer, STATUS.size)
        assert told, "the process that forks is gone"
        (number,) = STATUS.unpack(told)
        return int(number)


class Heard(Process):
    """A process of which all that it prints, errors included, is read from `printed`."""

    def __init__(self, arguments: Sequence[str], *, env: Mapping[str, str], cwd: Path = ROOT) -> None:
        place, mouth = os.pipe()
        self.printed: IO[str] = os.fdopen(place, encoding="utf-8")
        with os.fdopen(mouth, "wb") as said:
            super().__init__(arguments, env=env, cwd=cwd, stdout=said, stderr=said)


def run(
    arguments: Sequence[str], *, env: Mapping[str, str], cwd: Path = ROOT, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run Python with `arguments` to its end, and return what it printed. Killed when it takes longer."""
    with tempfile.TemporaryFile("w+b") as output, tempfile.TemporaryFile("w+b") as errors:
        process = Process(arguments, env=env, cwd=cwd, stdout=output, stderr=errors)
        try:
            code = process.wait(timeout)
        except BaseException:
            process.kill()
            process.wait()
            raise
        output.seek(0)
        errors.seek(0)
        return subprocess.CompletedProcess(process.args, code, output.read().decode(), errors.read().decode())


@functools.cache
def _control() -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        forking = subprocess.Popen(
            [sys.executable, "-m", "tests.warm", str(theirs.fileno())], cwd=ROOT, pass_fds=[theirs.fileno()]
        )
    atexit.register(forking.wait)
    # The other end of which is what it waits for.
    atexit.register(ours.close)
    return ours
