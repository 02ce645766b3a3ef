"""Many notes in one stream."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

from pypdf import PdfReader

from invoices.domain.document import Copy
from invoices.pdf import ToPrint, Unprinted, draw_batch, render
from tests.invoices.pdf.documents import ISSUER, document
from tests.typesetting.reading import page_rows, page_texts

CREATED = "D:20261123000000+09'00'"


def to_print(number: str, *, line_count: int = 2, subject: str = "") -> ToPrint:
    note = document(line_count, number=number, subject=subject)
    return ToPrint(number=number, customer="株式会社見本", leaves=[(note,), (replace(note, copy=Copy.RECEIPT),)])


def drawn(*notes: ToPrint | Unprinted) -> bytes:
    return b"".join(draw_batch(notes, title="A-1", author=ISSUER.name, created=CREATED, worded=str))


def footers(pdf: bytes) -> list[str]:
    return [page[-1].replace("\u3000", " ") for page in page_rows(pdf)]


def test_batch_holds_the_copies_of_each_note_in_order() -> None:
    pdf = drawn(to_print("A-2"), to_print("A-1"))
    expected = [f"{title} {number} 1 / 1 ページ" for number in ("A-2", "A-1") for title in ("納品書", "物品受領書")]
    assert footers(pdf) == expected


def test_batch_of_one_note_prints_what_the_note_prints() -> None:
    note = document(45, number="A-1")
    pdf = drawn(ToPrint(number="A-1", customer="", leaves=[(note,)]))
    assert page_texts(pdf) == page_texts(render(note))
    assert len(PdfReader(BytesIO(pdf), strict=True).pages) == 2


def test_batch_lists_first_what_cannot_be_printed_and_prints_the_others() -> None:
    refused = Unprinted(number="下書き 12", customer="有限会社見本", reason="発行されていません。")
    pdf = drawn(to_print("A-1"), refused, to_print("A-2", subject="\ue000"), to_print("A-3"))
    cover, *rest = footers(pdf)
    assert cover == "1 / 1"
    assert rest == [f"{title} {number} 1 / 1 ページ" for number in ("A-1", "A-3") for title in ("納品書", "物品受領書")]
    text = page_texts(pdf)[0]
    for expected in ("2件の納品書が入っています", "下書き 12", "発行されていません。", "A-2", "“〓” (U+E000)"):
        assert expected in text


def test_batch_lists_hundreds_on_several_first_sheets() -> None:
    refused = [Unprinted(number=f"A-{place}", customer="見本" * 20, reason="無効です。" * 9) for place in range(100)]
    pages = page_texts(drawn(*refused, to_print("B-1")))
    assert "B-1" in pages[-1]
    listed = "".join(pages[:-2])
    assert all(f"A-{place}\n" in listed.replace(" ", "\n") for place in range(100))
    assert "1 / " in pages[0]


def test_batch_is_handed_over_while_its_notes_are_taken() -> None:
    taken = 0

    def notes() -> Iterator[ToPrint]:
        nonlocal taken
        for taken in range(1, 101):
            yield to_print(f"A-{taken}", line_count=20)

    chunks = draw_batch(notes(), title="", author="", created=CREATED, worded=str)
    assert next(chunks).startswith(b"%PDF-1.7")
    assert taken < 50
    assert len(b"".join(chunks)) > 100_000
