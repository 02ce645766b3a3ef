"""Print delivery notes: `invoices.domain.document.Document` in, the bytes of a PDF out."""

from invoices.pdf.batch import ToPrint, draw_batch
from invoices.pdf.cover import Unprinted
from invoices.pdf.delivery_note import render, render_leaves, render_many, write_many
from invoices.pdf.leaves import Leaf
from invoices.pdf.printability import Unprintable, find_unprintable
from invoices.pdf.seal import UnreadableSeal
from typesetting.fonts import unprintable

__all__ = [
    "Leaf",
    "ToPrint",
    "Unprintable",
    "Unprinted",
    "UnreadableSeal",
    "draw_batch",
    "find_unprintable",
    "render",
    "render_leaves",
    "render_many",
    "unprintable",
    "write_many",
]
