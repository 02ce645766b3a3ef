"""Who issues a note, with the seal; on the receipt who signs it, and the boxes to sign in."""

from __future__ import annotations

from invoices.domain.document import Address, Copy, Document
from invoices.pdf import layout
from invoices.pdf.layout import SenderMeasures
from invoices.pdf.phrases import phrases_of
from invoices.pdf.seal import Seal, seal_of
from invoices.pdf.stack import Stack
from typesetting.canvas import CENTRE, Block, Box, Mark, Picture, Style, Text
from typesetting.measures import baseline, points


def sender(document: Document, measures: SenderMeasures, *, top: float) -> Block:
    """Return our company as issuer, or on the receipt the customer as signer; the height ends below it."""
    stack = Stack(x=measures.left, width=measures.width, top=top)
    if document.copy is Copy.RECEIPT:
        _add_signer(stack, document, measures)
        stamps = _stamps(document, measures, top=stack.y + layout.STAMP_GAP)
        return Block(stamps.height, [*stack.marks, *stamps.marks])
    _add_issuer(stack, document, measures)
    seal = _seal(document, stack, measures, top=top)
    return Block(max(stack.y, seal.height), [*seal.marks, *stack.marks])


def add_address(stack: Stack, address: Address, style: Style, leading: float) -> None:
    """Set postal code and address below what stands in `stack`."""
    stack.add(postal_mark(address), style, leading)
    stack.add(address.address, style, leading)


def postal_mark(address: Address) -> str:
    """Return 〒100-0001, or nothing without a postal code."""
    return f"〒{address.postal_code}" if address.postal_code else ""


def _add_issuer(stack: Stack, document: Document, measures: SenderMeasures) -> None:
    issuer, style, leading = document.issuer, measures.style, measures.leading
    _add_name(stack, issuer.name, measures)
    add_address(stack, issuer.address, style, leading)
    stack.add(_telephone_and_fax(document, style, stack.width), style, leading)
    if issuer.registration_number:
        label = phrases_of(document).facts.registration_number
        stack.add(f"{label} {issuer.registration_number}", style, leading)


def _add_signer(stack: Stack, document: Document, measures: SenderMeasures) -> None:
    recipient, style, leading = document.recipient, measures.style, measures.leading
    _add_name(stack, recipient.name, measures)
    stack.add(recipient.department, style, leading)
    stack.add(" ".join(part for part in (recipient.person_title, recipient.person) if part), style, leading)
    add_address(stack, recipient.address, style, leading)


def _add_name(stack: Stack, name: str, measures: SenderMeasures) -> None:
    stack.add_shrinking(name, measures.name_style, measures.name_leading, floor=measures.name_floor)


def _telephone_and_fax(document: Document, style: Style, width: float) -> str:
    """Return both numbers, side by side where that fits, so that none is parted from its label."""
    labels = phrases_of(document).facts
    pairs = ((labels.telephone, document.issuer.telephone), (labels.fax, document.issuer.fax))
    numbers = [f"{label} {value}" for label, value in pairs if value]
    beside = "　".join(numbers)
    return beside if style.font.stringWidth(beside, style.size) <= points(width) else "\n".join(numbers)


def _seal(document: Document, issuer: Stack, measures: SenderMeasures, *, top: float) -> Block:
    """Return the seal so that it covers the end of the issuer's longest line, as it is pressed by hand."""
    if document.issuer.seal is None:
        return Block(0, [])
    seal = seal_of(document.issuer.seal)
    width, height = _seal_size(seal, measures.seal_side)
    x = min(issuer.right - layout.SEAL_OVERLAP, layout.RIGHT_EDGE - width)
    y = top - measures.seal_rise
    return Block(y + height, [Picture(max(x, measures.left), y, width, height, seal)])


def _seal_size(seal: Seal, side: float) -> tuple[float, float]:
    longer = max(seal.width, seal.height)
    return side * seal.width / longer, side * seal.height / longer


def _stamps(document: Document, measures: SenderMeasures, *, top: float) -> Block:
    """Return the boxes the customer fills in: 受領日 and 受領印."""
    labels = phrases_of(document).facts
    marks: list[Mark] = []
    left, date_width = measures.left, measures.stamp_date_width
    boxes = (
        (labels.received_on, left, date_width),
        (labels.received_stamp, left + date_width, measures.width - date_width),
    )
    for label, x, width in boxes:
        marks += _stamp_box(label, measures.stamp_height, x=x, width=width, top=top)
    return Block(top + measures.stamp_height, marks)


def _stamp_box(label: str, height: float, *, x: float, width: float, top: float) -> list[Mark]:
    style, label_height = layout.STAMP_TYPE, layout.STAMP_LABEL_HEIGHT
    middle = x + width / 2
    return [
        Box(x, top, width, label_height, fill=layout.SHADE),
        Box(x, top, width, height, frame=layout.MUTED, thickness=layout.FINE),
        Text(middle, top + baseline(label_height, style.size), label, style, CENTRE),
    ]
