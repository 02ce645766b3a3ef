from __future__ import annotations

import io
import json
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from tests.conftest import least_seconds
from tests.deploy.conftest import Database, Relay


class Told(io.StringIO):
    """A stderr that calls `react` at the first word it hears."""

    def __init__(self, react: Callable[[], object]) -> None:
        super().__init__()
        self._react = react

    def write(self, text: str) -> int:
        if not self.getvalue():
            self._react()
        return super().write(text)


def run(*arguments: str, err: io.StringIO | None = None) -> tuple[int, str, str]:
    """Run `dbcheck` in English; return exit code, stdout and stderr."""
    out, err = io.StringIO(), err or io.StringIO()
    with override("en"):
        try:
            call_command("dbcheck", *arguments, stdout=out, stderr=err)
        except SystemExit as end:
            return int(end.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.mark.django_db
def test_dbcheck_finds_all_well_when_the_database_is_migrated() -> None:
    code, out, _ = run("--json")

    checks = json.loads(out)["checks"]
    assert (code, json.loads(out)["ok"]) == (0, True)
    assert list(checks) == ["connect", "tls", "server", "role", "schema", "migrations", "write", "round_trip"]
    assert {name: check["detail"] for name, check in checks.items() if name in ("tls", "schema", "migrations")} == {
        "tls": "no TLS",
        "schema": "papyrus_schema",
        "migrations": "none",
    }
    assert checks["write"] == {"ok": True, "detail": "a product was inserted and rolled back"}


@pytest.mark.usefixtures("database")
def test_dbcheck_prints_a_line_for_each_check_when_migrations_are_pending() -> None:
    code, out, err = run()

    lines = out.splitlines()
    assert (code, err) == (1, "")
    assert [line.split(":")[0] for line in lines] == [
        "ok  connect",
        "ok  TLS",
        "ok  server version",
        "ok  database role",
        "ok  schema",
        "FAILED  pending migrations",
        "ok  write probe",
        "ok  round trip",
    ]
    assert lines[2].startswith("ok  server version: PostgreSQL 16.")
    assert lines[5].endswith(" pending")


def test_dbcheck_goes_on_when_the_schema_is_missing(database: Database) -> None:
    database.execute("drop schema papyrus_schema cascade")

    code, out, _ = run("--json")

    checks = json.loads(out)["checks"]
    assert code == 1
    assert checks["schema"] == {"ok": False, "detail": "papyrus_schema is missing"}
    assert checks["write"] == {"ok": False, "detail": "products table missing"}
    assert checks["round_trip"]["ok"] is True


@pytest.mark.usefixtures("closed_port")
def test_dbcheck_says_unreachable_and_nothing_secret_when_nobody_listens() -> None:
    assert run() == (1, "FAILED  connect: database unreachable\n", "")


@pytest.mark.usefixtures("closed_port")
def test_dbcheck_prints_one_object_when_asked_for_json_and_nobody_listens() -> None:
    code, out, _ = run("--json")

    assert (code, json.loads(out)) == (
        1,
        {"ok": False, "checks": {"connect": {"ok": False, "detail": "database unreachable"}}},
    )


@pytest.mark.usefixtures("silent_server")
def test_dbcheck_ends_when_the_server_never_answers() -> None:
    found: set[tuple[int, str, str]] = set()

    assert least_seconds(lambda: found.add(run()), under=3) < 3

    assert found == {(1, "FAILED  connect: database too slow\n", "")}


@pytest.mark.usefixtures("database")
def test_dbcheck_waits_and_tells_so_when_the_database_comes_later(closed_port: int) -> None:
    relays: list[Relay] = []

    code, out, err = run("--wait", "600", "--json", err=Told(lambda: relays.append(Relay(port=closed_port))))
    relays[0].close()

    assert code == 1  # its migrations are pending
    assert json.loads(out)["checks"]["connect"]["ok"] is True
    assert err.splitlines() == ["Waiting for the database, 599 s left: database unreachable"]


@pytest.mark.parametrize("typed", ["nan", "inf", "-1", "1e30", "soon"])
def test_dbcheck_refuses_a_time_to_wait_that_is_none(typed: str) -> None:
    with pytest.raises(CommandError, match=f"--wait: “{typed}” is not a number of seconds from 0 to 86400"):
        call_command("dbcheck", f"--wait={typed}")


@pytest.mark.usefixtures("closed_port")
def test_dbcheck_gives_up_when_the_database_does_not_come_in_time() -> None:
    found: list[tuple[int, str, str]] = []

    # Three times, since a busy machine may leave no time to ask twice in one of them.
    took = [least_seconds(lambda: found.append(run("--wait", "1.5")), under=3) for _ in range(3)]

    assert all(1.5 <= each < 3 for each in took)
    assert {(code, out) for code, out, _ in found} == {(1, "FAILED  connect: database unreachable\n")}
    assert max((err.splitlines() for _, _, err in found), key=len) == [
        "Waiting for the database, 1 s left: database unreachable",
        "Waiting for the database, 0 s left: database unreachable",
    ]
