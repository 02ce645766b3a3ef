"""What was found as one ZIP."""

from __future__ import annotations

import csv
import hashlib
import io
import tracemalloc
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import User

from invoices import archive, exporting, services
from tests.invoices.factories import (
    NOW,
    CustomerFactory,
    behind_the_back,
    correction_draft,
    draft_note,
    issued_note,
    issued_return,
    line,
)

pytestmark = pytest.mark.django_db


def opened(*note_ids: int) -> ZipFile:
    return ZipFile(io.BytesIO(b"".join(exporting.zipped(note_ids, now=NOW))))


def rows_of(zip_file: ZipFile, name: str = "notes.csv") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(zip_file.read(name).decode("utf-8-sig"), newline="")))


def test_zip_has_a_list_and_the_files_as_they_were_issued(author: User) -> None:
    customer = CustomerFactory.create(code="0012", name="=1+1商店")
    void = issued_note(author, customer=customer, subject="11月分", order_number="PO-7")
    services.void(note_id=void.pk, reason="誤記", author=author, now=NOW)
    draft = draft_note(author, lines=(line(unit_price=None),))

    zip_file = opened(draft.pk, void.pk)

    assert zip_file.testzip() is None
    assert zip_file.namelist() == ["notes.csv", "pdf/DN-2026-000001.pdf"]
    assert zip_file.read("pdf/DN-2026-000001.pdf") == archive.made_again(void)
    of_draft, of_void = rows_of(zip_file)
    assert of_void == {
        "番号": "DN-2026-000001",
        "状態": "無効",
        "発行日": "2026-11-23",
        "納品日": "2026-11-23",
        "得意先コード": "0012",
        "得意先": "'=1+1商店",
        "件名": "11月分",
        "注文番号": "PO-7",
        "合計": "26400",
        "消費税": "2400",
        "税率ごとの対象額と消費税": "10%: 24000 + 2400",
        "元の納品書": "",
        "訂正元": "",
        "発行者": author.get_username(),
        "無効日時": "2026-11-23 10:30",
        "無効にした人": author.get_username(),
        "無効にする理由": "誤記",
        "保存期限": "2037-05-31",
        "ファイル": "pdf/DN-2026-000001.pdf",
        "SHA-256": hashlib.sha256(zip_file.read("pdf/DN-2026-000001.pdf")).hexdigest(),
    }
    assert (of_draft["番号"], of_draft["状態"], of_draft["発行日"], of_draft["ファイル"]) == ("", "下書き", "", "")


def test_return_and_correction_name_the_notes_they_belong_to(author: User) -> None:
    sold, wrong = issued_note(author), issued_note(author)
    returned = issued_return(sold, author, "1")
    correction = services.issue(note_id=correction_draft(wrong, author).pk, author=author, now=NOW)
    links = [(row["元の納品書"], row["訂正元"]) for row in rows_of(opened(returned.pk, correction.pk))]
    assert links == [(sold.number, ""), ("", wrong.number)]


def test_name_is_the_one_that_was_printed(author: User) -> None:
    note = issued_note(author, customer=CustomerFactory.create(name="株式会社旧名"))
    note.customer.name = "株式会社新名"
    note.customer.save()
    assert rows_of(opened(note.pk))[0]["得意先"] == "株式会社旧名"


def test_note_whose_file_cannot_be_had_is_named_and_does_not_lose_the_others(author: User) -> None:
    notes = [issued_note(author) for _ in range(2)]
    behind_the_back("update delivery_notes set pdf_sha256 = repeat('0', 64) where number = 'DN-2026-000001'")
    zip_file = opened(*(note.pk for note in notes))
    assert zip_file.namelist() == ["notes.csv", "pdf/DN-2026-000002.pdf", "not-exported.csv"]
    assert rows_of(zip_file, "not-exported.csv") == [{"番号": "DN-2026-000001"}]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_memory_does_not_grow_with_what_is_exported(author: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "AT_ONCE", 5)
    note = issued_note(author)
    archive.store(note, archive.made_again(note))
    note.refresh_from_db()
    list(exporting.zipped([note.pk], now=NOW))
    tracemalloc.start()
    # The same note again and again is as long as many notes.
    length = sum(len(piece) for piece in exporting.zipped([note.pk] * 300, now=NOW))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert length > 6_000_000
    assert peak < 2_000_000
