"""Print issued notes: record who printed what, then draw it. Whatever is drawn comes from the notes' snapshots.

A run is recorded in one transaction and drawn afterwards from its record, by whoever has time: a request today, a
worker for what is larger.
"""

from __future__ import annotations

import dataclasses
import logging
import uuid
from collections.abc import Collection, Iterator, Sequence
from functools import cache

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from invoices import issuing, locks, print_selectors, snapshot
from invoices.domain.document import Document
from invoices.domain.errors import DomainError, gettext_noop
from invoices.domain.printing import PrintProfile, SheetUse
from invoices.messages import worded
from invoices.models import Customer, DeliveryNote, NotePrinting, PrintRun, UnprintedNote
from invoices.origin import Origin
from invoices.pdf import ToPrint, Unprinted, draw_batch

logger = logging.getLogger("papyrus")

# A request that prints more would be longer than the load balancer waits.
MOST_AT_ONCE = 2000


class NothingChosen(DomainError):
    template = gettext_noop("No note is chosen. Choose at least one, then print.")


class TooManyChosen(DomainError):
    template = gettext_noop(
        "%(count)s notes are too many for one file. Print at most %(most)s at once, for example by route."
    )


class NotIssuedYet(DomainError):
    template = gettext_noop("It is not issued yet. Issue it, then print it.")


class IsVoid(DomainError):
    template = gettext_noop("It is void. Its PDF with the mark 無効 is on its page.")


class IsGone(DomainError):
    template = gettext_noop("This draft was deleted meanwhile.")


def profile_of(customer: Customer) -> PrintProfile:
    """Return what is printed of a note of `customer` unless another choice is made."""
    return PrintProfile(
        notes=customer.note_copies,
        notes_without_prices=customer.priceless_copies,
        file_copies=customer.file_copies,
        receipts=customer.receipt_copies,
        has_receipt_prices=customer.has_receipt_prices,
        sheet_use=SheetUse(customer.sheet_use),
    )


def print_note(*, note_id: int, profile: PrintProfile, key: uuid.UUID, by: User, origin: Origin) -> PrintRun:
    """Record that a note is printed as `profile` says, as first printing or next reprint, and return the run.

    The same form sent again (`key`) prints nothing more. Raises DeliveryNote.DoesNotExist, and when the note cannot be
    printed NotIssuedYet, IsVoid, UnknownSnapshot or UnprintableCharacter.
    """
    with transaction.atomic():
        note = locks.notes([note_id]).get(note_id)
        if note is None:
            raise DeliveryNote.DoesNotExist
        for refusal in _refusals([note]).values():
            raise refusal
        run, is_new = _run(key, by, origin)
        if is_new:
            _record(run, {0: note}, {note.pk: profile})
    logger.info("print.recorded", extra={"note_id": note_id})
    return run


def print_notes(*, note_ids: Sequence[int], key: uuid.UUID, by: User, origin: Origin) -> PrintRun:
    """Record that notes are printed in the given order, each by its customer's profile, and return the run.

    Those that cannot be are recorded with the reason. The same form sent again (`key`) prints nothing more. Raises
    NothingChosen, TooManyChosen.
    """
    chosen = list(dict.fromkeys(note_ids))
    if not chosen:
        raise NothingChosen
    if len(chosen) > MOST_AT_ONCE:
        raise TooManyChosen(count=f"{len(chosen):,}", most=f"{MOST_AT_ONCE:,}")
    with transaction.atomic():
        run, is_new = _run(key, by, origin)
        if is_new:
            _record_chosen(run, chosen)
    logger.info("print.recorded_batch", extra={"run_id": run.pk, "notes": len(chosen)})
    return run


