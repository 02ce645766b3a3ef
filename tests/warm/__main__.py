"""`python -m tests.warm FD`: fork for each job that comes by the socket FD, until its other end is closed."""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import struct
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.warm.libraries import LIBRARIES

LARGEST = 1 << 20
STATUS = struct.Struct("i")


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a child is to be: Python's arguments, the whole environment and where; and its three standard files."""

    arguments: list[str]
    environment: dict[str, str]
    folder: str
    is_leader: bool
    files: Sequence[int]

    def become(self) -> None:
        """Make this process the one that is asked for."""
        if self.is_leader:
            os.setsid()
        for wanted, file in enumerate(self.files):
            os.dup2(file, wanted)
            os.close(file)
        os.chdir(self.folder)
        os.environ.clear()
        os.environ.update(self.environment)
        sys.path[0] = self.folder

    def run(self) -> None:
        """Run what `arguments` name, as the interpreter does."""
        first, *rest = self.arguments
        if first == "-c":
            sys.argv = ["-c", *rest[1:]]
            exec(compile(rest[0], "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102 - as `python -c`
        elif first == "-m":
            sys.argv = rest
            runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
        else:
            sys.argv = self.arguments
            runpy.run_path(first, run_name="__main__")


@dataclass(kw_only=True)
class Forks:
    """The children that live, each with the socket to whoever asked for it."""

    control: socket.socket
    _waiting: dict[int, socket.socket] = field(default_factory=dict)

    def wait_for_job(self) -> Job | None:
        """Return twice for each job: never here, and in a child of its own with the job; here only at the end."""
        ended, rung = socket.socketpair()
        ended.setblocking(False)
        rung.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(rung.fileno(), warn_on_full_buffer=False)
        with selectors.DefaultSelector() as selector:
            for each in (self.control, ended):
                selector.register(each, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select()}
                if ended in ready:
                    ended.recv(LARGEST)
                    self._report()
                if self.control in ready:
                    told, files, *_ = socket.recv_fds(self.control, LARGEST, 4)
                    if not told:
                        return None
                    if job := self._forked(json.loads(told), files):
                        return job

    def _forked(self, told: dict[str, Any], files: Sequence[int]) -> Job | None:
        answer = socket.socket(fileno=files[0])
        if pid := os.fork():
            for file in files[1:]:
                os.close(file)
            self._waiting[pid] = answer
            answer.send(STATUS.pack(pid))
            return None
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for each in (answer, self.control, *self._waiting.values()):
            each.close()
        return Job(**told, files=files[1:])

    def _report(self) -> None:
        """Tell of the children that ended."""
        while self._waiting:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            # Whoever asked for it may have left.
            with self._waiting.pop(pid) as answer, suppress(BrokenPipeError):
                answer.send(STATUS.pack(status))


def main() -> None:
    for name in LIBRARIES:
        importlib.import_module(name)
    # A terminal's Ctrl-C is the tests' affair.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as control:
        job = Forks(control=control).wait_for_job()
    if job:
        job.become()
        job.run()


if __name__ == "__main__":
    main()
