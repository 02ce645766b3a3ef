"""The copies of a note in every layout: which pages they take, and that they say the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import pytest

from invoices.domain.document import Copy, Document, Envelope, Language
from invoices.domain.eras import ERAS
from invoices.domain.errors import UnprintableCharacter
from invoices.pdf import layout, paper, render, render_leaves, slip, table
from invoices.pdf.pages import Page, compose
from invoices.pdf.paper import Paper
from tests.invoices.pdf.documents import SHIP_TO, document, line, lines, return_note
from tests.typesetting.reading import page_rows, page_texts, words

COUNTS = (*range(1, 61), 100, 500)
ROW_NUMBER = re.compile(r"A\d{4}-\d{2}")
YEN = re.compile(r"[¥￥円]|単価|金額|小計|合計|消費税|対象額|税込|税抜")


def receipt(note: Document) -> Document:
    return replace(note, copy=Copy.RECEIPT)


def coded(note: Document) -> Document:
    """`note` with what the customer calls its goods."""
    return replace(
        note, lines=tuple(replace(each, customer_code=f"K-{place:05}") for place, each in enumerate(note.lines, 1))
    )


def whole(note: Document) -> Paper:
    return paper.whole(note)


def upper(note: Document) -> Paper:
    return paper.halves(note, receipt(note))[0]


def lower(note: Document) -> Paper:
    return paper.halves(replace(note, copy=Copy.DELIVERY_NOTE), note)[1]


# Every layout: how the usual note is changed for it, and on what it is set.
VARIANTS: dict[str, tuple[Callable[[Document], Document], Callable[[Document], Paper]]] = {
    "note": (lambda note: note, whole),
    "receipt": (receipt, whole),
    "without prices": (lambda note: replace(note, is_price_hidden=True), whole),
    "window": (lambda note: replace(note, envelope=Envelope.WINDOW, ship_to=SHIP_TO), whole),
    "English with codes": (lambda note: replace(coded(note), language=Language.ENGLISH), whole),
    "upper half": (lambda note: note, upper),
    "lower half": (receipt, lower),
    "lower half without prices": (lambda note: replace(receipt(note), is_price_hidden=True, ship_to=SHIP_TO), lower),
}


def composed(note: Document, on: Paper) -> list[Page]:
    return compose(note, on, table.rows(note))


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_row_has_its_place_on_a_page_whatever_their_number(variant: str) -> None:
    change, settle = VARIANTS[variant]
    for count in COUNTS:
        note = change(document(count))
        pages = composed(note, settle(note))
        assert sum(page.row_count for page in pages) == count
        # A half's first page may be too low for the last row with totals and notes, never for a row.
        assert all(page.row_count for page in pages)
        assert all(page.room >= -0.001 for page in pages)


@pytest.mark.parametrize("count", [1, 8, 9, 60, 500])
def test_both_halves_break_at_the_same_rows(count: int) -> None:
    note = document(count, ship_to=SHIP_TO)
    halves = zip((note, receipt(note)), paper.halves(note, receipt(note)), strict=True)
    above, below = ([page.row_count for page in composed(copy, on)] for copy, on in halves)
    assert above == below


@pytest.mark.parametrize("count", [1, 30, 100])
@pytest.mark.parametrize("variant", [name for name, (_, settle) in VARIANTS.items() if settle is whole])
def test_every_row_is_read_once_and_in_order(variant: str, count: int) -> None:
    change, _ = VARIANTS[variant]
    text = "\n".join(page_texts(render(change(document(count)))))
    assert ROW_NUMBER.findall(text) == [each.code for each in lines(count)]


def test_set_is_note_file_copy_and_receipt_with_the_same_lines() -> None:
    note = document(2)
    copies = [replace(note, copy=copy) for copy in Copy]
    pages = page_rows(render_leaves([(copy,) for copy in copies]))
    assert [page[0] for page in pages] == ["納品書", "納品書（控）", "物品受領書"]
    assert [ROW_NUMBER.findall("\n".join(page)) for page in pages] == [[each.code for each in note.lines]] * 3
    assert ["受領印" in "\n".join(page) for page in pages] == [False, False, True]
    assert pages == [page for copy in copies for page in page_rows(render(copy))]


def test_set_shows_no_price_where_they_are_hidden_only() -> None:
    note = document(3)
    pages = page_texts(render_leaves([(note,), (replace(note, is_price_hidden=True),), (receipt(note),)]))
    assert [bool(YEN.search(page)) for page in pages] == [True, False, True]


def test_halves_are_cut_between_the_note_and_its_receipt() -> None:
    note = document(20, reprint_ordinal=1)
    pdf = render_leaves([(note, receipt(note))])
    placed = list(words(pdf))
    cuts = [word for word in placed if "切り取り線" in word.text]
    assert all(abs((word.top + word.bottom) / 2 - slip.HEIGHT) < 1.5 for word in cuts)
    assert len(cuts) == max(word.page for word in placed)
    assert not [word for word in placed if word.top < slip.HEIGHT - 3 and word.bottom > slip.HEIGHT + 3]
    titles = [(word.page, word.top < slip.HEIGHT) for word in placed if word.text in ("納品書", "物品受領書")]
    assert set(titles) == {(page, half) for page in range(1, len(cuts) + 1) for half in (True, False)}
    for text in page_texts(pdf):
        assert text.count("再発行 (1)") == 2
        codes = ROW_NUMBER.findall(text)
        assert codes[: len(codes) // 2] == codes[len(codes) // 2 :]


def test_halves_keep_to_the_margins_and_cover_nothing() -> None:
    note = document(9, ship_to=SHIP_TO, order_number="PO-2026 納品 " * 3, subject="件" * 100)
    placed = [word for word in words(render_leaves([(note, receipt(note))])) if "切り取り線" not in word.text]
    assert min(word.left for word in placed) >= layout.LEFT_EDGE - 0.01
    assert max(word.right for word in placed) <= layout.RIGHT_EDGE + 0.01
    assert max(word.bottom for word in placed) <= 292
    crossed = [
        (one.text, other.text)
        for one, other in combinations(placed, 2)
        if one.page == other.page
        and min(one.right, other.right) - max(one.left, other.left) > 0.1
        and min(one.bottom, other.bottom) - max(one.top, other.top) > 0.6
    ]
    assert crossed == []


def test_half_of_a_void_note_is_marked_in_the_half() -> None:
    note = document(2, is_void=True)
    marks = [
        word
        for word in words(render_leaves([(note, receipt(note))]))
        if word.text in "無効" and word.bottom - word.top > 20
    ]
    assert sorted(word.bottom < slip.HEIGHT for word in marks) == [False, False, True, True]


def test_reprint_says_the_same_but_for_its_mark() -> None:
    note = coded(document(45, eras=ERAS, ship_to=SHIP_TO))
    for leaf in [(note,), (replace(note, envelope=Envelope.WINDOW),), (note, receipt(note))]:
        again = tuple(replace(copy, reprint_ordinal=3) for copy in leaf)
        first, second = (page_rows(render_leaves([each])) for each in (leaf, again))
        unmarked = [[row.replace("再発行 (3)", "").strip() for row in page] for page in second]
        assert [[row for row in page if row] for page in unmarked] == [[row.strip() for row in page] for page in first]
        assert all("再発行 (3)" in "\n".join(page) for page in second)


def test_english_note_has_no_japanese_word_of_its_own() -> None:
    plain = line(1, code="A-1", name="Paper", unit="box", customer_code="K-9")
    note = document(lines=(plain, replace(plain, note="fragile")), language=Language.ENGLISH)
    note = replace(
        note,
        subject="November",
        notes="Ground floor.",
        recipient=replace(note.recipient, name="Sample Ltd.", department="", person_title="", person="Tanaka"),
        issuer=replace(note.issuer, name="Papyrus Ltd."),
        eras=ERAS,
    )
    note = replace(note, recipient=replace(note.recipient, address=note.recipient.address.__class__()))
    note = replace(note, issuer=replace(note.issuer, address=note.recipient.address))
    for copy in Copy:
        for leaf in [(replace(note, copy=copy),), (note, replace(note, copy=copy))]:
            text = "".join(page_texts(render_leaves([leaf])))
            assert not re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", text)
            assert "2026-11-23" in text
            assert "Your code" in text


def test_english_names_what_is_missing_in_it_too() -> None:
    text = "\n".join(page_texts(render(replace(return_note(), language=Language.ENGLISH, number=None, issued_on=None))))
    for expected in ("DRAFT", "not issued", "Return", "Original note", "We have taken back", "Registration No."):
        assert expected in text


def test_nothing_of_a_set_is_drawn_when_one_copy_has_an_unprintable_code() -> None:
    note = document(lines=(line(1, customer_code="\ue000"),))
    with pytest.raises(UnprintableCharacter, match=r"U\+E000.*Customer's item code \(line 1\)"):
        render_leaves([(note,), (receipt(note),)])
