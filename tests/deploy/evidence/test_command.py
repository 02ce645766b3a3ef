from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from deploy.evidence.folder import EvidenceFolder
from deploy.evidence.masking import Mask
from deploy.management.commands import evidence
from papyrus_site.local import ROOT

HEALTHZ = "20260102_030405_healthz.log"


@pytest.fixture
def sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A docs/evidence of its own, with one good set."""
    monkeypatch.setattr(evidence, "SETS", tmp_path)
    made = EvidenceFolder(
        folder=tmp_path / "20260102-030405Z",
        mask=Mask(),
        started_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        label="made in a test",
    )
    made.write("healthz", "HTTP/1.1 200 OK", extension="log")
    made.finish()
    return tmp_path


def run(*arguments: str, language: str = "en") -> tuple[int, str]:
    """Run `evidence verify`; return exit code and stdout."""
    out = io.StringIO()
    with override(language):
        try:
            call_command("evidence", "verify", *arguments, stdout=out)
        except SystemExit as end:
            return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


@pytest.mark.usefixtures("sets")
def test_evidence_passes_when_every_set_is_good() -> None:
    assert run() == (0, "Sets of evidence, all whole, unchanged and masked: 1.\n")
    assert run("--json") == (0, '{"ok": true, "findings": []}\n')


def test_evidence_passes_when_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "SETS", tmp_path / "missing")
    assert run() == (0, "Sets of evidence, all whole, unchanged and masked: 0.\n")


def test_evidence_prints_a_sentence_for_each_finding(sets: Path) -> None:
    (sets / "20260102-030405Z" / HEALTHZ).write_text("from 10.0.0.7\n")
    (sets / "stray.txt").touch()

    code, out = run()

    assert code == 1
    assert [line.split(". ")[0] for line in out.splitlines()] == [
        f"Line 1 of 20260102-030405Z/{HEALTHZ} shows what must be masked",
        f"Line 1 of 20260102-030405Z/{HEALTHZ} shows an IPv4 address",
        f"20260102-030405Z/{HEALTHZ} is not as it was written: its SHA-256 differs",
        "stray.txt belongs to no set of evidence",
    ]
    assert "10.0.0.7" not in out


def test_evidence_prints_one_object_when_asked_for_json(sets: Path) -> None:
    (sets / "20260102-030405Z" / HEALTHZ).unlink()
    code, out = run("--json", language="ja")
    assert (code, json.loads(out)) == (
        1,
        {
            "ok": False,
            "findings": [
                {
                    "file": f"20260102-030405Z/{HEALTHZ}",
                    "finding": f"20260102-030405Z/{HEALTHZ} is in the manifest and not in the set. Restore it, or "
                    "repeat the run.",
                }
            ],
        },
    )


def test_evidence_speaks_japanese_when_the_reader_does(sets: Path) -> None:
    (sets / "20260102-030405Z" / HEALTHZ).write_text("from 10.0.0.7\n")
    assert "IPv4 アドレスが残っています" in run(language="ja")[1]


def test_evidence_judges_only_the_named_folders(sets: Path) -> None:
    (sets / "stray.txt").touch()
    assert run(str(sets / "20260102-030405Z")) == (0, "Sets of evidence, all whole, unchanged and masked: 1.\n")
    assert run(str(sets / "no"))[0] == 1


def test_evidence_is_refused_when_no_verb_is_given() -> None:
    with pytest.raises(CommandError, match="verify"):
        call_command("evidence")


def test_evidence_needs_no_database() -> None:
    environment = os.environ | {"PGHOST": "127.0.0.1", "PGPORT": "1", "PGUSER": "nobody"}
    finished = subprocess.run(
        [sys.executable, "manage.py", "evidence", "verify", "--json"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert (finished.returncode, finished.stderr, json.loads(finished.stdout)) == (0, "", {"ok": True, "findings": []})
