"""TLS to a PostgreSQL that speaks it, as our commands and pages meet it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from papyrus_site.local import ROOT
from tests.deploy.conftest import Relay
from tests.deploy.database.authority import Authority
from tests.deploy.database.debian_postgres import PASSWORD, SUPERUSER, DebianPostgres
from tests.deploy.serving import Server

NAME = "localhost"
OTHER_NAME = "127.0.0.1"
Command = Callable[..., subprocess.CompletedProcess[str]]


@dataclass(frozen=True, kw_only=True)
class Setup:
    """A server that shows a certificate for NAME, the file of its authority, and that of another one."""

    port: int
    authority: Path
    stranger: Path


@pytest.fixture(scope="module")
def setup() -> Iterator[Setup]:
    server = DebianPostgres.prepared()
    ours = Authority.new("Authority of the tests")
    key = server.folder / "server.key"
    ours.certify(NAME, certificate_file=server.folder / "server.crt", key_file=key)
    server.hand_over(key)
    server.start()
    server.execute(f"alter role {SUPERUSER} password '{PASSWORD}'")
    server.execute("create database papyrus")
    yield Setup(
        port=server.port,
        authority=ours.write(server.folder / "authority.pem"),
        stranger=Authority.new("Another authority").write(server.folder / "stranger.pem"),
    )
    server.stop()
    shutil.rmtree(server.folder)


@pytest.fixture
def environment(setup: Setup) -> dict[str, str]:
    """How a process of ours finds that server: the name in its certificate, and verified in full."""
    return {
        "PGHOST": NAME,
        "PGPORT": str(setup.port),
        "PGDATABASE": "papyrus",
        "PGUSER": SUPERUSER,
        "PGPASSWORD": PASSWORD,
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": str(setup.authority),
    }


@pytest.fixture
def command(environment: dict[str, str]) -> Command:
    """A function that runs `manage.py` there; a variable given as empty is left out."""

    def run(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
        variables = {**os.environ, **environment, **changes}
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={name: value for name, value in variables.items() if value},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert PASSWORD not in done.stdout + done.stderr
        return done

    return run


def reason(done: subprocess.CompletedProcess[str]) -> str:
    """What `dbcheck --json` says about the connection that did not come about."""
    found = json.loads(done.stdout)
    assert (done.returncode, found["ok"], list(found["checks"])) == (1, False, ["connect"])
    return str(found["checks"]["connect"]["detail"])


def test_tables_are_made_and_the_check_is_good_when_the_server_is_verified_in_full(command: Command) -> None:
    assert command("migrate", "--verbosity=0").stderr == ""

    done = command("dbcheck", "--json")

    checks = json.loads(done.stdout)["checks"]
    assert done.returncode == 0
    assert checks["tls"]["detail"].startswith("TLSv1.3 with ")


@pytest.mark.parametrize(
    "changes",
    [
        {"PGSSLMODE": "verify-ca", "PGHOST": OTHER_NAME},
        {"PGSSLMODE": "", "PGSSLROOTCERT": "", "PGHOST": OTHER_NAME},
        {"PGSSLMODE": "require", "PGSSLROOTCERT": ""},
    ],
    ids=["verify-ca under another name", "require is the default", "require"],
)
def test_connection_has_tls_when_less_is_verified(command: Command, changes: dict[str, str]) -> None:
    checks = json.loads(command("dbcheck", "--json", **changes).stdout)["checks"]

    assert checks["connect"]["ok"] is True
    assert checks["tls"]["detail"].startswith("TLSv1.3 with ")


REFUSED = {
    "unknown authority": (
        {"PGSSLROOTCERT": "stranger"},
        "database certificate from an unknown authority",
        f"{NAME} の PostgreSQL の証明書は、{{file}} にある認証局が署名したものではありません"
        "（PGSSLMODE は verify-full）。サーバーの認証局の証明書ファイルを PGSSLROOTCERT に指定してください。",
    ),
    "unknown authority, name not asked": (
        {"PGSSLROOTCERT": "stranger", "PGSSLMODE": "verify-ca", "PGHOST": OTHER_NAME},
        "database certificate from an unknown authority",
        f"{OTHER_NAME} の PostgreSQL の証明書は、{{file}} にある認証局が署名したものではありません"
        "（PGSSLMODE は verify-ca）。サーバーの認証局の証明書ファイルを PGSSLROOTCERT に指定してください。",
    ),
    "another host": (
        {"PGHOST": OTHER_NAME},
        "database certificate for another host",
        f"{OTHER_NAME} の PostgreSQL の証明書は、別のホストのものです（PGSSLMODE は verify-full）。"
        "PGHOST に証明書にある名前を指定してください。",
    ),
    "no certificates": (
        {"PGSSLROOTCERT": str(ROOT / "README.md")},
        "root certificates unreadable",
        f"PGSSLROOTCERT の {ROOT / 'README.md'} から証明書を読み取れないため、{NAME} の PostgreSQL を確認できません"
        "（PGSSLMODE は verify-full）。認証局の証明書を PEM 形式で置いてください。",
    ),
    "TLS turned off": (
        {"PGSSLMODE": "disable", "PGSSLROOTCERT": ""},
        "database demands TLS",
        f"{NAME} の PostgreSQL は TLS のない接続を受け付けません（PGSSLMODE は disable）。PGSSLMODE=require を指定して"
        "ください。",
    ),
}


@pytest.mark.parametrize(("changes", "short", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_connection_is_refused_with_reason_and_remedy(
    command: Command, setup: Setup, changes: dict[str, str], short: str, sentence: str
) -> None:
    if changes.get("PGSSLROOTCERT") == "stranger":
        changes = changes | {"PGSSLROOTCERT": str(setup.stranger)}

    assert reason(command("dbcheck", "--json", **changes)) == short
    assert command("dbcheck", **changes).stdout == f"FAILED  接続: {sentence.format(file=setup.stranger)}\n"


@pytest.mark.parametrize("name", ["migrate", "serve", "create_database_roles"])
def test_command_that_needs_the_database_ends_with_that_sentence(command: Command, name: str) -> None:
    done = command(name, PGHOST=OTHER_NAME)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"CommandError: {OTHER_NAME} の PostgreSQL の証明書は、別のホストのものです（PGSSLMODE は verify-full）。"
        "PGHOST に証明書にある名前を指定してください。\n"
    )


@pytest.mark.parametrize("mode", ["require", "verify-full"])
def test_plaintext_server_is_refused(command: Command, mode: str) -> None:
    with closing(Relay()) as relay:
        plain = {"PGHOST": OTHER_NAME, "PGPORT": str(relay.port), "PGSSLMODE": mode}

        assert reason(command("dbcheck", "--json", **plain)) == "no TLS with the database"
        assert command("dbcheck", **plain).stdout == (
            f"FAILED  接続: {OTHER_NAME} の PostgreSQL は TLS に対応していません（PGSSLMODE は {mode}）。"
            "サーバーで TLS を有効にしてください。"
            "PGSSLMODE=prefer は、このコンピューターのサーバーにだけ使えます。\n"
        )


def test_page_tells_the_reason_and_no_more_and_the_log_likewise(environment: dict[str, str], tmp_path: Path) -> None:
    server = Server(folder=tmp_path, port=None, options=(), **environment | {"PGHOST": OTHER_NAME})
    try:
        server.wait_for(server.answers)
        assert server.get("/dbcheck").status == 503
        server.wait_for(lambda: server.requests(route="dbcheck", status=503))
        (line,) = server.requests(route="dbcheck", status=503)
        assert line["reason"] == "database certificate for another host"
        assert PASSWORD not in server.printed()
    finally:
        server.kill()


def test_page_is_good_when_the_server_is_verified_in_full(
    command: Command, environment: dict[str, str], tmp_path: Path
) -> None:
    command("migrate", "--verbosity=0")
    server = Server(folder=tmp_path, port=None, options=(), **environment)
    try:
        server.wait_for(server.answers)
        assert server.get("/dbcheck").status == 200
    finally:
        server.kill()
