"""A PostgreSQL of these tests' own: it asks for passwords over TCP, and may be restarted at any time."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom
from typing import Any

import psycopg

from papyrus_site.embedded_postgres import LOG, PORT, SUPERUSER, EmbeddedPostgres
from tests.deploy.serving import SECRET_KEY
from tests.environment import FAST
from tests.warm.processes import run

# The names of deploy/sql/database_roles.sql.
ROLE = "papyrus_app"
OWNER = "papyrus_owner"
# The tests themselves come by the socket, and nobody asks them.
ACCESS = """
local all all trust
host all all 127.0.0.0/8 scram-sha-256
"""


@dataclass(frozen=True, kw_only=True)
class OwnPostgres:
    """The server, with the roles of owner and application and the database papyrus, in which there is nothing yet."""

    server: EmbeddedPostgres
    socket_folder: str
    address: str

    @classmethod
    def started(cls, folder: Path) -> OwnPostgres:
        # Any address of the loopback network is ours, so that the embedded server's fixed port is free on it.
        random = SystemRandom()
        address = f"127.{random.randint(2, 254)}.{random.randint(1, 254)}.{random.randint(1, 254)}"
        # Tests stop it as in a crash, which must lose nothing that was committed.
        settings = {**FAST, "synchronous_commit": "on", "listen_addresses": address}
        server = EmbeddedPostgres(folder=folder, settings=settings)
        made = cls(server=server, socket_folder=server.acquire()["PGHOST"], address=address)
        (folder / "data" / "pg_hba.conf").write_text(ACCESS)
        made.execute("select pg_reload_conf()")
        made.manage("create_database_roles", role=SUPERUSER)
        return made

    def manage(self, *arguments: str, role: str, **variables: str) -> None:
        """Run `manage.py` as `role`, by the socket; it must end well."""
        by_socket = {"PGHOST": self.socket_folder, "PGUSER": role}
        done = self.command("manage.py", *arguments, password="", **by_socket, **variables)
        assert done.returncode == 0, done.stderr

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Run `statement` as the server's owner and return its rows."""
        with closing(
            psycopg.connect(host=self.socket_folder, user=SUPERUSER, dbname="papyrus", autocommit=True)
        ) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def set_password(self, password: str, *, role: str = ROLE) -> None:
        self.execute(f"alter role {role} password '{password}'")

    def restart(self, mode: str) -> None:
        """Stop it by `mode` (fast, or immediate as in a crash) and return once it runs again."""
        done = self.server._pg_ctl("restart", "-m", mode, "-w", "-t", "120", "-l", LOG)
        assert done.returncode == 0, done.stderr

    def stop(self) -> None:
        self.server._pg_ctl("stop", "-m", "immediate", "-w")

    def start(self) -> None:
        self.server._start()

    def environment(self, password: str, *, role: str = ROLE) -> dict[str, str]:
        """How the service, or another `role`, signs in over TCP."""
        return {
            "PGHOST": self.address,
            "PGPORT": PORT,
            "PGDATABASE": "papyrus",
            "PGUSER": role,
            "PGPASSWORD": password,
            "PGSSLMODE": "disable",
        }

    def command(self, *arguments: str, password: str, **changes: str) -> subprocess.CompletedProcess[str]:
        """Run Python with these arguments as a process of the service, but for the variables in `changes`."""
        variables = {"DJANGO_SECRET_KEY": SECRET_KEY, **self.environment(password), **changes}
        return run(arguments, env=os.environ | variables)


@dataclass(frozen=True, kw_only=True)
class Office:
    """What stands in the database: a signed-in clerk's session, an issued note of two lines and a long one."""

    session: str
    short_note: int
    long_note: int

    @property
    def headers(self) -> dict[str, str]:
        """A request of the clerk, as the load balancer hands it on."""
        return {
            "Host": "papyrus.example",
            "X-Forwarded-Proto": "https",
            "Cookie": f"__Host-sessionid={self.session}",
        }


def furnish(database: OwnPostgres, password: str) -> Office:
    """Migrate the database as its owner and put an office into it as the application, by the product's own means."""
    database.manage("migrate", "--verbosity=0", role=OWNER)
    made = database.command("-m", "tests.deploy.container.furnish", password=password)
    assert made.returncode == 0, made.stderr
    return Office(**json.loads(made.stdout))
