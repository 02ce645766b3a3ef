"""A database with its roles: an administrator as RDS has one, the owner of the tables, and the application."""

from __future__ import annotations

import os
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.deploy.conftest import connect_as_owner
from tests.warm.processes import run

SUPERUSER = os.environ["PGUSER"]
OWNER_PASSWORD = "first password of the tests"
APPLICATION_PASSWORD = "second password of the tests"


@dataclass(frozen=True, kw_only=True)
class Installation:
    """Names of a database and its roles on the tests' server, which asks nobody for a password."""

    database: str
    administrator: str
    owner: str
    application: str

    def execute(self, statement: str, *, role: str = SUPERUSER) -> list[tuple[Any, ...]]:
        """Run `statement` as `role`, with the search path of the product, and return its rows."""
        with closing(
            psycopg.connect(
                host=os.environ["PGHOST"],
                user=role,
                dbname=self.database,
                autocommit=True,
                options="-c search_path=papyrus_schema,public",
            )
        ) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def environment(self, role: str) -> dict[str, str]:
        """The variables of a process that signs in as `role` in production."""
        return {
            "PGDATABASE": self.database,
            "PGUSER": role,
            "PAPYRUS_HTTPS": "1",
            "DATABASE_OWNER": self.owner,
            "DATABASE_OWNER_PASSWORD": OWNER_PASSWORD,
            "DATABASE_APPLICATION": self.application,
            "DATABASE_APPLICATION_PASSWORD": APPLICATION_PASSWORD,
        }

    def run(self, *arguments: str, role: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run Python with these arguments as a process of the service that signs in as `role`."""
        return run(arguments, env=os.environ | self.environment(role) | variables)

    def succeed(self, *arguments: str, role: str, **variables: str) -> str:
        """Run `manage.py` as `role` and return what it printed; it must end well."""
        done = self.run("manage.py", *arguments, role=role, **variables)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def create_roles(self, *, role: str = "") -> str:
        return self.succeed("create_database_roles", role=role or self.administrator)

    def migrate(self, *arguments: str, role: str = "") -> str:
        return self.succeed("migrate", "--verbosity=0", *arguments, role=role or self.owner)


@contextmanager
def new_installation() -> Iterator[Installation]:
    """An empty database that belongs to an administrator who is no superuser; neither of the other roles is there."""
    mark = uuid.uuid4().hex[:8]
    made = Installation(
        database=f"roles_{mark}",
        administrator=f"administrator_{mark}",
        owner=f"owner_{mark}",
        application=f"application_{mark}",
    )
    with closing(connect_as_owner("postgres")) as server:
        server.execute(f"create role {made.administrator} login createrole createdb")
        server.execute(f"create database {made.database} owner {made.administrator}")
        yield made
        server.execute(f"drop database {made.database} with (force)")
        server.execute(f"drop role if exists {made.application}, {made.owner}, {made.administrator}")
