from __future__ import annotations

from dataclasses import replace

import pytest

from invoices.domain.document import Address, Document, Original
from invoices.domain.errors import UnprintableCharacter
from invoices.pdf import Unprintable, find_unprintable, render
from tests.invoices.pdf.documents import ISSUER, RECIPIENT, SHIP_TO, document, line

BAD = "😀"
BAD_ADDRESS = Address(postal_code=BAD, address=f"東京都\n{BAD}")


def test_find_unprintable_is_empty_when_all_can_be_printed() -> None:
    assert find_unprintable(document()) == ()


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        (document(1, number=BAD), ["Number"]),
        (document(1, recipient=replace(RECIPIENT, name=BAD)), ["Customer name"]),
        (document(1, recipient=replace(RECIPIENT, department=BAD)), ["Customer department"]),
        (document(1, recipient=replace(RECIPIENT, person_title=BAD)), ["Job title of the person"]),
        (document(1, recipient=replace(RECIPIENT, person=BAD)), ["Person"]),
        (document(1, recipient=replace(RECIPIENT, address=BAD_ADDRESS)), ["Customer postal code", "Customer address"]),
        (document(1, ship_to=replace(SHIP_TO, name=BAD)), ["Ship-to name"]),
        (document(1, ship_to=replace(SHIP_TO, address=BAD_ADDRESS)), ["Ship-to postal code", "Ship-to address"]),
        (document(1, issuer=replace(ISSUER, name=BAD)), ["Issuer name"]),
        (document(1, issuer=replace(ISSUER, address=BAD_ADDRESS)), ["Issuer postal code", "Issuer address"]),
        (document(1, issuer=replace(ISSUER, telephone=BAD, fax=BAD)), ["Issuer telephone", "Issuer fax"]),
        (document(1, issuer=replace(ISSUER, registration_number=BAD)), ["Issuer registration number"]),
        (document(1, order_number=BAD, subject=BAD, notes=BAD), ["Order number", "Subject", "Notes"]),
        (
            document(1, original=Original(number=BAD, delivered_on=document().delivered_on)),
            ["Number of the original note"],
        ),
        (
            document(lines=(line(1), line(2, code=BAD, name=BAD, unit=BAD, note=BAD))),
            ["Item code (line 2)", "Item name (line 2)", "Unit (line 2)", "Line note (line 2)"],
        ),
    ],
)
def test_find_unprintable_names_the_field_when_it_cannot_be_printed(note: Document, expected: list[str]) -> None:
    found = find_unprintable(note)
    assert [each.field_name for each in found] == expected
    assert {each.character for each in found} == {BAD}
    with pytest.raises(UnprintableCharacter) as refusal:
        render(note)
    assert refusal.value.params == {"character": BAD, "codepoints": "U+1F600", "field": expected[0]}


def test_find_unprintable_gives_a_template_and_a_line_when_a_line_is_meant() -> None:
    note = document(lines=(line(1), line(2), line(3, name="葛\U000e01ef飾")))
    assert find_unprintable(note) == (Unprintable(field="Item name (line %(line)s)", line=3, character="葛\U000e01ef"),)
    assert find_unprintable(note)[0].codepoints == "U+845B U+E01EF"


@pytest.mark.parametrize("notes", ["一行目\n二行目", "一行目\r\n二行目"])
def test_find_unprintable_accepts_line_breaks(notes: str) -> None:
    assert find_unprintable(document(1, notes=notes)) == ()


def test_find_unprintable_refuses_tabs() -> None:
    assert [each.codepoints for each in find_unprintable(document(1, notes="一\t二"))] == ["U+0009"]