def draw_run(run: PrintRun) -> Iterator[bytes]:
    """Yield the PDF of a recorded run while it is drawn, reading its notes as they are needed.

    Drawn again it shows the same, but that notes voided since say so.
    """
    seal = cache(snapshot.stored_seal)

    def notes() -> Iterator[ToPrint | Unprinted]:
        for each in print_selectors.unprinted_in(run):
            yield Unprinted(number=each.number, customer=each.customer, reason=each.reason)
        for printing in print_selectors.printings_in(run):
            try:
                document = snapshot.restore(printing.delivery_note.snapshot, seal=seal)
            except snapshot.UnknownSnapshot as error:
                yield _unprinted(printing.delivery_note, error)
            else:
                yield _to_print(printing, document)

    return draw_batch(
        notes(),
        title=print_selectors.title_of(run),
        author=print_selectors.issuer_of(run),
        created=f"D:{timezone.localtime(run.at):%Y%m%d%H%M%S}+09'00'",
        worded=_worded,
    )


def _run(key: uuid.UUID, by: User, origin: Origin) -> tuple[PrintRun, bool]:
    facts = {"by": by, "address": origin.address, "request_id": origin.request_id}
    return PrintRun.objects.get_or_create(key=key, defaults=facts)


def _record_chosen(run: PrintRun, chosen: Sequence[int]) -> None:
    found = locks.notes(chosen)
    refusals = _refusals(found.values())
    unprinted: list[UnprintedNote] = []
    for place, note_id in enumerate(chosen):
        if note_id not in found:
            told = _gone(note_id, IsGone())
        elif note_id in refusals:
            told = _unprinted(found[note_id], refusals[note_id])
        else:
            continue
        unprinted.append(UnprintedNote(run=run, place=place, **dataclasses.asdict(told)))
    UnprintedNote.objects.bulk_create(unprinted)
    printable = {place: found[pk] for place, pk in enumerate(chosen) if pk in found and pk not in refusals}
    _record(run, printable, {note.pk: profile_of(note.customer) for note in printable.values()})


def _refusals(notes: Collection[DeliveryNote]) -> dict[int, DomainError]:
    """Return why each of the locked `notes` that cannot be printed cannot be."""
    refusals: dict[int, DomainError] = {}
    for note in notes:
        if note.is_void or not note.is_issued:
            refusals[note.pk] = IsVoid() if note.is_void else NotIssuedYet()
    for note_id, stored in print_selectors.snapshots_of(note.pk for note in notes if note.pk not in refusals):
        try:
            # The image of the seal is not looked at: any text stands for it.
            issuing.require_printable(snapshot.restore(stored, seal=str.encode))
        except DomainError as error:
            refusals[note_id] = error
    return refusals


def _record(run: PrintRun, notes: dict[int, DeliveryNote], profiles: dict[int, PrintProfile]) -> None:
    """Write a printing for each of the locked `notes`, by its place, and mark them as printed."""
    ids = [note.pk for note in notes.values()]
    ordinals = print_selectors.next_ordinals(ids)
    NotePrinting.objects.bulk_create(
        NotePrinting(
            run=run,
            place=place,
            delivery_note=note,
            ordinal=ordinals.get(note.pk, 0),
            profile=snapshot.encode(profiles[note.pk]),
        )
        for place, note in notes.items()
    )
    DeliveryNote.objects.filter(pk__in=ids, awaits_printing=True).update(awaits_printing=False)


def _to_print(printing: NotePrinting, document: Document) -> ToPrint:
    note = printing.delivery_note
    profile: PrintProfile = snapshot.decode(PrintProfile, printing.profile)
    marked = dataclasses.replace(document, reprint_ordinal=printing.ordinal or None, is_void=note.is_void)
    return ToPrint(number=str(note), customer=document.recipient.name, leaves=profile.leaves(marked))


def _unprinted(note: DeliveryNote, error: DomainError) -> Unprinted:
    with translation.override(settings.LANGUAGE_CODE):
        return Unprinted(number=str(note), customer=note.customer.name, reason=worded(error))


def _gone(note_id: int, error: DomainError) -> Unprinted:
    with translation.override(settings.LANGUAGE_CODE):
        return Unprinted(number=_("Draft %(id)s") % {"id": note_id}, customer="", reason=worded(error))


def _worded(error: DomainError) -> str:
    """Say it in the language of the house, in which the sheets are, whoever's browser asks."""
    with translation.override(settings.LANGUAGE_CODE):
        return worded(error)
