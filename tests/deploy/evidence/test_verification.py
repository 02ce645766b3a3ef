"""What was spoilt is found, with a sentence that says what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from deploy.evidence.files import KINDS, Run
from deploy.evidence.folder import EvidenceFolder, Result, verify
from deploy.evidence.masking import Mask
from deploy.evidence.verification import verify_all
from papyrus_site.local import ROOT
from tests.deploy.evidence.evidence_sets import (
    HEALTHZ,
    LISTENERS,
    MANIFEST,
    SET,
    STARTED_AT,
    begun,
    sentences,
    write_set,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / SET


@pytest.fixture
def finished(folder: Path) -> Path:
    return write_set(folder)


def change_manifest(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    change(manifest)
    (folder / MANIFEST).write_text(json.dumps(manifest))


def test_set_passes_when_it_is_as_it_was_written(finished: Path) -> None:
    assert verify(finished) == []
    assert verify_all(finished.parent) == []


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_flipped_byte_is_found_wherever_it_is(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("evidence") / SET
    evidence = begun(folder)
    evidence.write("healthz", "HTTP/1.1 200 OK", extension="log")
    evidence.finish()
    content = bytearray((folder / HEALTHZ).read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    (folder / HEALTHZ).write_bytes(content)

    assert any(HEALTHZ in sentence for sentence in sentences(folder))


def test_changed_file_is_found(finished: Path) -> None:
    (finished / HEALTHZ).write_text("HTTP/1.1 500 Oh\n")
    assert sentences(finished) == [
        f"{SET}/{HEALTHZ} is not as it was written: its SHA-256 differs. Restore it, or repeat the run."
    ]


def test_missing_file_is_found(finished: Path) -> None:
    (finished / HEALTHZ).unlink()
    assert sentences(finished) == [
        f"{SET}/{HEALTHZ} is in the manifest and not in the set. Restore it, or repeat the run."
    ]


def test_foreign_file_is_found(finished: Path) -> None:
    (finished / "20260102_030405_dbcheck.log").write_text("200\n")
    (finished / "notes.txt").write_text("hello")
    (finished / "more").mkdir()
    (finished / "20260102_030405_tg_health.json").symlink_to(finished / LISTENERS)
    assert sentences(finished) == [
        f"{SET}/20260102_030405_tg_health.json is no plain file. Take it out of the set.",
        f"{SET}/more is no plain file. Take it out of the set.",
        f"{SET}/notes.txt is not named YYYYMMDD_HHMMSS_kind.ext with a kind and an ending of deploy/evidence/files.py. "
        "Take it out of the set.",
        f"{SET}/20260102_030405_dbcheck.log is in the set and not in its manifest. Take it out of the set.",
    ]


def test_wrong_name_is_found(finished: Path) -> None:
    (finished / HEALTHZ).rename(finished / "20260102_030406_healthz.log")
    assert sentences(finished) == [
        f"{SET}/20260102_030406_healthz.log does not begin with 20260102_030405, when its run began. "
        "Take it out of the set.",
        f"{SET}/{HEALTHZ} is in the manifest and not in the set. Restore it, or repeat the run.",
        f"{SET}/20260102_030406_healthz.log is in the set and not in its manifest. Take it out of the set.",
    ]


def test_wrong_name_of_the_folder_is_found(finished: Path) -> None:
    other = finished.rename(finished.with_name("20260102-030406Z"))
    assert sentences(other) == [
        f"20260102-030406Z is not named by the time its run began. Name it {SET}.",
    ]


def test_what_lies_beside_the_sets_is_found(finished: Path) -> None:
    root = finished.parent
    (root / "README.md").touch()
    (root / "healthz.log").touch()
    finished.rename(root / "latest")
    assert [str(finding) for finding in verify_all(root)] == [
        "healthz.log belongs to no set of evidence. Move it elsewhere.",
        "latest is not named YYYYMMDD-HHMMSSZ. Name the folder by the time its run began.",
    ]
    assert verify_all(root / "missing") == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("sg-0123456789abcdef0", "a resource id"),
        ("account 123456789012", "an AWS account id"),
        ("papyrus.abcdefghijkl.us-west-2.rds.amazonaws.com", "a host name of an AWS resource"),
    ],
)
def test_unmasked_id_is_found_even_when_the_manifest_agrees(folder: Path, text: str, what: str) -> None:
    class Blind(Mask):
        def __call__(self, text: str) -> str:
            return text

    evidence = EvidenceFolder(folder=folder, mask=Blind(), started_at=STARTED_AT, label="x")
    evidence.write("healthz", f"HTTP/1.1 200 OK\nX: {text}", extension="log")
    evidence.finish()
    assert sentences(folder) == [
        f"Line 2 of {SET}/{HEALTHZ} shows what must be masked. Delete the set, and what was published of it, and "
        "repeat the run.",
        f"Line 2 of {SET}/{HEALTHZ} shows {what}. Delete the set, and what was published of it, teach "
        "deploy/evidence/identifiers.py to mask it, and repeat the run.",
    ]


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        (b" \n", "is empty, which proves nothing. Repeat the run."),
        (b'{"a": ', "is no JSON. Delete the set and repeat the run."),
        (b"3\n", "is no JSON. Delete the set and repeat the run."),
        (b'{"a": "\xff"}', "is not UTF-8. Delete the set and repeat the run."),
    ],
)
def test_content_is_found_when_it_proves_nothing(finished: Path, content: bytes, finding: str) -> None:
    (finished / LISTENERS).write_bytes(content)
    assert sentences(finished)[0] == f"{SET}/{LISTENERS} {finding}"


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: manifest.pop("files"),
        lambda manifest: manifest.update(files=["a"]),
        lambda manifest: manifest["files"][0].pop("sha256"),
        lambda manifest: manifest.update(started_at="yesterday"),
        lambda manifest: manifest.update(started_at="2026-01-02T03:04:05"),
        lambda manifest: manifest.update(result="splendid"),
    ],
)
def test_manifest_is_found_when_it_says_too_little(finished: Path, change: Callable[[dict[str, Any]], object]) -> None:
    change_manifest(finished, change)
    assert sentences(finished) == [
        f"{SET}/{MANIFEST} does not say what a manifest says. Delete the set and repeat the run."
    ]


def test_set_is_found_when_it_has_no_manifest_or_two(finished: Path) -> None:
    other = finished / "20260102_030406_manifest.json"
    other.write_bytes((finished / MANIFEST).read_bytes())
    assert f"{SET} has 2 manifests instead of one: its run did not finish. Repeat the run." in sentences(finished)
    other.unlink()
    (finished / MANIFEST).unlink()
    assert sentences(finished) == [f"{SET} has 0 manifests instead of one: its run did not finish. Repeat the run."]


def test_set_is_found_when_its_run_passed_without_proving_everything(folder: Path) -> None:
    evidence = begun(folder)
    kinds = {name: kind for name, kind in KINDS.items() if kind.run is Run.SMOKE}
    assert len(kinds) == 11
    for name, kind in kinds.items():
        if name != "cloudwatch_dbcheck":
            evidence.write(name, '{"ok": true}', extension=kind.extension)
    evidence.finish(result=Result.PASSED)
    assert sentences(folder) == [
        f"{SET} is of a smoke run that passed, yet lacks cloudwatch_dbcheck.json. Repeat the run."
    ]


def test_folder_is_found_when_there_is_none(tmp_path: Path) -> None:
    assert sentences(tmp_path / "no") == [
        f"{tmp_path}/no is no folder. Name a folder of evidence, such as docs/evidence/20260102-030405Z."
    ]


def test_committed_evidence_passes() -> None:
    assert list(map(str, verify_all(ROOT / "docs" / "evidence"))) == []
