"""A password given against moto, by a task that really runs on a real database."""

from __future__ import annotations

import io
import os
import pty
import signal
import subprocess
import sys
from contextlib import closing
from typing import IO

import pytest

from deploy import once, password
from deploy.password import Code
from papyrus_site.local import ROOT
from tests.conftest import wait_until
from tests.deploy.conftest import connect_as_owner
from tests.deploy.database.installation import new_installation
from tests.deploy.workflows.conftest import Account

HASTE = ("--poll-seconds", "0.05", "--seconds", "90")
WORD = "correct horse battery staple"
MAKE_USER = ("python", "manage.py", "createsuperuser", "--noinput", "--username", "admin", "--email", "")
FIVE_FAILURES = (
    "insert into axes_accessattempt (username, ip_address, failures_since_start, attempt_time, user_agent, "
    "http_accept, path_info, get_data, post_data) values ('admin', null, 5, now(), '', '', '', '', '')"
)
MAY_SIGN_IN = (
    "from django.contrib.auth import authenticate; from django.http import HttpRequest; "
    f"print(authenticate(HttpRequest(), username='admin', password={WORD!r}))"
)


@pytest.fixture
def service(account: Account) -> Account:
    """The account, whose web tasks reach it too."""
    reached = {name: os.environ[name] for name in os.environ if name.startswith("AWS_")}
    web = account.register("papyrus-web", ["gunicorn", "papyrus_site.wsgi"], **reached)
    account.direct("ecs").update_service(cluster="papyrus-prd", service="papyrus-prd-web", taskDefinition=web)
    return account


@pytest.fixture
def user(service: Account) -> str:
    """Somebody who has a password."""
    service.database.execute(
        "insert into auth_user (username, password, is_superuser, is_staff, is_active, first_name, last_name, email, "
        "date_joined) values ('somebody', 'kept', false, false, true, '', '', '', now())"
    )
    return "somebody"


def read_until(end: bytes, *, stream: IO[bytes]) -> None:
    printed = b""
    while not printed.endswith(end):
        letter = stream.read(1)
        assert letter, printed
        printed += letter


def left_behind(account: Account) -> list[str]:
    found = account.direct("ssm").describe_parameters()["Parameters"]
    return [each["Name"] for each in found]


def give(word: str, *, user: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{word}\n"))
    return password.main([*HASTE, user])


def test_first_administrator_signs_in_and_the_password_was_nowhere_else(
    service: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert once.main([*HASTE, *MAKE_USER]) == once.Code.SUCCEEDED
    service.database.execute(FIVE_FAILURES)

    assert give(WORD, user="admin", monkeypatch=monkeypatch) == Code.GIVEN

    assert left_behind(service) == []
    bodies = {name for name, body in service.platform.bodies.items() if WORD.encode() in body}
    assert bodies == {"PutParameter"}
    assert b'"SecureString"' in service.platform.bodies["PutParameter"]
    assert WORD not in str(service.platform.agent.commands)
    printed = capsys.readouterr()
    assert WORD not in printed.out + printed.err
    assert "admin のパスワードを設定しました" in printed.out
    assert once.main([*HASTE, "python", "manage.py", "shell", "-v0", "-c", MAY_SIGN_IN]) == once.Code.SUCCEEDED
    assert "  admin\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("word", "name", "reason"),
    [("12345678", "somebody", "このパスワードは一般的すぎます"), (WORD, "nobody", "ユーザー nobody はいません")],
)
@pytest.mark.usefixtures("user")
def test_password_is_refused_with_the_reason_and_nothing_is_left(
    service: Account,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    word: str,
    name: str,
    reason: str,
) -> None:
    assert give(word, user=name, monkeypatch=monkeypatch) == Code.FAILED

    printed = capsys.readouterr()
    assert reason in printed.out
    assert "exit code 1" in printed.err
    assert left_behind(service) == []
    assert service.database.execute("select password from auth_user") == [("kept",)]


def test_nothing_is_made_when_no_password_is_given(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert give("", user="somebody", monkeypatch=monkeypatch) == Code.NO_PASSWORD

    assert "PutParameter" not in account.platform.calls
    assert capsys.readouterr().err == "FAILED: No password was given. Nothing was changed.\n"


def test_parameter_that_cannot_be_deleted_is_named(
    service: Account, user: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    service.platform.script.denied.add("DeleteParameter")

    before = [signal.getsignal(number) for number in password.STOPPING]

    assert give(WORD, user=user, monkeypatch=monkeypatch) == Code.LEFT_BEHIND

    assert [signal.getsignal(number) for number in password.STOPPING] == before
    (name,) = left_behind(service)
    assert f"`aws ssm delete-parameter --name {name}`" in capsys.readouterr().err


def test_parameter_is_deleted_when_the_command_is_told_to_stop(service: Account, user: str) -> None:
    with closing(connect_as_owner(service.database.database)) as other:
        other.execute("begin")
        other.execute("select from papyrus_schema.auth_user for update")  # on which the task waits
        with subprocess.Popen(
            [sys.executable, "-m", "deploy.password", *HASTE, user],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdin is not None
            process.stdin.write(f"{WORD}\n")
            process.stdin.flush()
            wait_until(lambda: "DescribeTasks" in service.platform.calls[-3:] and left_behind(service))
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "Traceback" not in err
    assert left_behind(service) == []


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [((b"one word\n", b"another\n"), "The two passwords differ."), ((b"\x04", b"\x04"), "No password was given.")],
)
def test_terminal_is_asked_twice_and_shows_nothing(account: Account, keys: tuple[bytes, bytes], sentence: str) -> None:
    keyboard, terminal = pty.openpty()
    # A session of its own, or the question would go to the terminal of whoever runs the tests.
    with subprocess.Popen(
        [sys.executable, "-m", "deploy.password", "somebody"],
        cwd=ROOT,
        stdin=terminal,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stderr is not None
        for question, answer in zip((b"New password of somebody: ", b"Once more: "), keys, strict=True):
            read_until(question, stream=process.stderr)
            os.write(keyboard, answer)
        _, err = process.communicate(timeout=60)
    os.close(keyboard)
    os.close(terminal)

    assert process.returncode == Code.NO_PASSWORD
    assert err.decode().strip() == f"FAILED: {sentence} Nothing was changed."
    assert "PutParameter" not in account.platform.calls


def test_password_before_the_migration_is_refused_with_the_remedy() -> None:
    with new_installation() as empty:
        empty.create_roles()
        done = empty.run("manage.py", "set_password", "admin", "--parameter=/any", role=empty.application)

    assert (done.returncode, done.stderr) == (
        1,
        "CommandError: データベースにまだユーザーの表がありません。先に manage.py migrate を実行してください。\n",
    )
