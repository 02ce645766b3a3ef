"""The head of a note: title, addressee, facts, issuer, message and total; and the short head of later pages."""

from __future__ import annotations

from collections.abc import Iterator

from invoices.domain.document import Address, Copy, Document
from invoices.pdf import layout, wording
from invoices.pdf.seal import Seal, seal_of
from invoices.pdf.stack import Stack, cell
from typesetting.canvas import CENTRE, RIGHT, Block, Box, Mark, Picture, Placed, Rule, Style, Text
from typesetting.measures import LEADING_PER_POINT, baseline, points
from typesetting.text import fit

DRAFT_NUMBER = "下書き"
NOT_ISSUED = "未発行"


def letterhead(document: Document) -> Block:
    """Return the head of the first page, from the top of the sheet down to where the table begins."""
    title, side, main = _title(document), _side(document), _main(document)
    marks: list[Mark] = [Placed(0, title), Placed(0, main), Placed(0, side)]
    return Block(max(side.height, main.height) + layout.TABLE_GAP, marks)


def running_head(document: Document) -> Block:
    """Return the head of the second and later pages."""
    y = layout.RUNNING_BASELINE
    title_type = layout.RUNNING_TITLE_TYPE
    marks: list[Mark] = [
        Text(layout.LEFT_EDGE, y, document.title, title_type),
        Text(layout.LEFT_EDGE + layout.RUNNING_NUMBER_LEFT, y, number(document), layout.RUNNING_TYPE),
        *_badges(document, right=layout.RIGHT_EDGE, top=y - layout.BADGE_HEIGHT + layout.RUNNING_BADGE_DROP),
        Rule(
            layout.LEFT_EDGE,
            layout.RUNNING_RULE,
            layout.RIGHT_EDGE,
            layout.RUNNING_RULE,
            layout.ACCENT,
            layout.FINE,
        ),
    ]
    return Block(layout.RUNNING_TABLE_TOP, marks)


def number(document: Document) -> str:
    """Return the number as printed: 下書き on a draft."""
    return DRAFT_NUMBER if document.number is None else document.number


def _title(document: Document) -> Block:
    middle = (layout.LEFT_EDGE + layout.RIGHT_EDGE) / 2
    marks: list[Mark] = [
        Text(middle, layout.TITLE_BASELINE, document.title, layout.TITLE_TYPE, CENTRE),
        *_badges(document, right=layout.RIGHT_EDGE, top=layout.BADGE_TOP),
        Rule(
            layout.LEFT_EDGE,
            layout.TITLE_RULE,
            layout.RIGHT_EDGE,
            layout.TITLE_RULE,
            layout.ACCENT,
            layout.STRONG,
        ),
    ]
    return Block(layout.TITLE_RULE, marks)


def _badges(document: Document, *, right: float, top: float) -> Iterator[Mark]:
    """Yield the framed marks of this printing, from the right edge leftwards."""
    style, height = layout.BADGE_TYPE, layout.BADGE_HEIGHT
    for text in _badge_texts(document):
        width = style.font.stringWidth(text, style.size) / points(1) + 2 * layout.BADGE_PADDING
        yield Box(right - width, top, width, height, frame=style.colour, thickness=layout.FINE)
        yield Text(right - width / 2, top + baseline(height, style.size), text, style, CENTRE)
        right -= width + layout.BADGE_GAP


def _badge_texts(document: Document) -> list[str]:
    texts = []
    if document.is_void:
        texts.append("無効")
    if document.reprint_ordinal is not None:
        texts.append(f"再発行 ({document.reprint_ordinal})")
    if document.original is not None:
        texts.append("赤伝（返品）")
    return texts


def _main(document: Document) -> Block:
    """Return the left column: addressee in the envelope's window, message, subject, ship-to and total."""
    stack = Stack(x=layout.WINDOW_LEFT, width=layout.WINDOW_WIDTH, top=layout.WINDOW_TOP)
    _add_address(stack, _addressee_address(document), layout.ADDRESS_TYPE, layout.ADDRESS_LEADING)
    stack.skip(layout.ADDRESS_GAP)
    for line in _addressee_lines(document):
        stack.add_shrinking(line, layout.ADDRESSEE_TYPE, layout.ADDRESSEE_LEADING, floor=layout.ADDRESSEE_FLOOR)
    message = _message(document, top=max(stack.y, layout.WINDOW_BOTTOM) + layout.MESSAGE_GAP)
    marks = [*stack.marks, *message.marks]
    if document.is_price_hidden:
        return Block(message.height, marks)
    top = max(message.height + layout.TOTAL_GAP, layout.TOTAL_TOP)
    return Block(top + layout.TOTAL_HEIGHT, [*marks, Placed(top, _total(document))])


