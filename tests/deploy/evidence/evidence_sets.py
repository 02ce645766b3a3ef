"""Sets of evidence for tests to look at and to spoil."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from deploy.evidence.folder import EvidenceFolder, verify
from deploy.evidence.masking import Mask

STARTED_AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SET = "20260102-030405Z"
HEALTHZ = "20260102_030405_healthz.log"
LISTENERS = "20260102_030405_listeners.json"
MANIFEST = "20260102_030405_manifest.json"


def begun(folder: Path, *, secrets: tuple[str, ...] = ()) -> EvidenceFolder:
    return EvidenceFolder(
        folder=folder,
        mask=Mask(secrets=secrets),
        started_at=STARTED_AT,
        label="made against moto, not AWS",
        now=lambda: STARTED_AT + timedelta(minutes=5),
    )


def write_set(folder: Path) -> Path:
    """Make a set of two files with its manifest."""
    evidence = begun(folder)
    evidence.write("healthz", "HTTP/1.1 200 OK\r\n\r\n" + '{"ok": true}', extension="log")
    evidence.write_json("listeners", {"Port": 80, "arn": "arn:aws:iam::123456789012:role/papyrus"})
    evidence.finish()
    assert verify(folder) == []
    return folder


def sentences(folder: Path) -> list[str]:
    return [str(finding) for finding in verify(folder)]


def content_of(folder: Path) -> dict[str, str]:
    return {path.name: path.read_bytes().decode() for path in folder.iterdir()}
