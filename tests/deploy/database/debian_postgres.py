"""The PostgreSQL of the distribution, which speaks TLS; the embedded one does not."""

from __future__ import annotations

import os
import pwd
import subprocess
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.conftest import skip_outside_ci
from tests.deploy.serving import free_port

SUPERUSER = "postgres"
PASSWORD = "only the tests know it"
# Nobody comes in without a password, and by TCP nobody without TLS: as RDS has it with rds.force_ssl.
ACCESS = """
local all all trust
hostssl all all all scram-sha-256
"""


def binaries() -> Path:
    """Return the folder of the newest server's programs. Without any, skip; in CI, fail."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if not found:
        skip_outside_ci("this machine has no package postgresql")
    return found[-1].parent


@dataclass(frozen=True, kw_only=True)
class DebianPostgres:
    """A server with its data, certificate and socket in `folder`, on `port` of this machine."""

    folder: Path
    port: int

    @classmethod
    def prepared(cls) -> DebianPostgres:
        """Make an empty server that is not started yet, since its certificate is missing."""
        # Not in pytest's folder, which is closed to the server's account.
        server = cls(folder=Path(tempfile.mkdtemp(prefix="papyrus-tls-")), port=free_port())
        server.hand_over(server.folder)
        server._run("initdb", "-D", "data", "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
        (server.folder / "data" / "pg_hba.conf").write_text(ACCESS)
        return server

    def start(self) -> None:
        """Start with server.crt and server.key of its folder."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            "ssl": "on",
            "ssl_cert_file": str(self.folder / "server.crt"),
            "ssl_key_file": str(self.folder / "server.key"),
            "fsync": "off",
        }
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        self._run("pg_ctl", "-D", "data", "start", "-w", "-t", "120", "-l", "log", "-o", options)

    def stop(self) -> None:
        self._run("pg_ctl", "-D", "data", "stop", "-m", "immediate", "-w")

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Run `statement` by the socket as the server's owner and return its rows."""
        with closing(
            psycopg.connect(host=str(self.folder), port=self.port, user=SUPERUSER, dbname="postgres", autocommit=True)
        ) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def hand_over(self, path: Path) -> None:
        """Give `path` to the account that the server runs as."""
        if self._account is not None:
            os.chown(path, self._account, -1)

    @property
    def _account(self) -> int | None:
        """PostgreSQL refuses to run as root; this account exists on every Linux."""
        return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None

    def _run(self, program: str, *arguments: str) -> None:
        # A file, not a pipe: the server inherits what pg_ctl writes to, and a pipe would never reach its end.
        with tempfile.TemporaryFile("w+") as printed:
            done = subprocess.run(
                [str(binaries() / program), *arguments],
                cwd=self.folder,
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
                user=self._account,
                extra_groups=None if self._account is None else [],
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=printed,
                check=False,
            )
            printed.seek(0)
            assert done.returncode == 0, printed.read()
