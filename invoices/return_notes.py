"""Return notes (赤伝) as rows: what of an issued note can be taken back, and the document that takes it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _, gettext_noop

from invoices import snapshot
from invoices.domain import returns
from invoices.domain.document import Document
from invoices.domain.errors import DomainError
from invoices.domain.money import Rounding
from invoices.domain.returns import MoreThanDelivered, Roundings, TakenBack
from invoices.drafts import Draft
from invoices.models import Customer, DeliveryNote, DeliveryNoteLine, Issuer, NoteState

# What waits for approval is as good as taken back: nobody else may take the same goods back meanwhile.
COUNTED = (NoteState.WAITING, NoteState.ISSUED)


class NotReturnable(DomainError):
    template = gettext_noop("Goods can be taken back only of an issued delivery note; %(note)s is not one.")


class NothingReturned(DomainError):
    template = gettext_noop("Enter how much is returned, for at least one line.")


class HasReturns(DomainError):
    template = gettext_noop("Goods of %(note)s were taken back. Void its returns first: %(returns)s.")


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a return takes back, and the document it takes it back of."""

    original: Document
    back: TakenBack


def draft_of(
    original: DeliveryNote, *, quantities: Mapping[int, Decimal], returned_on: date, notes: str, note_id: int | None
) -> Draft:
    """Return the draft that takes `quantities` (positive, by position of the line) of `original` back.

    `note_id` is the draft that it becomes the content of, None for a new one. Raises NotReturnable, NothingReturned,
    and MoreThanDelivered when a line has less left.
    """
    if original.state != NoteState.ISSUED or original.is_return:
        raise NotReturnable(note=original)
    if not quantities:
        raise NothingReturned
    _require_left(original, quantities=quantities, note_id=note_id)
    typed = snapshot.draft_of(original)
    positions = [line.position for line in original.lines.all()]
    return dataclasses.replace(
        typed,
        delivered_on=returned_on,
        notes=notes,
        original_id=original.pk,
        lines=tuple(
            dataclasses.replace(
                line, quantity=-quantities[position].copy_sign(line.quantity), original_position=position
            )
            for position, line in zip(positions, typed.lines, strict=True)
            if position in quantities
        ),
    )


def require_none(note: DeliveryNote) -> None:
    """Raise HasReturns while a return of `note` is issued or waits for approval."""
    if returns := note.returns.filter(state__in=COUNTED).order_by("id"):
        raise HasReturns(note=note, returns=_(", ").join(str(each) for each in returns))


def returned_by_position(original: DeliveryNote, *, note_id: int | None = None) -> dict[int, Decimal]:
    """Return how much of each line of `original` is taken back, as a negative, by position.

    One query. What `note_id` takes does not count. Returns that wait for approval count, drafts and void ones do not.
    """
    taken = DeliveryNoteLine.objects.filter(
        delivery_note__original_id=original.pk, delivery_note__state__in=COUNTED
    ).exclude(delivery_note_id=note_id)
    sums = taken.values("original_position").annotate(back=Sum("quantity"))
    return {row["original_position"] or 0: row["back"] for row in sums}


def document_of(draft: Draft, *, customer: Customer, issuer: Issuer | None, note_id: int | None) -> Document:
    """Return the document of the return `draft`, content of `note_id`, as it would be issued now.

    Raises what `content_of` raises, and MissingFacts.
    """
    content = content_of(draft, note_id=note_id)
    return snapshot.of_return(draft, original=content.original, back=content.back, customer=customer, issuer=issuer)


def content_of(draft: Draft, *, note_id: int | None) -> Content:
    """Return what the return `draft`, content of `note_id`, would take back now, and of which document.

    Raises NotReturnable when the original is not issued any more, and MoreThanDelivered.
    """
    notes = DeliveryNote.objects.select_related("customer").prefetch_related("lines")
    original = notes.get(pk=draft.original_id or 0)
    if original.state != NoteState.ISSUED:
        raise NotReturnable(note=original)
    quantities = {line.original_position or 0: abs(line.quantity) for line in draft.lines}
    _require_left(original, quantities=quantities, note_id=note_id)
    document = snapshot.restore(original.snapshot)
    places = {line.position: place for place, line in enumerate(original.lines.all())}
    back = returns.take_back(
        document,
        quantities={places[position]: quantity for position, quantity in quantities.items()},
        earlier=_issued_returns(original, places),
        roundings=_roundings_of(original, document),
    )
    return Content(original=document, back=back)


def _require_left(original: DeliveryNote, *, quantities: Mapping[int, Decimal], note_id: int | None) -> None:
    returned = returned_by_position(original, note_id=note_id)
    for place, line in enumerate(original.lines.all(), 1):
        left = line.quantity + returned.get(line.position, 0)
        if quantities.get(line.position, 0) > abs(left):
            raise MoreThanDelivered.of(line=place, delivered=line.quantity, left=left, asked=quantities[line.position])


def _issued_returns(original: DeliveryNote, places: Mapping[int, int]) -> list[TakenBack]:
    """Return what the issued returns of `original` took back, oldest first. Two queries."""
    slips = DeliveryNote.objects.filter(original=original, state=NoteState.ISSUED).order_by("issued_at", "id")
    rows = slips.prefetch_related("lines").only("snapshot", "original")
    return [_taken_back(slip, places) for slip in rows]


def _taken_back(slip: DeliveryNote, places: Mapping[int, int]) -> TakenBack:
    document = snapshot.restore(slip.snapshot)
    positions = [line.original_position or 0 for line in slip.lines.all()]
    return TakenBack(
        lines=document.lines,
        places=tuple(places[position] for position in positions),
        totals=document.totals,
    )


def _roundings_of(original: DeliveryNote, document: Document) -> Roundings:
    """The roundings noted at issue; of an older note those that its figures show."""
    if original.line_rounding and original.tax_rounding:
        return Roundings(line=Rounding(original.line_rounding), tax=Rounding(original.tax_rounding))
    return returns.roundings_of(document, likely=_customers(original.customer))


def _customers(customer: Customer) -> Roundings:
    return Roundings(line=Rounding(customer.line_rounding), tax=Rounding(customer.tax_rounding))
