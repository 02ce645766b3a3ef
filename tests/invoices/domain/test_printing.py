from __future__ import annotations

import pytest

from invoices.domain.document import Copy, Document, Envelope
from invoices.domain.printing import PrintProfile, SheetUse
from tests.invoices.pdf.documents import document

NOTE, FILE, RECEIPT = "納", "控", "受"
SIGNS = {Copy.DELIVERY_NOTE: NOTE, Copy.FILE_COPY: FILE, Copy.RECEIPT: RECEIPT}


def signs(leaf: tuple[Document, ...]) -> str:
    """Return a leaf's copies, each by its sign; a minus after it says that prices are hidden."""
    return "/".join(SIGNS[copy.copy] + ("-" if copy.is_price_hidden else "") for copy in leaf)


@pytest.mark.parametrize(
    ("profile", "leaves"),
    [
        (PrintProfile(), "納 控 受"),
        (PrintProfile(notes=2, file_copies=0), "納 納 受"),
        (PrintProfile(notes=0, notes_without_prices=1, receipts=2, has_receipt_prices=False), "納- 控 受- 受-"),
        (PrintProfile(sheet_use=SheetUse.HALVES), "納/受 控"),
        (PrintProfile(sheet_use=SheetUse.HALVES, notes_without_prices=1, receipts=2), "納/受 納-/受 控"),
        (PrintProfile(sheet_use=SheetUse.HALVES, notes=2), "納/受 納 控"),
        (PrintProfile(sheet_use=SheetUse.HALVES, file_copies=0, receipts=3), "納/受 受 受"),
        (PrintProfile(sheet_use=SheetUse.HALVES, notes=0), "控 受"),
    ],
)
def test_leaves_are_the_set_in_its_order(profile: PrintProfile, leaves: str) -> None:
    made = profile.leaves(document(1))
    assert " ".join(map(signs, made)) == leaves
    assert sum(map(len, made)) == profile.count


def test_envelope_is_that_of_the_document_unless_another_is_chosen() -> None:
    issued = document(1, envelope=Envelope.WINDOW)
    assert {copy.envelope for leaf in PrintProfile().leaves(issued) for copy in leaf} == {Envelope.WINDOW}
    chosen = PrintProfile(envelope=Envelope.PLAIN)
    assert {copy.envelope for leaf in chosen.leaves(issued) for copy in leaf} == {Envelope.PLAIN}
