"""Everything a first look needs: tables, demo data, users, a sample PDF, and the server itself (`make run`)."""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.utils.translation import gettext as _

from deploy.health import unusable
from papyrus_site import demo
from papyrus_site.demo import Demo
from papyrus_site.local import ROOT, VAR

HOST = "127.0.0.1"
PORTS = range(1, 65536)
READY_WITHIN_SECONDS = 30
# One clerk is working here: Ctrl-C should not wait for a worker as long as production does.
GRACEFUL_SECONDS = 5
STOP_WITHIN_SECONDS = 35


class Command(BaseCommand):
    help = "Prepare the database with demo data and run the server on this machine."

    def handle(self, *args: Any, **options: Any) -> None:
        # A shell starts a job in the background with Ctrl-C ignored; SIGTERM is to stop all of this as well.
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.default_int_handler)
        try:
            self._serve(_free_port(os.environ.get("PORT", "5000")))
        except KeyboardInterrupt:
            self.stdout.write("\n" + _("Stopping …"))

    def _serve(self, port: int) -> None:
        _require_database()
        logging.disable(logging.INFO)  # this command speaks to a person; the server logs to its own file
        with self._step(_("Tables")):
            call_command("migrate", verbosity=0)
        with self._step(_("Style sheets and scripts")):
            if _is_static_outdated():
                call_command("collectstatic", verbosity=0, interactive=False)
        with self._step(_("Demo data and sample PDF")):
            made = demo.prepare(VAR)
        with _server(port) as server:
            with self._step(_("Server")):
                _await_answer(server, port)
            self._announce(port, made)
            self._run_until_stopped(server, port)

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        self.stdout.write(f"  {name} … ", ending="")
        self.stdout.flush()
        begun = time.monotonic()
        yield
        self.stdout.write(f"{time.monotonic() - begun:.1f} s")

    def _announce(self, port: int, made: Demo) -> None:
        lines = [
            "",
            _("Ready:        %(address)s") % {"address": f"http://{HOST}:{port}/"},
            *(f"  {user:<14}{password}" for user, password in made.passwords.items()),
            *([] if made.passwords else [_("Sign in with an account of this database.")]),
            *([_("Sample PDF:   %(path)s") % {"path": made.sample}] if made.sample else []),
            _("Server log:   %(path)s") % {"path": _log_of(port)},
            _("Stop with Ctrl-C."),
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()

    def _run_until_stopped(self, server: subprocess.Popen[bytes], port: int) -> None:
        try:
            server.wait()
        except KeyboardInterrupt:
            self.stdout.write("\n" + _("Stopping …"))
            return
        raise CommandError(_("The server ended by itself; %(path)s says why.") % {"path": _log_of(port)})


def _is_static_outdated() -> bool:
    """Whether a style sheet or script is newer than what was collected: collecting compresses, which takes seconds."""
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    if not manifest.exists():
        return True
    collected_at = manifest.stat().st_mtime
    files = (Path(storage.path(name)) for finder in get_finders() for name, storage in finder.list([]))
    return any(path.stat().st_mtime > collected_at for path in files)


def _free_port(typed: str) -> int:
    """Return the port that `typed` names. Raises CommandError when it names none, or one that cannot be had."""
    if not typed.isdecimal() or int(typed) not in PORTS:
        text = _("PORT is “%(port)s”, which is no port. Choose a number from 1024 to 65535: make run PORT=5001")
        raise CommandError(text % {"port": typed})
    port = int(typed)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CommandError(_port_refusal(error) % {"port": port, "next": 5001 if port == 5000 else 5000}) from None
    return port


def _port_refusal(error: OSError) -> str:
    if error.errno == errno.EACCES:
        return _("Port %(port)s is for administrators only. Choose one from 1024 on: make run PORT=%(next)s")
    return _("Port %(port)s is taken on this machine. Choose another one: make run PORT=%(next)s")


def _require_database() -> None:
    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise CommandError(unusable.sentence(error)) from None


@contextmanager
def _server(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A gunicorn that ends with the block, however that ends."""
    command = [
        *(sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py"),
        *("--graceful-timeout", str(GRACEFUL_SECONDS), "papyrus_site.wsgi"),
    ]
    log = _log_of(port)
    if log.exists():
        log.replace(log.with_suffix(".previous.log"))
    with log.open("wb") as file:
        # What people change in their browsers is not changed by this command.
        told = {"GUNICORN_BIND": f"{HOST}:{port}", "PGAPPNAME": "papyrus"}
        server = subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=file, env={**os.environ, **told})
    try:
        yield server
    finally:
        server.terminate()
        server.wait(STOP_WITHIN_SECONDS)


def _log_of(port: int) -> Path:
    # By port, since two may run in one folder.
    return VAR / f"server-{port}.log"


def _await_answer(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        if _answers(port):
            return
        time.sleep(0.05)
    raise CommandError(_("The server did not start; %(path)s says why.") % {"path": _log_of(port)})


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
