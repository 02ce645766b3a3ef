"""What stands below the last line: tax by rate, totals, footnotes, and the notes of the document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from invoices.domain.document import Document
from invoices.domain.tax import PriceBasis, TaxBlock, TaxKind
from invoices.pdf import layout, wording
from invoices.pdf.phrases import Sums, phrases_of
from invoices.pdf.stack import Stack, cell
from typesetting.canvas import RIGHT, Block, Box, Mark, Placed, Rule, Style
from typesetting.measures import points
from typesetting.text import wrap


def totals(document: Document) -> Block:
    """Return totals and footnotes as one block that is never divided; without prices only the footnote is left."""
    if document.is_price_hidden:
        return _footnotes(document)
    gap, rates, sums, footnotes = layout.CLOSING_GAP, _rates(document), _sums(document), _footnotes(document)
    marks: list[Mark] = [Placed(gap, rates), Placed(gap + rates.height, footnotes), Placed(gap, sums)]
    return Block(gap + max(rates.height + footnotes.height, sums.height), marks)


class Notes(NamedTuple):
    """The notes of the document (備考), wrapped; divisible by lines."""

    label: str
    lines: tuple[str, ...]

    @property
    def height(self) -> float:
        """The height of the block, with the gap above it; 0 when there are no notes."""
        return _notes_frame() + len(self.lines) * layout.NOTES_LEADING if self.lines else 0.0

    def split(self, room: float) -> tuple[Notes, Notes]:
        """Return the notes that fit into `room` mm and the rest; either may be empty."""
        fitting = max(0, int((room - _notes_frame()) / layout.NOTES_LEADING))
        return self._replace(lines=self.lines[:fitting]), self._replace(lines=self.lines[fitting:])

    def block(self) -> Block:
        top = layout.NOTES_GAP
        x = layout.LEFT_EDGE + layout.NOTES_PADDING
        stack = Stack(x=x, width=_notes_width(), top=top + layout.NOTES_PADDING / 2)
        stack.add(self.label, layout.NOTES_LABEL_TYPE, layout.NOTES_LABEL_HEIGHT)
        stack.add_lines(self.lines, layout.NOTES_TYPE, layout.NOTES_LEADING)
        frame = Box(
            layout.LEFT_EDGE, top, layout.BODY_WIDTH, self.height - top, frame=layout.HAIRLINE, thickness=layout.FINE
        )
        return Block(self.height, [frame, *stack.marks])


def notes(document: Document) -> Notes:
    """Return the notes of `document`. Raises MissingGlyph when a character cannot be printed."""
    label = phrases_of(document).notes
    if not document.notes:
        return Notes(label, ())
    style = layout.NOTES_TYPE
    lines = wrap(document.notes, width=points(_notes_width()), size=style.size, typeface=style.font.typeface)
    return Notes(label, tuple(lines))


def _notes_frame() -> float:
    return layout.NOTES_GAP + layout.NOTES_LABEL_HEIGHT + layout.NOTES_PADDING


def _notes_width() -> float:
    return layout.BODY_WIDTH - 2 * layout.NOTES_PADDING


def _footnotes(document: Document) -> Block:
    phrases = phrases_of(document)
    sentences = [phrases.reduced] if document.has_reduced_line else []
    if not document.is_price_hidden:
        sentences.append(phrases.basis[document.basis])
        sentences.append(phrases.policy.get(document.policy, ""))
    stack = Stack(x=layout.LEFT_EDGE, width=layout.RATE_WIDTH, top=layout.FOOTNOTE_GAP if sentences else 0)
    for sentence in sentences:
        stack.add(sentence, layout.FOOTNOTE_TYPE, layout.FOOTNOTE_LEADING)
    return Block(stack.y, stack.marks)


def _rates(document: Document) -> Block:
    """Return the table of taxable amount and tax by rate."""
    width = layout.RATE_WIDTH
    marks: list[Mark] = [Box(layout.LEFT_EDGE, 0, width, layout.RATE_HEADER_HEIGHT, fill=layout.SHADE)]
    marks += _rate_row(_rate_headings(document), layout.RATE_HEADER_TYPE, top=0)
    y = layout.RATE_HEADER_HEIGHT
    for block in document.totals.blocks:
        cells = _rate_cells(block, document.basis, phrases_of(document).sums)
        marks += _rate_row(cells, layout.RATE_TYPE, top=y)
        y += layout.RATE_HEIGHT
        marks.append(_rule(layout.LEFT_EDGE, y, width, layout.HAIRLINE, layout.THIN))
    return Block(y, marks)


def _rate_headings(document: Document) -> tuple[str, ...]:
    words = phrases_of(document).sums
    *amounts, tax = words.rates[document.basis]
    return words.rate, *amounts, f"{tax}{_reference_mark(document)}"


def _rate_cells(block: TaxBlock, basis: PriceBasis, words: Sums) -> tuple[str, ...]:
    name = wording.tax_class(block.tax_class, words)
    tax = "―" if block.tax_class.kind is TaxKind.EXEMPT else wording.amount(block.tax)
    if basis is PriceBasis.INCLUSIVE:
        return name, wording.amount(block.amount), wording.amount(block.taxable), tax
    return name, wording.amount(block.taxable), tax


def _rate_row(cells: Sequence[str], style: Style, *, top: float) -> list[Mark]:
    name, *figures = cells
    padding, height = layout.CELL_PADDING, layout.RATE_HEIGHT
    room = (layout.RATE_WIDTH - layout.RATE_LABEL_WIDTH) / len(figures)
    x = layout.LEFT_EDGE + padding
    marks = cell(name, style, x=x, width=layout.RATE_LABEL_WIDTH - padding, top=top, height=height)
    for place, figure in enumerate(figures):
        left = layout.LEFT_EDGE + layout.RATE_LABEL_WIDTH + room * place + padding
        marks += cell(figure, style, x=left, width=room - 2 * padding, top=top, height=height, anchor=RIGHT)
    return marks


def _sums(document: Document) -> Block:
    """Return subtotal, tax and grand total."""
    marks: list[Mark] = []
    y = 0.0
    for label, yen in _sum_rows(document):
        marks += _sum_row(label, wording.amount(yen), _SUM, top=y, height=layout.SUM_HEIGHT)
        y += layout.SUM_HEIGHT
        marks.append(_rule(layout.SUM_LEFT, y, layout.SUM_WIDTH, layout.HAIRLINE, layout.THIN))
    height = layout.GRAND_HEIGHT
    marks.append(Box(layout.SUM_LEFT, y, layout.SUM_WIDTH, height, fill=layout.SHADE))
    label = phrases_of(document).sums.total
    marks += _sum_row(label, wording.amount_with_sign(document.totals.total), _GRAND, top=y, height=height)
    marks.append(_rule(layout.SUM_LEFT, y + height, layout.SUM_WIDTH, layout.ACCENT, layout.STRONG))
    return Block(y + height, marks)


def _sum_rows(document: Document) -> tuple[tuple[str, int], ...]:
    subtotal, tax = phrases_of(document).sums.sums[document.basis]
    return (subtotal, document.totals.subtotal), (f"{tax}{_reference_mark(document)}", document.totals.tax)


class _SumTypes(NamedTuple):
    label: Style
    figure: Style


_SUM = _SumTypes(layout.SUM_TYPE, layout.SUM_TYPE)
_GRAND = _SumTypes(layout.GRAND_LABEL_TYPE, layout.GRAND_TYPE)


def _sum_row(label: str, figure: str, types: _SumTypes, *, top: float, height: float) -> list[Mark]:
    x, middle = layout.SUM_LEFT + layout.CELL_PADDING, layout.SUM_LEFT + layout.SUM_LABEL_WIDTH
    room = layout.SUM_WIDTH - layout.SUM_LABEL_WIDTH - layout.CELL_PADDING
    label_room = layout.SUM_LABEL_WIDTH - layout.CELL_PADDING
    return [
        *cell(label, types.label, x=x, width=label_room, top=top, height=height),
        *cell(figure, types.figure, x=middle, width=room, top=top, height=height, anchor=RIGHT),
    ]


def _reference_mark(document: Document) -> str:
    return phrases_of(document).sums.for_reference if document.is_tax_for_reference else ""


def _rule(x: float, y: float, width: float, colour: str, thickness: float) -> Rule:
    return Rule(x, y, x + width, y, colour, thickness)
