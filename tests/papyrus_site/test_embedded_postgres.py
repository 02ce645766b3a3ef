from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from papyrus_site.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from tests.conftest import skip_outside_ci

ROOT = Path(__file__).resolve().parents[2]
CODE = """
import sys
from pathlib import Path
from papyrus_site.embedded_postgres import EmbeddedPostgres
print(EmbeddedPostgres(folder=Path(sys.argv[1]), settings={}).acquire()["PGHOST"], flush=True)
sys.stdin.read()
"""


class User:
    """A process that uses the server in `folder` until it leaves or is killed."""

    def __init__(self, folder: Path, *, account: int | None = None) -> None:
        self._process = subprocess.Popen(
            [sys.executable if account is None else interpreter_for(account), "-c", CODE, str(folder)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            user=account,
            group=account,
            extra_groups=None if account is None else [],
        )
        self._host = ""

    @property
    def host(self) -> str:
        """The server's address, once there is one."""
        assert self._process.stdout
        self._host = self._host or self._process.stdout.readline().strip()
        assert self._host, "the server did not start"
        return self._host

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        with closing(psycopg.connect(host=self.host, user="papyrus", dbname="papyrus", autocommit=True)) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def leave(self) -> None:
        _ = self.host
        self._process.communicate("")
        assert self._process.returncode == 0

    def kill(self) -> None:
        _ = self.host
        self.end()

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


def server_process(folder: Path) -> int | None:
    """Return the id of the server's process in `folder`, None when it is stopped."""
    noted = folder / "data" / "postmaster.pid"
    if not noted.exists():
        return None
    process = int(noted.read_text().split()[0])
    return None if state_and_parent(process)[0] in ("", "Z") else process


def state_and_parent(process: int) -> tuple[str, int]:
    """Return the letter of the state of `process` and its parent's id; empty and 0 when there is none."""
    with suppress(OSError):
        # The name before them stands in parentheses and may hold anything.
        state, parent, *_ = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return state, int(parent)
    return "", 0


def children(process: int) -> list[int]:
    every = (int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit())
    return [each for each in every if state_and_parent(each)[1] == process]


def kill_server(folder: Path, *, whole: bool = True) -> None:
    process = server_process(folder)
    assert process is not None
    for each in (process, *(children(process) if whole else [])):
        # A child may end by itself once the server is gone.
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder whose name a shell would stumble over; its server is stopped before and after each test."""
    made = Path(tempfile.mkdtemp()) / "納品 $HOME 'a' \"b\""
    yield made
    shutil.rmtree(made.parent)


@pytest.fixture
def new_folder() -> Iterator[Path]:
    """A folder of the test's own; pytest's would be closed again to the server by any other pytest that starts."""
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


@pytest.fixture
def begin(folder: Path) -> Iterator[Callable[..., User]]:
    """A function that makes a user, by default of `folder`; in the end none is left and `folder`'s server stopped."""
    users: list[User] = []

    def begun(used: Path = folder, *, account: int | None = None) -> User:
        users.append(User(used, account=account))
        return users[-1]

    yield begun
    for each in users:
        each.end()
    assert server_process(folder) is None


def test_server_is_shared_and_stopped_by_whoever_leaves_last_when_two_use_it(
    begin: Callable[..., User], folder: Path
) -> None:
    first, second = begin(), begin()  # both at once, on an empty folder
    first.execute("create table if not exists shared (made timestamptz default now())")
    first.execute("insert into shared default values")

    assert second.execute("select count(*) > 0 from shared") == [(True,)]
    assert first.host == second.host

    first.leave()
    assert second.execute("select current_database(), current_setting('server_version_num')::int / 10000") == [
        ("papyrus", 16)
    ]

    second.leave()
    assert server_process(folder) is None


def test_server_is_stopped_by_the_next_user_when_one_was_killed(begin: Callable[..., User], folder: Path) -> None:
    killed = begin()
    killed.kill()
    assert server_process(folder) is not None

    begin().leave()

    assert server_process(folder) is None


@pytest.mark.parametrize("whole", [True, False])
def test_rows_survive_when_server_and_user_are_killed(begin: Callable[..., User], folder: Path, whole: bool) -> None:
    killed = begin()
    killed.execute("drop table if exists kept; create table kept (text text); insert into kept values ('納品書')")
    kill_server(folder, whole=whole)
    killed.kill()

    after = begin()

    assert after.execute("select text from kept") == [("納品書",)]
    after.leave()


@pytest.mark.parametrize(
    "work",
    [
        b"select count(*) from generate_series(1, 6000000)",
        b"do $$ begin for turn in 1..300000 loop raise log 'still busy'; end loop; end $$",
    ],
    ids=["silent", "logging"],
)
def test_server_starts_when_a_part_of_a_killed_one_is_still_busy(
    folder: Path, begin: Callable[..., User], work: bytes
) -> None:
    killed = begin()
    with closing(psycopg.connect(host=killed.host, user="papyrus", dbname="papyrus", autocommit=True)) as busy:
        busy.pgconn.send_query(work)
        busy.pgconn.flush()
        kill_server(folder, whole=False)
        killed.kill()

        after = begin()

        assert after.execute("select 1") == [(1,)]
    after.leave()


def test_server_starts_when_a_process_id_of_a_crash_now_belongs_to_another_program(
    begin: Callable[..., User], folder: Path
) -> None:
    killed = begin()
    _ = killed.host
    noted = folder / "data" / "postmaster.pid"
    kill_server(folder)
    killed.kill()
    owner = noted.stat().st_uid
    with subprocess.Popen(["sleep", "60"], user=owner if os.geteuid() == 0 else None) as other:
        noted.write_text("\n".join([str(other.pid), *noted.read_text().splitlines()[1:]]) + "\n")

        after = begin()

        assert after.execute("select 1") == [(1,)]
        after.leave()
        assert other.poll() is None
        other.kill()


def test_database_is_made_when_the_first_start_was_interrupted(begin: Callable[..., User]) -> None:
    interrupted = begin()
    with closing(psycopg.connect(host=interrupted.host, user="papyrus", dbname="postgres", autocommit=True)) as other:
        other.execute("drop database papyrus")
    interrupted.kill()

    after = begin()

    assert after.execute("select current_database()") == [("papyrus",)]
    after.leave()


def test_server_starts_when_an_initialisation_was_interrupted(begin: Callable[..., User], new_folder: Path) -> None:
    unfinished = new_folder / "data.unfinished"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("16\n")

    user = begin(new_folder)

    assert user.execute("select 1") == [(1,)]
    user.leave()


def test_two_folders_have_two_servers_when_used_at_once(begin: Callable[..., User], new_folder: Path) -> None:
    here, there = begin(), begin(new_folder)
    there.execute("create table only_there ()")

    assert here.host != there.host
    assert here.execute("select to_regclass('only_there')") == [(None,)]

    here.leave()
    assert there.execute("select to_regclass('only_there')::text") == [("only_there",)]
    there.leave()


def interpreter_for(account: int) -> str:
    """Return a Python that `account` can run, ours or the system's; without one, skip, in CI fail."""
    for each in (sys.executable, "/usr/bin/python3"):
        with suppress(OSError):
            subprocess.run([each, "-c", ""], user=account, group=account, extra_groups=[], check=True)
            return each
    return skip_outside_ci("an ordinary user can run no Python here")


@pytest.mark.skipif(os.geteuid() != 0, reason="whoever runs the tests is an ordinary user already")
def test_server_runs_as_an_ordinary_user_and_then_as_root_in_the_same_folder(begin: Callable[..., User]) -> None:
    ordinary = pwd.getpwnam("nobody").pw_uid
    home = Path(tempfile.mkdtemp())
    os.chown(home, ordinary, ordinary)

    first = begin(home, account=ordinary)
    first.execute("create table made_by_nobody ()")
    first.leave()
    second = begin(home)

    assert second.execute("select to_regclass('made_by_nobody')::text") == [("made_by_nobody",)]
    assert (home / "data").stat().st_uid == ordinary
    second.leave()
    shutil.rmtree(home)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make another's folder")
def test_server_does_not_run_as_root_when_root_starts_it(begin: Callable[..., User], folder: Path) -> None:
    user = begin()
    _ = user.host
    process = server_process(folder)

    assert Path(f"/proc/{process}").stat().st_uid == pwd.getpwnam("nobody").pw_uid

    user.leave()


def test_server_refuses_plainly_and_leaves_no_folder_when_its_settings_are_wrong(new_folder: Path) -> None:
    server = EmbeddedPostgres(folder=new_folder, settings={"no_such_setting": "1"})

    with pytest.raises(EmbeddedPostgresError, match=r"PostgreSQL did not start; its log .*postgres.log ends with"):
        server.acquire()

    assert not server._socket_folder.exists()
