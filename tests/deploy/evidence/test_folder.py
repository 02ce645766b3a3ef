"""Evidence is masked, whole and unchanged, or it is not evidence."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from deploy.evidence.files import KINDS, is_file_name, is_set_name, set_name, stamp
from deploy.evidence.folder import EvidenceFolder, NotWritten, Result, verify
from papyrus_site.local import ROOT
from tests.deploy.evidence.evidence_sets import (
    HEALTHZ,
    LISTENERS,
    MANIFEST,
    SET,
    STARTED_AT,
    begun,
    content_of,
    sentences,
    write_set,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / SET


@pytest.fixture
def finished(folder: Path) -> Path:
    return write_set(folder)


def log_and_raise(evidence: EvidenceFolder, error: BaseException) -> None:
    with evidence.open_log("alb_apply") as log:
        log("aws_lb.this: Creating...")
        raise error


def write_both(log: Callable[[str], None], evidence: EvidenceFolder) -> None:
    log("aws_lb.this: Creating...")
    evidence.write("rds", "{}", extension="json")


def log_until_it_fails(evidence: EvidenceFolder) -> None:
    with evidence.open_log("alb_apply") as log:
        while True:
            log("aws_lb.this: Still creating...")


def test_files_hold_what_was_written_masked(folder: Path) -> None:
    evidence = begun(folder, secrets=("correct horse",))

    written = evidence.write("healthz", "HTTP/1.1 200 OK\r\nX: correct horse\r\n", extension="log")
    listed = evidence.write_json("listeners", {"Owner": 123456789012, "at": STARTED_AT, "名": "\udc80"})
    with evidence.open_log("alb_apply") as log:
        log("aws_lb.this: [id=arn:aws:iam::123456789012:role/papyrus]\nfrom 10.0.1.2")
        log("")

    assert (written.name, listed.name) == (HEALTHZ, LISTENERS)
    assert content_of(folder) == {
        HEALTHZ: "HTTP/1.1 200 OK\r\nX: ****\r\n",
        LISTENERS: textwrap.dedent("""\
            {
              "Owner": "************",
              "at": "2026-01-02 03:04:05+00:00",
              "名": "\\udc80"
            }
            """),
        "20260102_030405_alb_apply.log": "aws_lb.this: [id=arn:aws:iam::************:role/****]\n"
        "from ***.***.***.***\n\n",
    }


def test_manifest_says_what_the_set_is_and_holds(finished: Path) -> None:
    assert json.loads((finished / MANIFEST).read_text()) == {
        "label": "made against moto, not AWS",
        "run_id": SET,
        "result": "recorded",
        "started_at": "2026-01-02T03:04:05Z",
        "finished_at": "2026-01-02T03:09:05Z",
        "files": [
            {
                "name": HEALTHZ,
                "bytes": 32,
                "sha256": "09d746abce086e26c79d674ea1d9f0ddc272547e4e52665679b6937bd4ca8aed",
                "written_at": "2026-01-02T03:09:05Z",
            },
            {
                "name": LISTENERS,
                "bytes": 65,
                "sha256": "9f62555cfcf7ec4b7730d9e4c188fd911d35d2672c00e36ade87d9ba06c5c9c0",
                "written_at": "2026-01-02T03:09:05Z",
            },
        ],
    }


def test_names_are_in_utc_when_the_run_began_elsewhere() -> None:
    tokyo = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=9)))
    assert (stamp(tokyo), set_name(tokyo)) == ("20260101_180405", "20260101-180405Z")


@pytest.mark.parametrize(
    ("name", "is_right"),
    [
        ("20260102_030405_healthz.log", True),
        ("20260102_030405_rds.json", False),
        ("20260102_030405_healthz.json", False),
        ("20260102-030405_healthz.log", False),
        ("20261302_030405_healthz.log", False),
        ("20260102_030405_healthz.log.part", False),
        ("x20260102_030405_healthz.log", False),
        ("20260102_030405_HEALTHZ.log", False),
    ],
)
def test_file_name_is_right_when_moment_kind_and_extension_are(name: str, is_right: bool) -> None:
    assert is_file_name(name) is is_right


@pytest.mark.parametrize(("name", "is_right"), [(SET, True), ("20260102-030405", False), ("20260102-0304056Z", False)])
def test_set_name_is_right_when_it_is_a_moment(name: str, is_right: bool) -> None:
    assert is_set_name(name) is is_right


def test_log_counts_when_its_run_is_interrupted(folder: Path) -> None:
    evidence = begun(folder)

    with pytest.raises(KeyboardInterrupt):
        log_and_raise(evidence, KeyboardInterrupt())
    evidence.finish(result=Result.FAILED)

    assert verify(folder) == []


def test_error_of_the_run_stays_its_own_when_a_log_is_open(folder: Path) -> None:
    with pytest.raises(ConnectionResetError):
        log_and_raise(begun(folder), ConnectionResetError())


def test_log_is_kept_when_another_file_is_refused_meanwhile(folder: Path) -> None:
    evidence = begun(folder)
    with pytest.raises(NotWritten, match="is no evidence"), evidence.open_log("alb_apply") as log:
        write_both(log, evidence)
    evidence.finish()
    assert content_of(folder)["20260102_030405_alb_apply.log"] == "aws_lb.this: Creating...\n"
    assert verify(folder) == []


def test_folder_is_refused_when_it_holds_anything(finished: Path) -> None:
    before = content_of(finished)
    with pytest.raises(NotWritten, match=r"holds files already, .* Name a new folder"):
        begun(finished)
    assert content_of(finished) == before


def test_folder_is_taken_when_it_is_empty(folder: Path) -> None:
    folder.mkdir()
    begun(folder).write("healthz", "200", extension="log")
    assert list(content_of(folder)) == [HEALTHZ]


def test_file_of_another_run_stays_when_both_write_at_once(folder: Path) -> None:
    first, second = begun(folder), begun(folder)
    first.write("healthz", "first", extension="log")

    with pytest.raises(NotWritten, match=r"healthz\.log was not written: File exists"):
        second.write("healthz", "second", extension="log")

    assert (folder / HEALTHZ).read_text() == "first\n"
    with pytest.raises(NotWritten, match="healthz is not whole"):
        second.finish()


@pytest.mark.parametrize(("kind", "extension"), [("rds", "log"), ("healthz", "json"), ("../healthz", "log")])
def test_kind_is_refused_when_nobody_knows_it(folder: Path, kind: str, extension: str) -> None:
    with pytest.raises(NotWritten, match=r"is no evidence\. Use a kind of"):
        begun(folder).write(kind, "{}", extension=extension)
    assert content_of(folder) == {}


def test_kind_is_refused_when_it_is_written_twice_or_after_the_manifest(folder: Path) -> None:
    evidence = begun(folder)
    evidence.write("healthz", "200", extension="log")
    for kind in ("healthz", "dbcheck"):
        with pytest.raises(NotWritten, match="Write each kind once"):
            evidence.write("healthz", "again", extension="log")
        if not (folder / MANIFEST).exists():
            evidence.finish()
        with pytest.raises(NotWritten, match="Write each kind once"):
            evidence.write(kind, "late", extension="log")
    assert verify(folder) == []


def test_json_is_refused_when_a_secret_tears_it(folder: Path) -> None:
    with pytest.raises(NotWritten, match=r"“listeners” is no JSON once it is masked"):
        begun(folder, secrets=('"a": {',)).write_json("listeners", {"a": {"b": 1}})
    assert content_of(folder) == {}


def test_manifest_is_refused_when_a_log_is_open(folder: Path) -> None:
    evidence = begun(folder)
    with evidence.open_log("alb_apply"), pytest.raises(NotWritten, match="alb_apply is not whole"):
        evidence.finish()
    evidence.finish()


def test_nothing_passes_when_the_disk_is_full(folder: Path) -> None:
    """A limit on the size of files makes writing fail as a full disk does."""
    evidence = begun(folder)
    evidence.write("healthz", "200", extension="log")
    before, ignored = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
        with pytest.raises(NotWritten, match=r"dbcheck\.log was not written: File too large\. Make room"):
            evidence.write("dbcheck", "x" * 5000, extension="log")
        with pytest.raises(NotWritten, match=r"alb_apply\.log was not written"):
            log_until_it_fails(evidence)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)

    with pytest.raises(NotWritten, match="alb_apply, dbcheck is not whole"):
        evidence.finish()
    assert not {f"20260102_030405_{kind}.log" for kind in ("dbcheck", "alb_apply")} & content_of(folder).keys()
    assert f"{SET} has 0 manifests instead of one: its run did not finish. Repeat the run." in sentences(folder)


def test_nothing_passes_and_nothing_is_unmasked_when_the_run_is_killed(folder: Path) -> None:
    program = f"""
        from datetime import UTC, datetime
        from pathlib import Path
        from deploy.evidence.folder import EvidenceFolder
        from deploy.evidence.masking import Mask
        evidence = EvidenceFolder(
            folder=Path({str(folder)!r}), mask=Mask(secrets=["correct horse"]), label="x",
            started_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        )
        with evidence.open_log("alb_apply") as log:
            log("123456789012 correct horse")
            print("ready", flush=True)
            input()
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        process.kill()

    half = ".20260102_030405_alb_apply.log.part"
    assert content_of(folder) == {half: "************ ****\n"}
    assert sentences(folder) == [
        f"{SET}/{half} is half-written: its run was stopped. Delete the set and repeat the run.",
        f"{SET} has 0 manifests instead of one: its run did not finish. Repeat the run.",
    ]


def test_every_kind_is_documented() -> None:
    text = (ROOT / "docs" / "evidence" / "README.md").read_text()
    assert [
        f"{name}.{kind.extension}" for name, kind in KINDS.items() if f"`{name}.{kind.extension}`" not in text
    ] == []
