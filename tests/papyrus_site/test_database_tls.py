"""Which configurations of TLS to the database the start refuses."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from papyrus_site.database_tls import TlsRefused, require_good
from papyrus_site.local import ROOT
from tests.deploy.serving import Server

AUTHORITY = "/etc/papyrus/authority.pem"


def refusal(host: str, mode: str, root_certificate: str = "", *, is_production: bool = True) -> str:
    """Return why this is refused; empty when it is not."""
    try:
        require_good(host=host, mode=mode, root_certificate=root_certificate, is_production=is_production)
    except TlsRefused as refused:
        return str(refused)
    return ""


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer"])
@pytest.mark.parametrize("host", ["db.example", "10.0.0.9", "/run/postgresql,db.example"])
def test_mode_that_may_do_without_tls_is_refused_in_production(host: str, mode: str) -> None:
    assert refusal(host, mode) == (
        f"PGSSLMODE is “{mode}”, so rows and passwords could travel to PostgreSQL at {host} in the clear. "
        "Set PGSSLMODE=require, or verify-full with PGSSLROOTCERT."
    )


@pytest.mark.parametrize("host", ["/run/postgresql", "localhost", "127.0.0.1", "127.9.8.7", "::1"])
def test_mode_without_tls_is_good_for_a_server_on_this_machine(host: str) -> None:
    assert refusal(host, "disable") == ""


def test_mode_without_tls_is_good_outside_production() -> None:
    assert refusal("db.example", "prefer", is_production=False) == ""


@pytest.mark.parametrize("mode", ["", "required", "REQUIRE", "verify_full"])
def test_mode_is_refused_when_it_is_none(mode: str) -> None:
    assert refusal("db.example", mode, is_production=False) == (
        f"PGSSLMODE is “{mode}”, which is no mode for PostgreSQL at db.example. Set require or verify-full."
    )


@pytest.mark.parametrize("mode", ["verify-ca", "verify-full"])
def test_verifying_mode_is_refused_when_no_authority_is_named(mode: str) -> None:
    assert refusal("db.example", mode) == (
        f"PGSSLMODE is “{mode}”, but PGSSLROOTCERT does not say who vouches for PostgreSQL at db.example. Set it to "
        "the file with the certificates of that authority."
    )


@pytest.mark.parametrize("mode", ["require", "verify-full"])
def test_authority_is_refused_when_its_file_is_missing(mode: str) -> None:
    assert refusal("db.example", mode, AUTHORITY) == (
        f"PGSSLROOTCERT is {AUTHORITY}, and there is no such file, so PostgreSQL at db.example cannot be verified "
        f"(PGSSLMODE is “{mode}”). Put the certificates there, or correct the path."
    )


def test_what_the_system_trusts_goes_with_full_verification_only() -> None:
    assert refusal("db.example", "verify-full", "system") == ""
    assert refusal("db.example", "require", "system") == (
        "PGSSLROOTCERT is “system” and PGSSLMODE is “require” for PostgreSQL at db.example, which do not go together. "
        "Set PGSSLMODE=verify-full."
    )


def test_authority_is_good_when_its_file_is_there(tmp_path: Path) -> None:
    (tmp_path / "authority.pem").touch()
    assert refusal("db.example", "verify-full", str(tmp_path / "authority.pem")) == ""


def test_command_ends_with_one_japanese_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=os.environ | {"PGHOST": "db.example", "PAPYRUS_HTTPS": "1", "PGSSLMODE": "prefer", "PGPASSWORD": "secret"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "PGSSLMODE が「prefer」なので、db.example の PostgreSQL との間でデータとパスワードが"
        "暗号化されないおそれがあります。"
        "PGSSLMODE=require、または PGSSLROOTCERT とともに verify-full を指定してください。\n"
    )


def test_server_does_not_start_and_its_log_says_why(tmp_path: Path) -> None:
    missing = str(tmp_path / "authority.pem")
    server = Server(folder=tmp_path, PGHOST="db.example", PGSSLMODE="verify-full", PGSSLROOTCERT=missing)

    assert server.process.wait(60) != 0

    (line,) = [line for line in server.lines() if line["msg"] == "process failed"]
    assert line["lvl"] == "CRITICAL"
    assert f"TlsRefused: PGSSLROOTCERT is {missing}, and there is no such file" in line["exc"]
