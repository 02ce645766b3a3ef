"""Which copies of a note are printed, and on what."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest

from invoices.domain.document import Copy, Document, Envelope

MOST_COPIES = 9


class SheetUse(StrEnum):
    """Whether every copy has sheets of its own, or a note shares each with its receipt, to be cut between them."""

    WHOLE = "whole"
    HALVES = "halves"


@dataclass(frozen=True, kw_only=True)
class PrintProfile:
    """How many of each copy are printed, on what. Without an envelope the note is laid out as it was issued."""

    notes: int = 1
    notes_without_prices: int = 0
    file_copies: int = 1
    receipts: int = 1
    has_receipt_prices: bool = True
    sheet_use: SheetUse = SheetUse.WHOLE
    envelope: Envelope | None = None

    @property
    def count(self) -> int:
        """How many copies that is in all."""
        return self.notes + self.notes_without_prices + self.file_copies + self.receipts

    def leaves(self, document: Document) -> list[tuple[Document, ...]]:
        """Return the copies of `document` in the order of the set, those that share sheets together."""
        chosen = document if self.envelope is None else dataclasses.replace(document, envelope=self.envelope)
        notes = [chosen] * self.notes
        notes += [dataclasses.replace(chosen, is_price_hidden=True)] * self.notes_without_prices
        file_copies = [dataclasses.replace(chosen, copy=Copy.FILE_COPY)] * self.file_copies
        receipt = dataclasses.replace(chosen, copy=Copy.RECEIPT, is_price_hidden=not self.has_receipt_prices)
        receipts = [receipt] * self.receipts
        if self.sheet_use is SheetUse.WHOLE:
            return [(copy,) for copy in (*notes, *file_copies, *receipts)]
        return [*_sharing(notes, receipts), *((copy,) for copy in file_copies), *_left_over(notes, receipts)]


def _sharing(notes: list[Document], receipts: list[Document]) -> Iterator[tuple[Document, ...]]:
    """Yield each note with the receipt it shares its sheets with; notes beyond the receipts have theirs alone."""
    for note, receipt in zip_longest(notes, receipts[: len(notes)]):
        yield (note,) if receipt is None else (note, receipt)


def _left_over(notes: list[Document], receipts: list[Document]) -> Iterator[tuple[Document, ...]]:
    for receipt in receipts[len(notes) :]:
        yield (receipt,)
