"""Many notes in one file that is handed over while it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from invoices.domain.errors import DomainError
from invoices.pdf.cover import Unprinted, draw_cover
from invoices.pdf.growing import GrowingCanvas
from invoices.pdf.leaves import Leaf, draw

# About as much as goes out at once; below it a page would be a packet of its own.
CHUNK = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class ToPrint:
    """A note of a batch: what it is found by if it cannot be drawn after all, and its copies."""

    number: str
    customer: str
    leaves: Sequence[Leaf]


def draw_batch(
    notes: Iterable[ToPrint | Unprinted],
    *,
    title: str,
    author: str,
    created: str,
    worded: Callable[[DomainError], str],
) -> Iterator[bytes]:
    """Yield the bytes of one PDF of all `notes`, in their order, while they are drawn and taken one by one.

    A note that cannot be drawn does not lose the others: first sheets list it and the `Unprinted` ones with their
    reasons, as `worded` says them. `created` is a PDF date.
    """
    canvas = GrowingCanvas(title=title, author=author, created=created)
    missing: list[Unprinted] = []
    printed = 0
    for note in notes:
        failed = note if isinstance(note, Unprinted) else _drawn(note, canvas, worded)
        missing += [failed] if failed else []
        printed += failed is None
        if canvas.waiting >= CHUNK:
            yield canvas.take()
    if missing:
        canvas.put_last_first(draw_cover(missing, printed=printed, canvas=canvas))
    yield canvas.finish()


def _drawn(note: ToPrint, canvas: GrowingCanvas, worded: Callable[[DomainError], str]) -> Unprinted | None:
    """Draw `note` whole, or return why it is missing."""
    try:
        draw(note.leaves, canvas)
    except DomainError as error:
        return Unprinted(number=note.number, customer=note.customer, reason=worded(error))
    return None
