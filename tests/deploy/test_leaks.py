"""The guard finds what masking would replace, lets examples pass, and shows no value."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import assume, given, settings, strategies as st

from deploy.evidence.identifiers import Kind
from deploy.leaks import EXAMPLES, leaks_in, main
from papyrus_site.local import ROOT
from tests.deploy.database.authority import Authority
from tests.deploy.evidence.planted import ANYWHERE, Planted

FOUND = (
    "database endpoint",
    "load balancer's host",
    "load balancer's id",
    "target group's id",
    "account in an ARN",
    "account in a registry",
    "resource id",
    "access key id",
    "secret key",
    "session token",
    "web token",
    "database URL",
)
# Put together here, so that the guard does not find this file.
ACCOUNT = "98765" + "4321098"
SECURITY_GROUP = "sg-" + "0fedcba9876543210"


def kinds_in(path: Path, text: str) -> list[tuple[int, Kind]]:
    path.write_text(text, encoding="utf-8")
    return [(leak.line, leak.kind) for leak in leaks_in(path)]


@pytest.mark.parametrize("kind", FOUND)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_planted_text_is_found_in_any_line(
    tmp_path_factory: pytest.TempPathFactory, kind: str, data: st.DataObject
) -> None:
    planted: Planted = data.draw(ANYWHERE[kind])
    assume(not any(example in planted.text for example in EXAMPLES))
    path = tmp_path_factory.mktemp("leaks") / "notes.md"

    found = kinds_in(path, f'# Notes\n\nSee "{planted.text}", please.\n')

    assert {line for line, _ in found} == {3}
    assert planted.secret not in "".join(map(str, leaks_in(path)))


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (f"role_arn = {ACCOUNT}", [Kind.ACCOUNT]),
        (f"from {SECURITY_GROUP} and {ACCOUNT}", [Kind.RESOURCE_ID, Kind.ACCOUNT]),
        ("-----BEGIN PRIVATE " + "KEY-----\nMIIE", [Kind.PRIVATE_KEY]),
        ("listens on 54.201." + "10.27:443", [Kind.IPV4]),
        ("db.c1x2." + "us-west-2.rds.amazonaws.com", [Kind.DATABASE_ENDPOINT]),
    ],
)
def test_leak_is_found(tmp_path: Path, text: str, kinds: list[Kind]) -> None:
    assert sorted(kind for _, kind in kinds_in(tmp_path / "a.py", text)) == sorted(kinds)


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:iam::123456789012:role/papyrus 111122223333",
        "AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "127.0.0.1 10.0.0.7 192.168.1.1 192.0.2.10 198.51.100.7 203.0.113.9 169.254.169.254 0.0.0.0/0",
        "sg-0123456789abcdef0 vpc-12345678 subnet-1a2b3c4d",
        "mydb.abcdefghijkl.us-west-2.rds.amazonaws.com ****.****.us-west-2.rds.amazonaws.com",
        "types-polib==1.2.0.20260518 brotlicffi==1.2.1.0",
        "--hash=sha256:" + "0123456789abcdef" * 4,
        "bucket = aws_s3_bucket.archive.id",
        'password = "secret"',
        'if "-----BEGIN PRIVATE KEY-----" in text:',
        "T8700110005901 4901234567894 2026-01-02T03:04:05.123456Z",
    ],
)
def test_ordinary_text_and_examples_pass(tmp_path: Path, text: str) -> None:
    assert kinds_in(tmp_path / "a.py", text) == []


def test_binary_file_passes(tmp_path: Path) -> None:
    (tmp_path / "a.ttf").write_bytes(b"\0\1" + ACCOUNT.encode())
    assert leaks_in(tmp_path / "a.ttf") == []


def test_certificates_pass_and_what_stands_beside_them_does_not(tmp_path: Path) -> None:
    bundle = "".join(
        Authority.new(f"Authority {number}").write(tmp_path / "one.pem").read_text() for number in range(3)
    )
    assert kinds_in(tmp_path / "bundle.pem", bundle) == []
    assert kinds_in(tmp_path / "bundle.pem", f"{bundle}{ACCOUNT}\n{bundle}") == [(bundle.count("\n") + 1, Kind.ACCOUNT)]


def test_command_prints_place_and_remedy_and_no_value(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "good.py").write_text("print(1)\n")
    (tmp_path / "bad.py").write_text(f"\naccount = {ACCOUNT}\n")

    code = main([str(tmp_path)])

    assert (code, *capsys.readouterr()) == (
        1,
        f"{tmp_path}/bad.py:2: an AWS account id. Take it out and, if it was published, replace it; for an example use "
        "one of EXAMPLES in deploy/leaks.py.\n",
        "Files looked at: 2. Leaks: 1.\n",
    )


def test_command_passes_when_nothing_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "good.py").write_text("print(1)\n")
    assert (main([str(tmp_path / "good.py")]), *capsys.readouterr()) == (0, "", "Files looked at: 1. Leaks: 0.\n")


def test_command_says_so_when_a_path_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "no")]) == 2
    assert capsys.readouterr().err == f"There is no {tmp_path}/no. Name files or folders that exist.\n"


def test_command_looks_at_files_of_git_and_at_new_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("tracked.py", "new.py", "ignored.py", "名.py"):
        (tmp_path / name).write_text(ACCOUNT)
    (tmp_path / ".gitignore").write_text("ignored.py\n")
    subprocess.run(["git", "init", "--quiet"], check=True)
    subprocess.run(["git", "add", "tracked.py", "名.py"], check=True)

    assert main([]) == 1

    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["new.py", "tracked.py", "名.py"]


def test_command_says_so_when_there_is_no_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert main([]) == 2
    assert "Run this in a checkout, or name files." in capsys.readouterr().err


def test_repository_has_no_leaks(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    code = main([])
    assert (code, capsys.readouterr().out) == (0, "")