def _addressee_lines(document: Document) -> tuple[str, ...]:
    if document.copy is Copy.RECEIPT:
        return (f"{document.issuer.name} 御中",)
    return document.recipient.addressee_lines()


def _addressee_address(document: Document) -> Address:
    return document.issuer.address if document.copy is Copy.RECEIPT else document.recipient.address


def _message(document: Document, *, top: float) -> Block:
    stack = Stack(x=layout.LEFT_EDGE, width=layout.MESSAGE_WIDTH, top=top)
    for label, text in _message_facts(document):
        _add_labelled(stack, label, text)
    stack.add(_sentence(document), layout.MESSAGE_TYPE, layout.MESSAGE_LEADING)
    return Block(stack.y, stack.marks)


def _message_facts(document: Document) -> Iterator[tuple[str, str]]:
    if document.subject:
        yield "件名", document.subject
    if document.ship_to:
        address = document.ship_to.address
        place = [_postal_mark(address), address.address, document.ship_to.name]
        yield "納品先", "\n".join(part for part in place if part)


def _sentence(document: Document) -> str:
    is_receipt, is_return = document.copy is Copy.RECEIPT, document.original is not None
    if is_return:
        return "下記のとおり返品いたしました。" if is_receipt else "下記のとおり返品を承りました。"
    return "下記の物品を受領いたしました。" if is_receipt else "下記のとおり納品いたします。"


def _add_labelled(stack: Stack, label: str, text: str) -> None:
    style, leading, indent = layout.MESSAGE_TYPE, layout.MESSAGE_LEADING, layout.MESSAGE_LABEL_WIDTH
    label_type = layout.MESSAGE_LABEL_TYPE
    body = Stack(x=stack.x + indent, width=stack.width - indent, top=stack.y)
    body.add(text, style, leading)
    stack.marks.append(Text(stack.x, stack.y + baseline(leading, label_type.size), label, label_type))
    stack.marks += body.marks
    stack.y = body.y + layout.MESSAGE_FACT_GAP


def _total(document: Document) -> Block:
    """Return the box with the total, the figure a reader looks for first."""
    height, label_width = layout.TOTAL_HEIGHT, layout.TOTAL_LABEL_WIDTH
    x, padding = layout.LEFT_EDGE, layout.TOTAL_PADDING
    figure = wording.amount_with_sign(document.totals.total)
    room = layout.TOTAL_WIDTH - label_width - 2 * padding
    marks: list[Mark] = [
        Box(x, 0, layout.TOTAL_WIDTH, height, frame=layout.ACCENT, thickness=layout.FINE),
        Box(x, 0, label_width, height, fill=layout.ACCENT),
        *cell("合計金額（税込）", layout.TOTAL_LABEL_TYPE, x=x, width=label_width, top=0, height=height, anchor=CENTRE),
        *cell(figure, layout.TOTAL_TYPE, x=x + label_width + padding, width=room, top=0, height=height, anchor=RIGHT),
    ]
    return Block(height, marks)


def _side(document: Document) -> Block:
    """Return the right column: the facts of the note, then who issues it, or who signs the receipt."""
    facts = _facts(document)
    stack = Stack(x=layout.SIDE_LEFT, width=layout.SIDE_WIDTH, top=facts.height + layout.ISSUER_GAP)
    if document.copy is Copy.RECEIPT:
        _add_signer(stack, document)
        stamps = _stamps(top=stack.y + layout.STAMP_GAP)
        return Block(stamps.height, [*facts.marks, *stack.marks, *stamps.marks])
    top = stack.y
    _add_issuer(stack, document)
    seal = _seal(document, stack, top=top)
    return Block(max(stack.y, seal.height), [*facts.marks, *seal.marks, *stack.marks])


def _facts(document: Document) -> Block:
    marks: list[Mark] = []
    y = layout.SIDE_TOP
    for label, text in _fact_rows(document):
        fact = _fact(label, text)
        marks.append(Placed(y, fact))
        y += fact.height
        marks.append(Rule(layout.SIDE_LEFT, y, layout.RIGHT_EDGE, y, layout.HAIRLINE, layout.THIN))
    return Block(y, marks)


