"""Where issued files go, and what happens when that place fails."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from invoices import archive, services
from invoices.archive import ArchiveMismatch
from invoices.models import DeliveryNote
from tests.invoices.factories import NOW, draft_note, issued_note

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def broken(settings: Settings, tmp_path: Path) -> None:
    """An archive that cannot be written: a file stands where its folder should be."""
    (tmp_path / "in the way").write_text("")
    location = {"OPTIONS": {"location": tmp_path / "in the way"}}
    settings.STORAGES = {**settings.STORAGES, "archive": {**settings.STORAGES["archive"], **location}}


def stored(author: User) -> tuple[DeliveryNote, bytes]:
    note = issued_note(author)
    pdf = archive.made_again(note)
    assert archive.store(note, pdf) is True
    return DeliveryNote.objects.get(pk=note.pk), pdf


def test_stored_file_is_the_issued_one(author: User, folder: Path) -> None:
    note, pdf = stored(author)
    (path,) = folder.rglob("*.pdf")
    assert (path.read_bytes(), note.archived_at is not None) == (pdf, True)
    assert path.relative_to(folder).as_posix() == f"delivery-notes/2026/11/DN-2026-000001.{note.pdf_sha256[:12]}.pdf"


def test_storing_again_keeps_the_file(author: User, folder: Path) -> None:
    note, pdf = stored(author)
    assert archive.store(note, pdf) is True
    assert len(list(folder.rglob("*.pdf"))) == 1


def test_damaged_file_is_not_served_and_is_replaced_by_the_next_store(author: User, folder: Path) -> None:
    note, pdf = stored(author)
    (path,) = folder.rglob("*.pdf")
    path.write_bytes(pdf[:100])
    assert archive.pdf_of(note) == pdf
    archive.store(note, pdf)
    (path,) = folder.rglob("*.pdf")
    assert path.read_bytes() == pdf


@pytest.mark.usefixtures("broken")
def test_note_stays_issued_and_waiting_when_the_archive_fails(author: User) -> None:
    note = issued_note(author)
    assert archive.store(note, archive.made_again(note)) is False
    assert (DeliveryNote.objects.get().number, DeliveryNote.objects.get().archived_at) == ("DN-2026-000001", None)


@pytest.mark.usefixtures("broken")
def test_archive_pending_says_what_is_left_when_the_archive_still_fails(author: User) -> None:
    issued_note(author)
    with pytest.raises(CommandError, match="保管先に書き込めませんでした"):
        call_command("archive_pending")
    assert DeliveryNote.objects.get().archived_at is None


def test_archive_pending_catches_up(author: User, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notes = [issued_note(author), issued_note(author)]
    call_command("archive_pending")
    assert capsys.readouterr().out == "保管済み：2 件。未保管：0 件。\n"
    assert len(list(folder.rglob("*.pdf"))) == len(notes)
    assert DeliveryNote.objects.filter(archived_at=None).count() == 0


@pytest.mark.parametrize("typed", ["0", "-1", "nan", "inf", "1e30", "毎分"])
def test_archive_pending_refuses_plainly_when_the_seconds_are_none(typed: str) -> None:
    text = f"--every には0より大きく86400以下の秒数を指定してください（{typed}が入力されました）。"
    with pytest.raises(CommandError, match=re.escape(text)):
        call_command("archive_pending", f"--every={typed}")


def test_one_note_that_cannot_be_made_again_does_not_hold_up_the_others(author: User, folder: Path) -> None:
    good = issued_note(author)
    bad = draft_note(author)
    services.issue(note_id=bad.pk, author=author, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute("update delivery_notes set pdf_sha256 = repeat('0', 64) where id = %s", [bad.pk])
        cursor.execute("set local session_replication_role = default")
    with pytest.raises(CommandError):
        call_command("archive_pending")
    assert list(DeliveryNote.objects.exclude(archived_at=None).values_list("pk", flat=True)) == [good.pk]


def test_file_that_comes_out_differently_is_refused(author: User) -> None:
    note = issued_note(author)
    note.pdf_sha256 = "0" * 64
    with pytest.raises(ArchiveMismatch, match="DN-2026-000001"):
        archive.pdf_of(note)
