"""What a copy of a note is set on: a whole sheet, or half of one that is cut."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from invoices.domain.document import Document
from invoices.pdf import layout, slip
from invoices.pdf.letterhead import letterhead, running_head
from invoices.pdf.phrases import number_of, phrases_of, title_of
from typesetting.canvas import RIGHT, Block, Mark, Rule, Slanted, Style, Text


class Foot(NamedTuple):
    """Where a page ends: its last row, the rule of its foot and the baseline of the foot; and its watermark."""

    body_bottom: float
    rule: float
    baseline: float
    middle: float
    draft_type: Style
    void_type: Style


class Paper(NamedTuple):
    """The heads of a copy's first and later pages, and its foot."""

    first: Block
    later: Block
    foot: Foot


WHOLE = Foot(
    body_bottom=layout.BODY_BOTTOM,
    rule=layout.FOOTER_RULE,
    baseline=layout.FOOTER_BASELINE,
    middle=layout.PAGE_MIDDLE,
    draft_type=layout.DRAFT_TYPE,
    void_type=layout.VOID_TYPE,
)
HALF = Foot(
    body_bottom=slip.BODY_BOTTOM,
    rule=slip.FOOTER_RULE,
    baseline=slip.FOOTER_BASELINE,
    middle=slip.MIDDLE,
    draft_type=slip.DRAFT_TYPE,
    void_type=slip.VOID_TYPE,
)


def whole(document: Document) -> Paper:
    """Return what `document` is set on when it has its sheets for itself."""
    return Paper(letterhead(document), running_head(document), WHOLE)


def halves(upper: Document, lower: Document) -> tuple[Paper, Paper]:
    """Return what two copies of one note are set on: with heads of one height, so that both break at the same lines."""
    heads = slip.head(upper), slip.head(lower)
    height = max(head.height for head in heads)
    first, second = (
        Paper(head._replace(height=height), running_head(document), HALF)
        for head, document in zip(heads, (upper, lower), strict=True)
    )
    return first, second


def foot_marks(document: Document, foot: Foot, *, page: int, pages: int) -> Iterator[Mark]:
    """Yield the foot of a page: which copy of which note it is, and the number of the page."""
    style, y, rule = layout.FOOTER_TYPE, foot.baseline, foot.rule
    yield Rule(layout.LEFT_EDGE, rule, layout.RIGHT_EDGE, rule, layout.HAIRLINE, layout.THIN)
    yield Text(layout.LEFT_EDGE, y, f"{title_of(document)}　{number_of(document)}", style)
    counted = phrases_of(document).page.format(page=page, pages=pages)
    yield Text(layout.RIGHT_EDGE, y, counted, style, RIGHT)


def watermarks(document: Document, foot: Foot) -> Iterator[Mark]:
    """Yield what stands across each page of a draft or a void note."""
    phrases = phrases_of(document)
    if document.is_void:
        yield _watermark(phrases.void, foot.void_type, foot)
    elif document.number is None:
        yield _watermark(phrases.draft, foot.draft_type, foot)


def _watermark(text: str, style: Style, foot: Foot) -> Slanted:
    return Slanted(layout.PAGE_WIDTH / 2, foot.middle, text, style, layout.SLANT_COSINE, layout.SLANT_SINE)
