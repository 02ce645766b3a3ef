"""Half a sheet: how a note or its receipt is set when both share one sheet that is cut between them.

Widths are those of a whole sheet, so table, totals and notes are the same; head and foot are lower.
"""

from __future__ import annotations

from invoices.domain.document import Document
from invoices.pdf import layout
from invoices.pdf.facts import facts
from invoices.pdf.layout import FactMeasures, SenderMeasures
from invoices.pdf.letterhead import addressee_address, badges, message
from invoices.pdf.phrases import addressee_lines, phrases_of, title_of
from invoices.pdf.sender import add_address, sender
from invoices.pdf.stack import Stack
from typesetting.canvas import CENTRE, FONTS, Block, Dashes, Mark, Placed, Rule, Style, Text
from typesetting.fonts import BOLD, REGULAR
from typesetting.measures import points

HEIGHT = 148.5
MIDDLE = HEIGHT / 2
BODY_BOTTOM = 136.5
FOOTER_RULE = 138.5
FOOTER_BASELINE = 142.0
DRAFT_TYPE = Style(FONTS[BOLD], 80, layout.DRAFT_TINT)
VOID_TYPE = Style(FONTS[BOLD], 110, layout.VOID_TINT)

_TITLE_TYPE = Style(FONTS[BOLD], 15, layout.ACCENT)
_TITLE_BASELINE = 11.5
_TITLE_RULE = 14.0
_BADGE_TOP = 6.6
_BODY_TOP = 16.5
_ADDRESS_WIDTH = 66.0
_ADDRESS_TYPE = Style(FONTS[REGULAR], 8, layout.INK)
_ADDRESS_LEADING = 3.6
_ADDRESS_GAP = 1.0
_ADDRESSEE_TYPE = Style(FONTS[BOLD], 11, layout.INK)
_ADDRESSEE_LEADING = 4.9
_ADDRESSEE_FLOOR = 8.0
_MESSAGE_GAP = 1.6
_MESSAGE_WIDTH = 118.0
_TABLE_GAP = 3.0
_SIDE_GAP = 1.0
_FACTS = FactMeasures(
    left=90.0,
    width=48.0,
    label_width=20.0,
    height=4.5,
    label_style=Style(FONTS[REGULAR], 7.5, layout.MUTED),
    style=Style(FONTS[REGULAR], 8.5, layout.INK),
    floor=6.5,
)
_SENDER = SenderMeasures(
    left=142.0,
    width=layout.RIGHT_EDGE - 142.0,
    name_style=Style(FONTS[BOLD], 9.5, layout.INK),
    name_leading=4.4,
    name_floor=7.5,
    style=Style(FONTS[REGULAR], 7.5, layout.INK),
    leading=3.4,
    seal_side=16.0,
    seal_rise=1.5,
    stamp_height=14.5,
    stamp_date_width=30.0,
)

_CUT_EDGE = 6.0
_CUT_DASH = "3 2"
_CUT_TYPE = Style(FONTS[REGULAR], 6.5, layout.MUTED)
_CUT_PADDING = 2.0


def head(document: Document) -> Block:
    """Return the head of a slip: addressee, facts and sender side by side, then message; down to the table."""
    left = _addressee(document)
    stated = facts(document, _FACTS, top=_BODY_TOP)
    signed = sender(document, _SENDER, top=_BODY_TOP)
    told = message(document, top=max(left.height, stated.height) + _MESSAGE_GAP, width=_MESSAGE_WIDTH)
    marks: list[Mark] = [Placed(0, block) for block in (_title(document), left, told, stated, signed)]
    return Block(max(told.height, signed.height + _SIDE_GAP) + _TABLE_GAP, marks)


def cut(document: Document) -> Block:
    """Return the line to cut along, halfway down the sheet."""
    text, y = phrases_of(document).cut_here, HEIGHT
    width = _CUT_TYPE.font.stringWidth(text, _CUT_TYPE.size) / points(1) + 2 * _CUT_PADDING
    middle = layout.PAGE_WIDTH / 2
    marks: list[Mark] = [
        Dashes(Rule(_CUT_EDGE, y, middle - width / 2, y, layout.MUTED, layout.THIN), _CUT_DASH),
        Dashes(Rule(middle + width / 2, y, layout.PAGE_WIDTH - _CUT_EDGE, y, layout.MUTED, layout.THIN), _CUT_DASH),
        Text(middle, y + 0.8, text, _CUT_TYPE, CENTRE),
    ]
    return Block(0, marks)


def _title(document: Document) -> Block:
    y = _TITLE_RULE
    marks: list[Mark] = [
        Text(layout.LEFT_EDGE, _TITLE_BASELINE, title_of(document), _TITLE_TYPE),
        *badges(document, right=layout.RIGHT_EDGE, top=_BADGE_TOP),
        Rule(layout.LEFT_EDGE, y, layout.RIGHT_EDGE, y, layout.ACCENT, layout.STRONG),
    ]
    return Block(y, marks)


def _addressee(document: Document) -> Block:
    stack = Stack(x=layout.LEFT_EDGE, width=_ADDRESS_WIDTH, top=_BODY_TOP)
    add_address(stack, addressee_address(document), _ADDRESS_TYPE, _ADDRESS_LEADING)
    stack.skip(_ADDRESS_GAP)
    for line in addressee_lines(document):
        stack.add_shrinking(line, _ADDRESSEE_TYPE, _ADDRESSEE_LEADING, floor=_ADDRESSEE_FLOOR)
    return Block(stack.y, stack.marks)
