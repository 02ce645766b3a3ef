"""`make run` as a person meets it: the real command in a process of its own."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from papyrus_site.local import ROOT
from papyrus_site.management.commands import serve
from tests.conftest import held_port
from tests.deploy.conftest import Relay

# Its var/ is the test's own; Ctrl-C is ignored at first, as for a job in the background.
CODE = """
import signal, sys
from pathlib import Path
from papyrus_site import local
signal.signal(signal.SIGINT, signal.SIG_IGN)
local.VAR = Path(sys.argv[1])
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "serve"])
"""


@pytest.fixture
def port() -> Iterator[int]:
    with held_port() as held:
        yield held


@pytest.fixture
def database() -> Iterator[str]:
    """A new and empty database."""
    name = f"serve_{uuid.uuid4().hex}"
    owner = {"host": os.environ["PGHOST"], "user": os.environ["PGUSER"], "autocommit": True}
    with closing(psycopg.connect(dbname="postgres", **owner)) as server:  # type: ignore[arg-type]
        server.execute(f"create database {name}")
        yield name
        server.execute(f"drop database {name} with (force)")


def refused(**environment: str) -> str:
    """Run `manage.py serve` and return the one line that it refuses with; an empty variable is left out."""
    variables = {**os.environ, **environment}
    finished = subprocess.run(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env={name: value for name, value in variables.items() if value},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (finished.returncode, finished.stdout, finished.stderr.count("\n")) == (1, "", 1)
    return finished.stderr.strip().removeprefix("CommandError: ")


@pytest.mark.parametrize("typed", ["abc", "0", "70000", "-1", "50.5", "５０００x"])
def test_port_is_refused_with_its_value_when_it_is_none(typed: str) -> None:
    assert refused(PORT=typed) == (
        f"PORT の値「{typed}」はポート番号ではありません。"
        "1024 から 65535 までの数を指定してください：make run PORT=5001"
    )


def test_port_is_refused_with_another_when_it_is_taken(port: int) -> None:
    with closing(Relay(port=port)):
        assert (
            refused(PORT=str(port)) == f"ポート {port} は使用中です。別のポートを指定してください：make run PORT=5000"
        )


def test_port_refusal_says_who_may_when_it_is_for_administrators() -> None:
    assert serve._port_refusal(PermissionError(errno.EACCES, "")) % {"port": 80, "next": 5000} == (
        "ポート 80 は管理者だけが使えます。1024 以上のポートを指定してください：make run PORT=5000"
    )


def test_database_is_refused_when_the_server_has_no_tls(port: int) -> None:
    with closing(Relay()) as relay:
        assert refused(PORT=str(port), PGHOST="127.0.0.1", PGPORT=str(relay.port), PGSSLMODE="") == (
            "127.0.0.1 の PostgreSQL は TLS に対応していません（PGSSLMODE は require）。サーバーで TLS を有効に"
            "してください。PGSSLMODE=prefer は、このコンピューターのサーバーにだけ使えます。"
        )


def test_database_is_refused_when_the_user_may_not_sign_in(port: int) -> None:
    assert refused(PORT=str(port), PGUSER="nobody_here") == (
        f"{os.environ['PGHOST']} の PostgreSQL が、ユーザー nobody_here のサインインを拒みました。"
        "PGUSER と PGPASSWORD を確認してください。"
    )


def test_database_is_refused_when_it_is_missing(port: int) -> None:
    assert refused(PORT=str(port), PGDATABASE="no_such_database") == (
        f"{os.environ['PGHOST']} の PostgreSQL に、データベース no_such_database がありません。"
        "作成するか、PGDATABASE に別のデータベースを指定してください。"
    )


def test_database_is_refused_when_nobody_listens(port: int) -> None:
    with held_port() as silent:
        assert refused(PORT=str(port), PGHOST="127.0.0.1", PGPORT=str(silent)) == (
            f"127.0.0.1（ポート {silent}）の PostgreSQL を使えません：データベースに接続できません。"
            "PGHOST と PGPORT を確認してください。詳しくは manage.py dbcheck で調べられます。"
        )


def test_user_is_asked_for_when_only_the_host_is_set() -> None:
    assert refused(PGUSER="") == (
        f"PGHOST に {os.environ['PGHOST']} が指定されていますが、PGUSER が指定されていません。"
        "PGUSER を指定するか、PGHOST の指定を外して付属の PostgreSQL を使ってください。"
    )


def begin(folder: Path, *, port: int, database: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CODE, str(folder)],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "papyrus_site.settings",
            "DJANGO_STATIC_ROOT": str(folder / "static"),
            "ARCHIVE_FOLDER": str(folder / "archive"),
            "PGDATABASE": database,
            "PORT": str(port),
        },
        stdout=subprocess.PIPE,
        text=True,
    )


def announced(server: subprocess.Popen[str]) -> str:
    """Return what it prints until it is ready."""
    assert server.stdout
    printed = ""
    for line in server.stdout:
        printed += line
        if "Ctrl-C" in line:
            return printed
    raise AssertionError(f"ended before it was ready: {printed}")


def passwords_in(printed: str) -> dict[str, str]:
    return dict(re.findall(r"^  (staff|clerk|approver|auditor|administrator) +(\S+)$", printed, re.MULTILINE))


def test_server_is_prepared_and_stopped_soon_when_run_twice(tmp_path: Path, port: int, database: str) -> None:
    log = tmp_path / f"server-{port}.log"

    with begin(tmp_path, port=port, database=database) as first:
        passwords = passwords_in(announced(first))
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30) as answer:
            assert answer.status == 200
        # A worker that cannot hear is what a worker is that was told to stop before it began to listen for that.
        for worker in re.findall(r"Booting worker with pid: (\d+)", log.read_text()):
            os.kill(int(worker), signal.SIGSTOP)
        stopped_at = time.monotonic()
        first.send_signal(signal.SIGINT)
        assert first.wait() == 0
        assert time.monotonic() - stopped_at < 30  # how long production waits for a worker

    logged = log.read_text()
    with begin(tmp_path, port=port, database=database) as second:
        again = passwords_in(announced(second))
        second.terminate()
        assert second.wait() == 0

    assert list(passwords) == ["staff", "clerk", "approver", "auditor", "administrator"]
    assert [name for name, password in passwords.items() if password in logged] == []
    assert again == passwords
    assert (tmp_path / f"server-{port}.previous.log").read_text() == logged
    assert log.read_text() != logged
