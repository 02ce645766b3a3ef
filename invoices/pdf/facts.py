"""The facts of a note in its head: numbers and dates, each with its label."""

from __future__ import annotations

from collections.abc import Iterator

from invoices.domain.document import Document
from invoices.pdf import layout, wording
from invoices.pdf.layout import FactMeasures
from invoices.pdf.phrases import number_of, phrases_of
from typesetting.canvas import Block, Mark, Placed, Rule, Text
from typesetting.measures import LEADING_PER_POINT, baseline, points
from typesetting.text import fit


def facts(document: Document, measures: FactMeasures, *, top: float) -> Block:
    """Return the facts one below the other, from `top` down; the block's height ends below the last one."""
    marks: list[Mark] = []
    y, left, right = top, measures.left, measures.left + measures.width
    for label, text in _rows(document):
        fact = _fact(label, text, measures)
        marks.append(Placed(y, fact))
        y += fact.height
        marks.append(Rule(left, y, right, y, layout.HAIRLINE, layout.THIN))
    return Block(y, marks)


def _fact(label: str, text: str, measures: FactMeasures) -> Block:
    """Return one fact, its label on the baseline of the text; a long text makes it higher."""
    style, height = measures.style, measures.height
    x, width = measures.left + measures.label_width, measures.width - measures.label_width
    value = fit(text, width=points(width), size=style.size, floor=measures.floor, typeface=style.font.typeface)
    y, leading = baseline(height, style.size), value.size * LEADING_PER_POINT
    marks: list[Mark] = [Text(measures.left, y, label, measures.label_style)]
    for place, line in enumerate(value.lines):
        marks.append(Text(x, y + place * leading, line, style._replace(size=value.size)))
    return Block(height + (len(value.lines) - 1) * leading, marks)


def _rows(document: Document) -> Iterator[tuple[str, str]]:
    labels = phrases_of(document).facts
    yield labels.number, number_of(document)
    yield labels.issued_on, wording.day(document.issued_on, document) if document.issued_on else labels.not_issued
    yield labels.returned_on if document.original else labels.delivered_on, wording.day(document.delivered_on, document)
    if document.order_number:
        yield labels.order_number, document.order_number
    if document.original:
        yield labels.original_number, document.original.number
        yield labels.original_delivered_on, wording.day(document.original.delivered_on, document)
    if document.corrects:
        yield labels.corrected_number, document.corrects.number
