"""Everything a first look needs: tables, demo data, users, a sample PDF, and the server itself (`make run`)."""

from __future__ import annotations

import io
import json
import logging
import os
import secrets
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
from django.contrib.auth.models import Group, User
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from papyrus_site import roles
from papyrus_site.local import ROOT, VAR

HOST = "127.0.0.1"
READY_WITHIN_SECONDS = 30
STOP_WITHIN_SECONDS = 35
USERS_FILE = VAR / "demo_users.json"
LOG_FILE = VAR / "server.log"
DEMO_ROLES = {"staff": roles.STAFF, "clerk": roles.CLERK, "administrator": ""}


class Command(BaseCommand):
    help = "Prepare the database with demo data and run the server on this machine."

    def handle(self, *args: Any, **options: Any) -> None:
        port = int(os.environ.get("PORT", "5000"))
        _require_free(port)
        logging.disable(logging.INFO)  # this command speaks to a person; the server logs to its own file
        with self._step(_("Tables")):
            call_command("migrate", verbosity=0)
        with self._step(_("Style sheets and scripts")):
            if _is_static_outdated():
                call_command("collectstatic", verbosity=0, interactive=False)
        with self._step(_("Demo data and sample PDF")):
            passwords, sample = _demo()
        with self._step(_("Server")):
            server = _start(port)
        self._announce(port, passwords, sample)
        self._run_until_stopped(server)

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        self.stdout.write(f"  {name} … ", ending="")
        self.stdout.flush()
        begun = time.monotonic()
        yield
        self.stdout.write(f"{time.monotonic() - begun:.1f} s")

    def _announce(self, port: int, passwords: dict[str, str], sample: str) -> None:
        lines = [
            "",
            _("Ready:        %(address)s") % {"address": f"http://{HOST}:{port}/"},
            *(f"  {user:<14}{password}" for user, password in passwords.items()),
            *([] if passwords else [_("Sign in with an account of this database.")]),
            *([_("Sample PDF:   %(path)s") % {"path": sample}] if sample else []),
            _("Server log:   %(path)s") % {"path": LOG_FILE},
            _("Stop with Ctrl-C."),
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()

    def _run_until_stopped(self, server: subprocess.Popen[bytes]) -> None:
        # The terminal sends Ctrl-C to the server as well; SIGTERM reaches only us and is passed on.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            server.wait()
        except KeyboardInterrupt:
            self.stdout.write("\n" + _("Stopping …"))
            server.terminate()
            server.wait(STOP_WITHIN_SECONDS)
            return
        raise CommandError(_("The server ended by itself; %(path)s says why.") % {"path": LOG_FILE})


def _is_static_outdated() -> bool:
    """Whether a style sheet or script is newer than what was collected: collecting compresses, which takes seconds."""
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    if not manifest.exists():
        return True
    collected_at = manifest.stat().st_mtime
    files = (Path(storage.path(name)) for finder in get_finders() for name, storage in finder.list([]))
    return any(path.stat().st_mtime > collected_at for path in files)


def _demo() -> tuple[dict[str, str], str]:
    """Return the demo users' passwords and the sample's path; both empty in a database that has users of its own."""
    present = set(User.objects.values_list("username", flat=True))
    if present and not (USERS_FILE.exists() and present & DEMO_ROLES.keys()):
        return {}, ""
    passwords = _kept_passwords()
    for name in DEMO_ROLES.keys() - present:
        _create_user(name, passwords[name])
    call_command("load_demo_products", verbosity=0, stdout=io.StringIO())
    sample = call_command("load_demo_notes", author="clerk", folder=str(VAR), stdout=io.StringIO())
    return passwords, str(sample)


def _kept_passwords() -> dict[str, str]:
    """The generated passwords, written down before any user is made, so that a killed first run locks nobody out."""
    if not USERS_FILE.exists():
        USERS_FILE.parent.mkdir(exist_ok=True)
        USERS_FILE.touch(mode=0o600)
        USERS_FILE.write_text(json.dumps({name: secrets.token_urlsafe(9) for name in DEMO_ROLES}))
    passwords: dict[str, str] = json.loads(USERS_FILE.read_text())
    return passwords


def _create_user(name: str, password: str) -> None:
    role = DEMO_ROLES[name]
    with transaction.atomic():
        user = User.objects.create_user(name, password=password, is_staff=name != "clerk", is_superuser=not role)
        user.groups.set(Group.objects.filter(name=role))


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            text = _("Port %(port)s is taken on this machine. Choose another one: make run PORT=%(next)s")
            raise CommandError(text % {"port": port, "next": port + 1}) from None


def _start(port: int) -> subprocess.Popen[bytes]:
    """Start gunicorn and return it once it answers."""
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "papyrus_site.wsgi"]
    with LOG_FILE.open("wb") as log:
        server = subprocess.Popen(
            command, cwd=ROOT, stdout=log, stderr=log, env={**os.environ, "GUNICORN_BIND": f"{HOST}:{port}"}
        )
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        if _answers(port):
            return server
        time.sleep(0.05)
    server.terminate()
    raise CommandError(_("The server did not start; %(path)s says why.") % {"path": LOG_FILE})


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
