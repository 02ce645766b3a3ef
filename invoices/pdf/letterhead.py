"""The head of a note: title, addressee, facts, issuer, message and total; and the short head of later pages."""

from __future__ import annotations

from collections.abc import Iterator

from invoices.domain.document import Address, Copy, Document, Envelope
from invoices.pdf import envelope, layout, wording
from invoices.pdf.facts import facts
from invoices.pdf.phrases import addressee_lines, number_of, phrases_of, title_of
from invoices.pdf.sender import add_address, postal_mark, sender
from invoices.pdf.stack import Stack, cell
from typesetting.canvas import CENTRE, RIGHT, Block, Box, Mark, Placed, Rule, Text
from typesetting.measures import baseline, points
from typesetting.text import fit


def letterhead(document: Document) -> Block:
    """Return the head of the first page, from the top of the sheet down to where the table begins."""
    is_windowed = document.envelope is Envelope.WINDOW
    title = _title_beside_window(document) if is_windowed else _title(document)
    address = _address_in_window(document) if is_windowed else _address(document)
    side = _side(document, top=layout.WINDOWED_SIDE_TOP if is_windowed else layout.SIDE_TOP)
    main = _main(document, address)
    marks: list[Mark] = [Placed(0, title), Placed(0, main), Placed(0, side)]
    return Block(max(side.height, main.height) + layout.TABLE_GAP, marks)


