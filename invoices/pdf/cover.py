"""The first sheet of a batch in which some notes could not be printed: which, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from invoices.pdf import layout
from invoices.pdf.pagination import paginate
from invoices.pdf.stack import Stack
from typesetting.canvas import FONTS, RIGHT, Block, Mark, Rule, SheetCanvas, Style, Text
from typesetting.fonts import BOLD, REGULAR, Typeface, clusters

_TITLE = "印刷できなかった納品書"
_TITLE_TYPE = Style(FONTS[BOLD], 16, layout.ALARM)
_TITLE_BASELINE = 20.0
_TITLE_RULE = 24.0
_COUNT_BASELINE = 31.0
_TOP = 36.0
_STYLE = Style(FONTS[REGULAR], 9, layout.INK)
_NAME_STYLE = Style(FONTS[BOLD], 9, layout.INK)
_LEADING = 4.4
_PADDING = 1.8
_NUMBER_WIDTH, _CUSTOMER_WIDTH = 45.0, 50.0
_GAP = 3.0
# The mark that printers put for a character they do not have.
_GETA = "〓"


@dataclass(frozen=True, kw_only=True)
class Unprinted:
    """A note that is missing in a batch: what to find it by, and a sentence that says why."""

    number: str
    customer: str
    reason: str


def draw_cover(missing: Sequence[Unprinted], *, printed: int, canvas: SheetCanvas) -> int:
    """Draw the sheets that list `missing` beside the count of notes that are `printed`; return how many sheets."""
    room = layout.BODY_BOTTOM - _TOP
    pages = paginate([_Row(each) for each in missing], first=room, later=room, closing=0)
    for place, rows in enumerate(pages, start=1):
        sheet = canvas.sheet()
        for mark in _head(len(missing), printed):
            mark.put(sheet, 0)
        y = _TOP
        for row in rows:
            row.block.put(sheet, y)
            y += row.height
        foot = f"{place} / {len(pages)}"
        Text(layout.RIGHT_EDGE, layout.FOOTER_BASELINE, foot, layout.FOOTER_TYPE, RIGHT).put(sheet, 0)
        sheet.finish()
    return len(pages)


class _Row:
    """One note. It is never divided: no reason fills a page."""

    def __init__(self, missing: Unprinted) -> None:
        reason_left = layout.LEFT_EDGE + _NUMBER_WIDTH + _CUSTOMER_WIDTH
        stacks = [
            _column(missing.number, _NAME_STYLE, layout.LEFT_EDGE, _NUMBER_WIDTH),
            _column(missing.customer, _STYLE, layout.LEFT_EDGE + _NUMBER_WIDTH, _CUSTOMER_WIDTH),
            _column(missing.reason, _STYLE, reason_left, layout.RIGHT_EDGE - reason_left + _GAP),
        ]
        self.height = max(stack.y for stack in stacks) + _PADDING
        rule = Rule(layout.LEFT_EDGE, self.height, layout.RIGHT_EDGE, self.height, layout.HAIRLINE, layout.THIN)
        marks: list[Mark] = [*(mark for stack in stacks for mark in stack.marks), rule]
        self.block = Block(self.height, marks)

    def split(self, room: float) -> tuple[None, _Row]:
        return None, self


def _column(text: str, style: Style, left: float, width: float) -> Stack:
    stack = Stack(x=left, width=width - _GAP, top=_PADDING)
    stack.add(_printable(text, style.font.typeface), style, _LEADING)
    return stack


def _head(missing: int, printed: int) -> list[Mark]:
    counted = f"この印刷には{printed:,}件の納品書が入っています。次の{missing:,}件は印刷できませんでした。"
    y = _TITLE_RULE
    return [
        Text(layout.LEFT_EDGE, _TITLE_BASELINE, _TITLE, _TITLE_TYPE),
        Rule(layout.LEFT_EDGE, y, layout.RIGHT_EDGE, y, layout.ALARM, layout.STRONG),
        Text(layout.LEFT_EDGE, _COUNT_BASELINE, counted, _STYLE),
    ]


def _printable(text: str, typeface: Typeface) -> str:
    """Return `text` in one line, with a geta where no font has the character."""
    known = (cluster if typeface.placement(cluster) else _GETA for cluster in clusters(" ".join(text.split())))
    return "".join(known)
