"""Our `migrate`, forwards and backwards, in a database of its own."""

from __future__ import annotations

import os
import subprocess
from typing import Any

import psycopg

from tests.warm.processes import run

DATABASE = "papyrus_migration_test"


class Database:
    """A database of the test's own, on the server of all tests."""

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(dbname=DATABASE, autocommit=True, options="-c search_path=papyrus_schema") as connection:
            return connection.execute(query).fetchall()

    def execute(self, statements: str) -> None:
        with psycopg.connect(dbname=DATABASE, autocommit=True, options="-c search_path=papyrus_schema") as connection:
            connection.execute(statements)

    def migrate(self, *arguments: str, app: str = "catalog") -> subprocess.CompletedProcess[str]:
        return run(["manage.py", "migrate", app, *arguments, "--no-color"], env=os.environ | {"PGDATABASE": DATABASE})

    def migrated(self, *arguments: str, app: str = "catalog") -> str:
        finished = self.migrate(*arguments, app=app)
        assert finished.returncode == 0, finished.stderr
        return finished.stdout

    def tables(self) -> set[str]:
        found = self.rows("select tablename from pg_tables where schemaname = 'papyrus_schema'")
        # Users stand there as well, since a load of products says who started it.
        return {name for (name,) in found if not name.startswith(("django_", "auth_"))}

    def functions(self) -> list[tuple[Any, ...]]:
        return self.rows("select proname from pg_proc where pronamespace = 'papyrus_schema'::regnamespace")
