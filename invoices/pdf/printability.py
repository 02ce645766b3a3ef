"""Find what a document says that no font of ours can print."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from invoices.domain.document import Address, Document, Line
from invoices.domain.errors import UnprintableCharacter, gettext_noop
from typesetting.fonts import unprintable
from typesetting.text import split_lines


@dataclass(frozen=True, kw_only=True)
class Unprintable:
    """A character, or a sequence printed as one, that cannot be printed.

    `field` is an English template to translate; where it has %(line)s, `line` is the number of the line, from 1.
    """

    field: str
    line: int | None
    character: str

    @property
    def codepoints(self) -> str:
        """Such as U+845B U+E0103."""
        return " ".join(f"U+{ord(character):04X}" for character in self.character)

    @property
    def field_name(self) -> str:
        """The field in English, with the line's number filled in."""
        return self.field % {"line": self.line}


def find_unprintable(document: Document) -> tuple[Unprintable, ...]:
    """Return all that cannot be printed, in the order of the document; empty when it can be drawn."""
    return tuple(
        Unprintable(field=field, line=line, character=character)
        for field, line, text in _texts(document)
        for character in _unprintable_in(text)
    )


def refuse_unprintable(document: Document) -> None:
    """Raise UnprintableCharacter for the first character of `document` that cannot be printed."""
    for found in find_unprintable(document):
        raise UnprintableCharacter(character=found.character, codepoints=found.codepoints, field=found.field_name)


def _unprintable_in(text: str) -> Iterator[str]:
    for line in split_lines(text):
        yield from unprintable(line)


def _texts(document: Document) -> Iterator[tuple[str, int | None, str]]:
    """Yield field, line number and text of all that was typed."""
    for field, text in _head_texts(document):
        yield field, None, text
    for number, line in enumerate(document.lines, start=1):
        for field, text in _line_texts(line):
            yield field, number, text


def _head_texts(document: Document) -> Iterator[tuple[str, str]]:
    recipient, issuer = document.recipient, document.issuer
    yield gettext_noop("Number"), document.number or ""
    yield gettext_noop("Customer name"), recipient.name
    yield gettext_noop("Customer department"), recipient.department
    yield gettext_noop("Job title of the person"), recipient.person_title
    yield gettext_noop("Person"), recipient.person
    yield from _address_texts(recipient.address, gettext_noop("Customer postal code"), gettext_noop("Customer address"))
    if document.ship_to:
        yield gettext_noop("Ship-to name"), document.ship_to.name
        yield from _address_texts(
            document.ship_to.address, gettext_noop("Ship-to postal code"), gettext_noop("Ship-to address")
        )
    yield gettext_noop("Issuer name"), issuer.name
    yield from _address_texts(issuer.address, gettext_noop("Issuer postal code"), gettext_noop("Issuer address"))
    yield gettext_noop("Issuer telephone"), issuer.telephone
    yield gettext_noop("Issuer fax"), issuer.fax
    yield gettext_noop("Issuer registration number"), issuer.registration_number
    yield gettext_noop("Order number"), document.order_number
    yield gettext_noop("Subject"), document.subject
    yield gettext_noop("Notes"), document.notes
    if document.original:
        yield gettext_noop("Number of the original note"), document.original.number
    if document.corrects:
        yield gettext_noop("Number of the corrected note"), document.corrects.number


def _address_texts(address: Address, postal_code: str, place: str) -> Iterator[tuple[str, str]]:
    yield postal_code, address.postal_code
    yield place, address.address


def _line_texts(line: Line) -> Iterator[tuple[str, str]]:
    yield gettext_noop("Item code (line %(line)s)"), line.code
    yield gettext_noop("Customer's item code (line %(line)s)"), line.customer_code
    yield gettext_noop("Item name (line %(line)s)"), line.name
    yield gettext_noop("Unit (line %(line)s)"), line.unit
    yield gettext_noop("Line note (line %(line)s)"), line.note
