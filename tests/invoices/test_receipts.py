"""Signed receipts: recorded, kept, and their scans shown so that nothing in them runs."""

from __future__ import annotations

import io
import uuid
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from PIL import Image

from invoices import scans, services
from invoices.models import DeliveryNote, ScanKind, SignedReceipt
from invoices.pdf import render
from papyrus_site.roles import Role
from tests.invoices.factories import NOW, draft_note, issued_note, user_of
from tests.invoices.pdf.documents import document
from tests.invoices.test_views import text_of

pytestmark = pytest.mark.django_db
SCRIPT = b"<!doctype html><script>alert(1)</script>"


def image(form: str) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (30, 40), "white").save(drawn, form)
    return drawn.getvalue()


def send(client: Client, note: DeliveryNote, content: bytes = b"", *, name: str = "scan.pdf", **typed: str) -> Any:
    sent: dict[str, Any] = {"creation_key": str(uuid.uuid4()), "received_on": "2026-11-24", "signed_by": "田中"} | typed
    if content:
        sent["scan"] = SimpleUploadedFile(name, content, content_type="text/html")
    return client.post(f"/notes/{note.pk}/receipts/new", sent, follow=True)


def scan_of(client: Client, note: DeliveryNote) -> Any:
    return client.get(f"/notes/{note.pk}/receipts/{SignedReceipt.objects.latest('id').pk}/scan")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (render(document(1)), ScanKind.PDF),
        (image("JPEG"), ScanKind.JPEG),
        (image("PNG"), ScanKind.PNG),
        (image("JPEG") + SCRIPT, ScanKind.JPEG),
        (image("GIF"), None),
        (image("PNG")[:-30], None),
        (render(document(1))[:-3000], None),
        (SCRIPT, None),
        (b"%PDF-", None),
        (b"", None),
    ],
)
def test_kind_is_found_in_the_bytes(content: bytes, kind: ScanKind | None) -> None:
    assert scans.kind_of(content) == kind


def test_picture_of_more_dots_than_a_scan_has_is_none_and_is_not_drawn() -> None:
    drawn = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(drawn, "PNG")
    assert scans.kind_of(drawn.getvalue()) is None


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "PDF"])
def test_scan_is_stored_shown_and_can_never_run(signed_in: Client, author: User, kind: str) -> None:
    note = issued_note(author)
    content = (render(document(1)) if kind == "PDF" else image(kind)) + b"\n" * (kind == "PDF")
    page = text_of(send(signed_in, note, content, name="../../evil.html"))

    answer = scan_of(signed_in, note)

    assert (answer.content, answer["Content-Type"]) == (content, ScanKind[kind].value)
    assert (answer["X-Content-Type-Options"], answer["X-Frame-Options"]) == ("nosniff", "DENY")
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["Content-Disposition"].startswith(
        "inline; filename*=utf-8''%E5%8F%97%E9%A0%98%E6%9B%B8_DN-2026-000001."
    )
    assert ("2026-11-24 田中" in page, f"スキャン ({kind})" in page) == (True, True)


def test_receipt_is_recorded_without_a_scan_and_amended_later(signed_in: Client, author: User) -> None:
    note, key = issued_note(author), str(uuid.uuid4())
    for _ in range(2):
        send(signed_in, note, creation_key=key)
    form = text_of(signed_in.get(f"/notes/{note.pk}/receipts/new"))
    send(signed_in, note, image("PNG"), signed_by="佐藤")

    first, second = SignedReceipt.objects.all()
    assert (first.received_on, first.signed_by, first.scan_sha256) == (date(2026, 11, 24), "田中", "")
    assert (second.signed_by, second.recorded_by, second.scan_kind) == ("佐藤", author, ScanKind.PNG)
    assert ('value="2026-11-24"' in form, 'value="田中"' in form) == (True, True)


@pytest.mark.parametrize(
    ("content", "typed", "sentence"),
    [
        (SCRIPT, {}, "「scan.pdf」は PDF、JPEG、PNG ではないか、壊れています。"),
        (b"%PDF-" + b"0" * 10 * 1024 * 1024 + b"%%EOF", {}, "スキャンが 10.0 MB あります。"),
        (b"", {"received_on": "2999-01-01"}, "2999-01-01 はまだ来ていません。"),
        (b"", {"signed_by": " "}, "受領した人の名前を入力してください。"),
        (b"", {"received_on": ""}, "受領日を 2026-11-24 のように入力してください。"),
    ],
)
def test_what_cannot_be_recorded_is_refused_by_name(
    signed_in: Client, author: User, content: bytes, typed: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    answer = send(signed_in, issued_note(author), content, **typed)
    assert (answer.status_code, sentence in text_of(answer)) == (422, True)
    assert (SignedReceipt.objects.count(), list(tmp_path.rglob("signed-receipts"))) == (0, [])


def test_only_what_is_issued_is_received(signed_in: Client, author: User) -> None:
    void = issued_note(author)
    services.void(note_id=void.pk, reason="誤り", author=author, now=NOW)
    for note in (void, draft_note(author)):
        assert "受領を記録できるのは有効な発行済みの納品書だけです。" in text_of(send(signed_in, note))
    assert SignedReceipt.objects.count() == 0


def test_nothing_is_recorded_when_the_storage_fails(signed_in: Client, author: User, tmp_path: Path) -> None:
    note = issued_note(author)
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "signed-receipts").write_text("no folder")
    answer = send(signed_in, note, image("PNG"))
    assert (answer.status_code, SignedReceipt.objects.count()) == (409, 0)
    assert "スキャンを保存できませんでした。" in text_of(answer)


def test_scan_that_was_changed_or_lost_is_not_shown(signed_in: Client, author: User, tmp_path: Path) -> None:
    note = issued_note(author)
    send(signed_in, note, image("PNG"))
    [file] = (path for path in tmp_path.rglob("*.png"))
    file.write_bytes(SCRIPT)
    assert scan_of(signed_in, note).status_code == 302
    storages["archive"].delete(str(file.relative_to(tmp_path / "archive")))
    assert scan_of(signed_in, note).status_code == 302


def test_scan_of_another_note_or_without_one_is_not_found(signed_in: Client, author: User) -> None:
    note, other = issued_note(author), issued_note(author)
    send(signed_in, note, image("PNG"))
    assert scan_of(signed_in, other).status_code == 404
    send(signed_in, other)
    assert scan_of(signed_in, other).status_code == 404


def test_auditor_reads_receipts_and_records_none(client: Client, author: User) -> None:
    note = issued_note(author)
    client.force_login(author)
    send(client, note, image("PNG"))
    client.force_login(user_of(Role.AUDITOR))
    assert (scan_of(client, note).status_code, send(client, note).status_code) == (200, 403)


@pytest.mark.parametrize(
    "sql",
    [
        "update signed_receipts set signed_by = 'x'",
        "delete from signed_receipts",
        "truncate signed_receipts",
        "insert into signed_receipts (delivery_note_id, received_on, signed_by, scan_kind, scan_sha256, recorded_by_id,"
        " creation_key) select delivery_note_id, received_on, 'x', 'text/html', repeat('0', 64), recorded_by_id,"
        " gen_random_uuid() from signed_receipts",
    ],
)
def test_database_keeps_receipts_as_they_were_recorded(signed_in: Client, author: User, sql: str) -> None:
    send(signed_in, issued_note(author))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