def running_head(document: Document) -> Block:
    """Return the head of the second and later pages."""
    y = layout.RUNNING_BASELINE
    title_type = layout.RUNNING_TITLE_TYPE
    title = title_of(document)
    title_width = title_type.font.stringWidth(title, title_type.size) / points(1)
    number_left = layout.LEFT_EDGE + max(layout.RUNNING_NUMBER_LEFT, title_width + layout.RUNNING_NUMBER_GAP)
    marks: list[Mark] = [
        Text(layout.LEFT_EDGE, y, title, title_type),
        Text(number_left, y, number_of(document), layout.RUNNING_TYPE),
        *badges(document, right=layout.RIGHT_EDGE, top=y - layout.BADGE_HEIGHT + layout.RUNNING_BADGE_DROP),
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


def badges(document: Document, *, right: float, top: float) -> Iterator[Mark]:
    """Yield the framed marks of this printing, from the right edge leftwards."""
    style, height = layout.BADGE_TYPE, layout.BADGE_HEIGHT
    for text in _badge_texts(document):
        width = style.font.stringWidth(text, style.size) / points(1) + 2 * layout.BADGE_PADDING
        yield Box(right - width, top, width, height, frame=style.colour, thickness=layout.FINE)
        yield Text(right - width / 2, top + baseline(height, style.size), text, style, CENTRE)
        right -= width + layout.BADGE_GAP


def addressee_address(document: Document) -> Address:
    """Return the address the sheet goes to: the customer's, that of the receipt ours."""
    return document.issuer.address if document.copy is Copy.RECEIPT else document.recipient.address


def message(document: Document, *, top: float, width: float) -> Block:
    """Return subject, ship-to and the sentence of this copy, from `top` down."""
    stack = Stack(x=layout.LEFT_EDGE, width=width, top=top)
    for label, text in _message_facts(document):
        _add_labelled(stack, label, text)
    stack.add(_sentence(document), layout.MESSAGE_TYPE, layout.MESSAGE_LEADING)
    return Block(stack.y, stack.marks)


def _title(document: Document) -> Block:
    middle = (layout.LEFT_EDGE + layout.RIGHT_EDGE) / 2
    marks: list[Mark] = [
        Text(middle, layout.TITLE_BASELINE, title_of(document), layout.TITLE_TYPE, CENTRE),
        *badges(document, right=layout.RIGHT_EDGE, top=layout.BADGE_TOP),
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


def _title_beside_window(document: Document) -> Block:
    style, y = layout.TITLE_TYPE, layout.WINDOWED_TITLE_RULE
    fitted = fit(
        title_of(document),
        width=points(layout.SIDE_WIDTH),
        size=style.size,
        floor=layout.WINDOWED_TITLE_FLOOR,
        typeface=style.font.typeface,
    )
    marks: list[Mark] = [
        Text(layout.SIDE_LEFT, layout.WINDOWED_TITLE_BASELINE, fitted.lines[0], style._replace(size=fitted.size)),
        *badges(document, right=layout.RIGHT_EDGE, top=layout.WINDOWED_BADGE_TOP),
        Rule(layout.SIDE_LEFT, y, layout.RIGHT_EDGE, y, layout.ACCENT, layout.STRONG),
    ]
    for fold in (envelope.FOLD, envelope.SECOND_FOLD):
        marks.append(Rule(layout.FOLD_MARK_LEFT, fold, layout.FOLD_MARK_RIGHT, fold, layout.MUTED, layout.THIN))
    return Block(y, marks)


def _badge_texts(document: Document) -> list[str]:
    texts, phrases = [], phrases_of(document)
    if document.is_void:
        texts.append(phrases.void)
    if document.reprint_ordinal is not None:
        texts.append(phrases.reprint.format(ordinal=document.reprint_ordinal))
    if document.original is not None:
        texts.append(phrases.return_note)
    if document.corrects is not None:
        texts.append(phrases.correction)
    return texts


def _main(document: Document, address: Block) -> Block:
    """Return the left column: addressee, message, subject, ship-to and total."""
    told = message(document, top=address.height + layout.MESSAGE_GAP, width=layout.MESSAGE_WIDTH)
    marks = [*address.marks, *told.marks]
    if document.is_price_hidden:
        return Block(told.height, marks)
    top = max(told.height + layout.TOTAL_GAP, layout.TOTAL_TOP)
    return Block(top + layout.TOTAL_HEIGHT, [*marks, Placed(top, _total(document))])


def _address(document: Document) -> Block:
    stack = Stack(x=layout.ADDRESS_LEFT, width=layout.ADDRESS_WIDTH, top=layout.ADDRESS_TOP)
    _add_addressee(stack, document, scale=1)
    return Block(max(stack.y, layout.ADDRESS_BOTTOM), stack.marks)


def _address_in_window(document: Document) -> Block:
    """Return the addressee where a window always shows it, smaller if it is long; below comes what none shows."""
    top = layout.WINDOWED_ADDRESS_TOP
    for scale in layout.WINDOWED_SHRINKING:
        stack = Stack(x=layout.WINDOWED_ADDRESS_LEFT, width=layout.WINDOWED_ADDRESS_WIDTH, top=top)
        _add_addressee(stack, document, scale=scale)
        if stack.y <= top + layout.WINDOWED_ADDRESS_HEIGHT:
            break
    return Block(max(stack.y, envelope.NEVER_TOP - layout.MESSAGE_GAP + 1), stack.marks)


def _add_addressee(stack: Stack, document: Document, *, scale: float) -> None:
    style, name_style = layout.ADDRESS_TYPE, layout.ADDRESSEE_TYPE
    address_type = style._replace(size=style.size * scale)
    add_address(stack, addressee_address(document), address_type, layout.ADDRESS_LEADING * scale)
    stack.skip(layout.ADDRESS_GAP * scale)
    for line in addressee_lines(document):
        stack.add_shrinking(
            line,
            name_style._replace(size=name_style.size * scale),
            layout.ADDRESSEE_LEADING * scale,
            floor=layout.ADDRESSEE_FLOOR * scale,
        )


def _message_facts(document: Document) -> Iterator[tuple[str, str]]:
    labels = phrases_of(document).facts
    if document.subject:
        yield labels.subject, document.subject
    if document.ship_to:
        address = document.ship_to.address
        place = [postal_mark(address), address.address, document.ship_to.name]
        yield labels.ship_to, "\n".join(part for part in place if part)


def _sentence(document: Document) -> str:
    phrases = phrases_of(document)
    delivery, taken_back = phrases.receipt_sentences if document.copy is Copy.RECEIPT else phrases.sentences
    return delivery if document.original is None else taken_back


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
    label = phrases_of(document).sums.grand_total
    marks: list[Mark] = [
        Box(x, 0, layout.TOTAL_WIDTH, height, frame=layout.ACCENT, thickness=layout.FINE),
        Box(x, 0, label_width, height, fill=layout.ACCENT),
        *cell(label, layout.TOTAL_LABEL_TYPE, x=x, width=label_width, top=0, height=height, anchor=CENTRE),
        *cell(figure, layout.TOTAL_TYPE, x=x + label_width + padding, width=room, top=0, height=height, anchor=RIGHT),
    ]
    return Block(height, marks)


def _side(document: Document, *, top: float) -> Block:
    """Return the right column: the facts of the note, then who issues it, or who signs the receipt."""
    stated = facts(document, layout.FACTS, top=top)
    signed = sender(document, layout.SENDER, top=stated.height + layout.ISSUER_GAP)
    return Block(signed.height, [*stated.marks, *signed.marks])
