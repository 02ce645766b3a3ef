"""The real gunicorn with its real configuration, as the tests start it."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import IO, Any

from tests.warm.processes import Process

ROOT = Path(__file__).resolve().parents[2]
Line = dict[str, Any]
SECRET_KEY = "a key for this test"
# The image's own command; a test holds the Dockerfile to it.
COMMAND = ("gunicorn", "--config", "deploy/gunicorn.conf.py", "papyrus_site.wsgi")


class Server:
    """gunicorn as production starts it, on `port` or a free one of this machine; an empty variable is left out."""

    def __init__(
        self, *, folder: Path, port: int | None = None, options: tuple[str, ...] = (), **environment: str
    ) -> None:
        self.port = port or free_port()
        self._printed = folder / "printed"
        variables = {**os.environ, **production(folder), "PORT": str(self.port), **environment}
        with self._printed.open("wb") as printed:
            self.process = self._begin(
                [str(Path(sys.executable).with_name(COMMAND[0])), *COMMAND[1:-1], *options, COMMAND[-1]],
                environment={name: value for name, value in variables.items() if value},
                printed=printed,
            )

    def _begin(
        self, command: list[str], *, environment: dict[str, str], printed: IO[bytes]
    ) -> Process | subprocess.Popen[bytes]:
        return Process(command, env=environment, stdout=printed, stderr=printed, start_new_session=True)

    def printed(self) -> str:
        return self._printed.read_text()

    def lines(self) -> list[Line]:
        """Return what it printed so far; fails when anything is not one JSON object a line."""
        lines = [json.loads(line) for line in self.printed().split("\n")[:-1]]
        assert all({"ts", "lvl", "logger", "msg"} <= line.keys() for line in lines)
        return lines

    def requests(self, **fields: object) -> list[Line]:
        """Return the request lines that have these `fields`."""
        return [line for line in self.lines() if line["msg"] == "request" and fields.items() <= line.items()]

    def wait_for(self, condition: Callable[[], object], *, seconds: float = 60) -> None:
        wait_for(condition, seconds=seconds)

    def is_ready(self) -> bool:
        with suppress(OSError), closing(socket.create_connection(("127.0.0.1", self.port), 1)):
            return True
        return False

    def answers(self) -> bool:
        """Whether a worker answers; one that was only just made would not hear that it is told to stop."""
        with suppress(OSError, http.client.HTTPException):
            return self.get("/healthz", within=1).status == 200
        return False

    def workers(self) -> list[int]:
        booted = (re.fullmatch(r"Booting worker with pid: (\d+)", line["msg"]) for line in self.lines())
        return [int(found[1]) for found in booted if found]

    def get(
        self, path: str, *, headers: Mapping[str, str] | None = None, within: float = 60
    ) -> http.client.HTTPResponse:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=within)) as connection:
            connection.request("GET", path, headers={"Host": "10.0.0.7:5000", **(headers or {})})
            response = connection.getresponse()
            response.read()
            return response

    def send(self, raw: bytes) -> bytes:
        with closing(socket.create_connection(("127.0.0.1", self.port), 30)) as connection:
            connection.sendall(raw)
            return connection.makefile("rb").read()

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(60)

    def kill(self) -> None:
        """End it at once with all its workers; for the end of a test, whatever became of it."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class ColdServer(Server):
    """One whose environment and command line the kernel knows, as that of any program."""

    def _begin(
        self, command: list[str], *, environment: dict[str, str], printed: IO[bytes]
    ) -> Process | subprocess.Popen[bytes]:
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=printed, stderr=printed, start_new_session=True
        )


def wait_for(condition: Callable[[], object], *, seconds: float = 60) -> None:
    ends_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends_at, f"did not come about in {seconds} s"
        time.sleep(0.02)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def production(folder: Path) -> dict[str, str]:
    return {
        "DJANGO_SECRET_KEY": SECRET_KEY,
        "DJANGO_ALLOWED_HOSTS": "papyrus.example",
        "DJANGO_STATIC_ROOT": str(folder),
        "PAPYRUS_HTTPS": "1",
        "WEB_CONCURRENCY": "1",
    }
