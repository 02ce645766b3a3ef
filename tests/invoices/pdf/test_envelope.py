"""A window shows the whole address and nothing else, wherever the sheet lies in the envelope."""

from __future__ import annotations

from dataclasses import replace

import pytest

from invoices.domain.document import Address, Copy, Document, Envelope, Language, Recipient
from invoices.pdf import envelope, render
from tests.invoices.pdf.documents import SHIP_TO, document, return_note
from tests.typesetting.reading import Word, words

LONG = Recipient(
    name="株式会社日本総合サンプル見本商事ホールディングス",
    department="購買本部 第二調達部 資材調達課",
    person_title="課長",
    person="田中",
    address=Address(
        postal_code="100-0001", address="東京都千代田区千代田一丁目一番一号\n見本センタービルディング 38階 南棟"
    ),
)


def is_seen(word: Word, *, across: float, down: float) -> bool:
    """Whether the window shows a part of `word` when the sheet lies so far from the envelope's left and top."""
    left, top, right, bottom = word.left + across, word.top + down, word.right + across, word.bottom + down
    return right > 20 and left < 110 and bottom > 12 and top < 57


def is_whole(word: Word, *, across: float, down: float) -> bool:
    left, top, right, bottom = word.left + across, word.top + down, word.right + across, word.bottom + down
    return left >= 20 and right <= 110 and top >= 12 and bottom <= 57


def first_page(note: Document) -> list[Word]:
    return [word for word in words(render(note)) if word.page == 1]


@pytest.mark.parametrize("copy", [Copy.DELIVERY_NOTE, Copy.RECEIPT])
@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("recipient", [document(1).recipient, LONG], ids=["usual", "long"])
def test_window_shows_the_address_and_nothing_else(copy: Copy, language: Language, recipient: Recipient) -> None:
    note = document(
        45, envelope=Envelope.WINDOW, copy=copy, language=language, recipient=recipient, ship_to=SHIP_TO, is_void=False
    )
    placed = first_page(replace(note, reprint_ordinal=2))
    name = (note.issuer if copy is Copy.RECEIPT else recipient).name
    shown = [word for word in placed if word.left < 100 and word.bottom < 52]
    assert name[:8] in "".join(word.text for word in shown)
    for across in (0, envelope.PLAY_ACROSS):
        for down in (0, envelope.PLAY_DOWN):
            seen = [word for word in placed if is_seen(word, across=across, down=down)]
            assert seen == shown
            assert all(is_whole(word, across=across, down=down) for word in seen)


def test_marks_of_a_windowed_return_do_not_cover_its_title() -> None:
    note = replace(return_note(), envelope=Envelope.WINDOW, reprint_ordinal=12, is_void=True)
    marks = [
        word for word in first_page(note) if word.text in ("赤伝（返品）", "再発行", "(12)", "無効") and word.top < 20
    ]
    titles = [word for word in first_page(note) if word.text == "納品書" and word.top < 25]
    assert min(word.left for word in marks) >= 110
    assert max(word.bottom for word in marks) < min(word.top for word in titles)
