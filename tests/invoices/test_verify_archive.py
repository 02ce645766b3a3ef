"""`manage.py verify_archive`: what it proves, and what it names."""

from __future__ import annotations

import csv
import re
import tracemalloc
import uuid
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from pytest_django import Settings

from invoices import archive, chain, receipts, verification
from invoices.models import DeliveryNote, ScanKind
from invoices.scans import Scan
from tests.invoices.factories import TODAY, behind_the_back, chained, issued_note

pytestmark = pytest.mark.django_db
MISSING = "ファイルが保管先にありません。"
DAMAGED = "保管先のファイルが、発行したものと違います。"
FOREIGN = "保管先のファイルは、どの納品書のものでもありません。"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def notes(author: User, folder: Path) -> list[DeliveryNote]:
    """Three issued notes in the archive."""
    made = [issued_note(author) for _ in range(3)]
    for note in made:
        archive.store(note, archive.made_again(note))
    chained()
    return made


def verified(*arguments: str) -> list[str]:
    """What the command prints when all is well."""
    out = StringIO()
    call_command("verify_archive", *arguments, stdout=out)
    return out.getvalue().splitlines()


def findings(*arguments: str) -> list[str]:
    """What the command names."""
    out = StringIO()
    with pytest.raises(CommandError, match="件見つかりました") as refusal:
        call_command("verify_archive", *arguments, stdout=out)
    assert refusal.value.returncode == 1
    return [
        line for line in out.getvalue().splitlines() if not line.startswith(("チェーンの先頭", "未保管", "保管し直し"))
    ]


def file_of(note: DeliveryNote, folder: Path) -> Path:
    return folder / archive.name_of(note)


def test_everything_is_proved_and_the_head_is_told(
    notes: list[DeliveryNote], capsys: pytest.CaptureFixture[str]
) -> None:
    assert verified() == [f"チェーンの先頭：{chain.head()}", "すべて発行したとおりです。"]
    told = capsys.readouterr().err.splitlines()
    assert [re.sub(r"[0-9,]+ 件/秒", "… 件/秒", line) for line in told] == [
        "チェーン：3 / 3（… 件/秒）",
        "納品書の行：3 / 3（… 件/秒）",
        "納品書のファイル：3 / 3（… 件/秒）",
        "受領書のスキャン：0 / 0（… 件/秒）",
        "保管先のファイル名：3 / 3（… 件/秒）",
    ]
    assert verified(f"--head={chain.head()}")[-1] == "すべて発行したとおりです。"


def test_flipped_byte_missing_and_foreign_files_are_each_named(
    notes: list[DeliveryNote], folder: Path, tmp_path: Path
) -> None:
    flipped = bytearray(file_of(notes[0], folder).read_bytes())
    flipped[1000] ^= 1
    file_of(notes[0], folder).write_bytes(flipped)
    file_of(notes[1], folder).unlink()
    (folder / "delivery-notes" / "偽物.pdf").write_bytes(b"%PDF-1.4")
    named = [
        f"DN-2026-000001: {DAMAGED}",
        f"DN-2026-000002: {MISSING}",
        f"delivery-notes/偽物.pdf: {FOREIGN}",
    ]

    assert findings(f"--report={tmp_path / 'report.csv'}") == named

    with (tmp_path / "report.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[:2] for row in rows] == [
        ["対象", "種類"],
        ["DN-2026-000001", "damaged"],
        ["DN-2026-000002", "missing"],
        ["delivery-notes/偽物.pdf", "foreign"],
    ]
    assert findings("--only=files") == named
    assert verified("--only=chain")[-1] == "すべて発行したとおりです。"
    assert findings("--repair") == named
    assert findings() == named[2:]


def test_scans_are_proved_and_are_not_foreign(notes: list[DeliveryNote], author: User, folder: Path) -> None:
    for place, note in enumerate(notes):
        receipts.record(
            note=note,
            received_on=TODAY,
            signed_by="田中",
            scan=Scan(content=b"%%PDF-1.4 %d %%%%EOF" % place, kind=ScanKind.PDF),
            creation_key=uuid.uuid4(),
            author=author,
        )
    assert verified()[-1] == "すべて発行したとおりです。"

    stored = sorted((folder / "signed-receipts").rglob("*.pdf"))
    stored[0].write_bytes(b"%PDF-1.4 other %%EOF")
    stored[1].unlink()
    stored[2].with_name("偽物.pdf").write_bytes(b"%PDF-1.4")
    first, second, third = (path.relative_to(folder).as_posix() for path in stored)
    named = [
        f"{first}: 保管先のスキャンが、記録したものと違います。バックアップから戻してください。",
        f"{second}: スキャンが保管先にありません。バックアップから戻してください。",
        f"{third.rpartition('/')[0]}/偽物.pdf: {FOREIGN}",
    ]

    assert findings("--repair") == named
    assert findings("--only=files") == named


def test_file_of_another_note_of_that_number_is_foreign(notes: list[DeliveryNote], folder: Path) -> None:
    stored = file_of(notes[0], folder)
    stored.with_name("DN-2026-000001.aaaaaaaaaaaa.pdf").write_bytes(b"%PDF-1.4")
    assert findings() == [f"delivery-notes/2026/11/DN-2026-000001.aaaaaaaaaaaa.pdf: {FOREIGN}"]


def test_note_whose_file_waits_is_no_finding(notes: list[DeliveryNote], author: User) -> None:
    issued_note(author)
    chained()
    assert "未保管：1 件。archive_pending で保管されます。" in verified()


def test_altered_snapshot_is_named_by_the_chain_and_by_what_is_drawn(notes: list[DeliveryNote]) -> None:
    behind_the_back("update delivery_notes set snapshot = '{\"version\": 1, \"document\": {}}' where number like '%2'")
    assert findings() == [
        "DN-2026-000002: 納品書がアプリケーションを通さずに書き換えられています。",
        "DN-2026-000002: 記録（スナップショット）から同じファイルを作り直せません。",
    ]


def test_archive_that_cannot_be_read_is_named(notes: list[DeliveryNote], settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "in the way").write_text("")
    location = {"OPTIONS": {"location": tmp_path / "in the way"}}
    settings.STORAGES = {**settings.STORAGES, "archive": {**settings.STORAGES["archive"], **location}}
    assert findings("--only=files") == [f"DN-2026-00000{place}: 保管先を読み取れませんでした。" for place in (1, 2, 3)]


def test_head_that_the_chain_lost_is_named(notes: list[DeliveryNote]) -> None:
    lost = f"2:{'0' * 64}"
    assert findings("--only=chain", f"--head={lost}") == [
        f"{lost}: 控えておいたつながりがチェーンにありません。チェーンが作り直されています。"
    ]
    with pytest.raises(CommandError, match="POSITION:SHA256"):
        call_command("verify_archive", "--head=latest")


def test_memory_does_not_grow_with_the_archive(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 30,000 foreign files never more than a step is held."""
    names = (f"delivery-notes/2026/11/{number:060d}.pdf" for number in range(30_000))
    monkeypatch.setattr("invoices.archive_places.FolderPlace.names", lambda place: names)
    tracemalloc.start()
    count = sum(len(step.findings) for step in verification.foreign_files())
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 30_000
    assert peak < 2_000_000
