"""Draw delivery notes: document in, bytes of a PDF out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from itertools import chain
from typing import IO

from invoices.domain.document import Document
from invoices.pdf.leaves import Leaf, draw
from invoices.pdf.phrases import number_of, title_of
from typesetting.canvas import SheetCanvas


def render(document: Document) -> bytes:
    """Return `document` as a PDF: the same bytes for the same document, always and everywhere.

    Raises UnprintableCharacter when no font has a character of it, UnreadableSeal when the seal is not an image.
    """
    return render_many((document,))


def render_many(documents: Iterable[Document]) -> bytes:
    """Return one PDF of all `documents`, which share its fonts. Raises as `render`, and ValueError without any."""
    stream = BytesIO()
    write_many(documents, stream)
    return stream.getvalue()


def write_many(documents: Iterable[Document], stream: IO[bytes]) -> None:
    """Write one PDF of all `documents` to `stream`, taking them one by one. Raises as `render_many`."""
    remaining = iter(documents)
    try:
        first = next(remaining)
    except StopIteration:
        raise ValueError("There is no note to draw.") from None
    canvas = SheetCanvas(stream, title=_title(first), author=first.issuer.name, created=_created(first))
    for document in chain((first,), remaining):
        draw(((document,),), canvas)
    canvas.save()


def render_leaves(leaves: Sequence[Leaf]) -> bytes:
    """Return one PDF of `leaves`, the copies of one note as they are laid out. Raises as `render`."""
    stream, note = BytesIO(), leaves[0][0]
    canvas = SheetCanvas(stream, title=_title(note), author=note.issuer.name, created=_created(note))
    draw(leaves, canvas)
    canvas.save()
    return stream.getvalue()


def _title(document: Document) -> str:
    return f"{title_of(document)} {number_of(document)}"


def _created(document: Document) -> str:
    """Return midnight of the issue date as a PDF date: the note's own time, not that of the drawing."""
    return f"D:{document.issued_on or document.delivered_on:%Y%m%d}000000+09'00'"