def _fact(label: str, text: str) -> Block:
    """Return one fact, its label on the baseline of the text; a long text makes it higher."""
    style, height = layout.FACT_TYPE, layout.FACT_HEIGHT
    x, width = layout.SIDE_LEFT + layout.FACT_LABEL_WIDTH, layout.SIDE_WIDTH - layout.FACT_LABEL_WIDTH
    value = fit(text, width=points(width), size=style.size, floor=layout.FACT_FLOOR, typeface=style.font.typeface)
    y, leading = baseline(height, style.size), value.size * LEADING_PER_POINT
    marks: list[Mark] = [Text(layout.SIDE_LEFT, y, label, layout.FACT_LABEL_TYPE)]
    for place, line in enumerate(value.lines):
        marks.append(Text(x, y + place * leading, line, style._replace(size=value.size)))
    return Block(height + (len(value.lines) - 1) * leading, marks)


def _fact_rows(document: Document) -> Iterator[tuple[str, str]]:
    yield "納品書番号", number(document)
    yield "発行日", wording.day(document.issued_on) if document.issued_on else NOT_ISSUED
    yield "納品日", wording.day(document.delivered_on)
    if document.order_number:
        yield "注文番号", document.order_number
    if document.original:
        yield "元納品書番号", document.original.number
        yield "元納品日", wording.day(document.original.delivered_on)


def _add_issuer(stack: Stack, document: Document) -> None:
    issuer, style, leading = document.issuer, layout.ISSUER_TYPE, layout.ISSUER_LEADING
    _add_name(stack, issuer.name)
    _add_address(stack, issuer.address, style, leading)
    stack.add(_telephone_and_fax(document, style, stack.width), style, leading)
    if issuer.registration_number:
        stack.add(f"登録番号 {issuer.registration_number}", style, leading)


def _add_signer(stack: Stack, document: Document) -> None:
    recipient, style, leading = document.recipient, layout.ISSUER_TYPE, layout.ISSUER_LEADING
    _add_name(stack, recipient.name)
    stack.add(recipient.department, style, leading)
    stack.add(" ".join(part for part in (recipient.person_title, recipient.person) if part), style, leading)
    _add_address(stack, recipient.address, style, leading)


def _add_name(stack: Stack, name: str) -> None:
    stack.add_shrinking(name, layout.ISSUER_NAME_TYPE, layout.ISSUER_NAME_LEADING, floor=layout.ISSUER_NAME_FLOOR)


def _add_address(stack: Stack, address: Address, style: Style, leading: float) -> None:
    stack.add(_postal_mark(address), style, leading)
    stack.add(address.address, style, leading)


def _postal_mark(address: Address) -> str:
    return f"〒{address.postal_code}" if address.postal_code else ""


def _telephone_and_fax(document: Document, style: Style, width: float) -> str:
    """Return both numbers, side by side where that fits, so that none is parted from its label."""
    pairs = (("TEL", document.issuer.telephone), ("FAX", document.issuer.fax))
    numbers = [f"{label} {value}" for label, value in pairs if value]
    beside = "　".join(numbers)
    return beside if style.font.stringWidth(beside, style.size) <= points(width) else "\n".join(numbers)


def _seal(document: Document, issuer: Stack, *, top: float) -> Block:
    """Return the seal so that it covers the end of the issuer's longest line, as it is pressed by hand."""
    if document.issuer.seal is None:
        return Block(0, [])
    seal = seal_of(document.issuer.seal)
    width, height = _seal_size(seal)
    x = min(issuer.right - layout.SEAL_OVERLAP, layout.RIGHT_EDGE - width)
    y = top - layout.SEAL_RISE
    return Block(y + height, [Picture(max(x, layout.SIDE_LEFT), y, width, height, seal)])


def _seal_size(seal: Seal) -> tuple[float, float]:
    longer = max(seal.width, seal.height)
    return layout.SEAL_SIDE * seal.width / longer, layout.SEAL_SIDE * seal.height / longer


def _stamps(*, top: float) -> Block:
    """Return the boxes the customer fills in: 受領日 and 受領印."""
    marks: list[Mark] = []
    date_width = layout.STAMP_DATE_WIDTH
    boxes = (
        ("受領日", layout.SIDE_LEFT, date_width),
        ("受領印", layout.SIDE_LEFT + date_width, layout.SIDE_WIDTH - date_width),
    )
    for label, x, width in boxes:
        marks += _stamp_box(label, x=x, width=width, top=top)
    return Block(top + layout.STAMP_HEIGHT, marks)


def _stamp_box(label: str, *, x: float, width: float, top: float) -> list[Mark]:
    style, label_height = layout.STAMP_TYPE, layout.STAMP_LABEL_HEIGHT
    middle = x + width / 2
    return [
        Box(x, top, width, label_height, fill=layout.SHADE),
        Box(x, top, width, layout.STAMP_HEIGHT, frame=layout.MUTED, thickness=layout.FINE),
        Text(middle, top + baseline(label_height, style.size), label, style, CENTRE),
    ]
