"""Proves that the archive holds what was issued, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from invoices import archive, scans, selectors, snapshot
from invoices.archive_places import FAULTS
from invoices.domain.errors import DomainError
from invoices.faults import Examined, Fault, Finding
from invoices.models import DeliveryNote, SignedReceipt

AT_ONCE = 200


def wrong_files() -> Iterator[Examined]:
    """Compare the file of each issued note with its hash, make it again, and yield what is wrong, some notes at a time.

    A note whose file waits for the archive lacks none. Bounded memory.
    """
    after = 0
    while notes := list(selectors.issued_notes(after=after)[:AT_ONCE]):
        findings = [Finding(fault=fault, subject=str(note.number)) for note in notes for fault in _faults(note)]
        yield Examined(count=len(notes), findings=findings)
        after = notes[-1].pk


def wrong_scans() -> Iterator[Examined]:
    """Compare each scan of a receipt with its hash, and yield what is wrong, some at a time. Bounded memory."""
    after = 0
    while receipts := list(selectors.scanned_receipts(after=after)[:AT_ONCE]):
        faults = [(receipt, _fault_of_scan(receipt)) for receipt in receipts]
        findings = [Finding(fault=fault, subject=scans.name_of(receipt)) for receipt, fault in faults if fault]
        yield Examined(count=len(receipts), findings=findings)
        after = receipts[-1].pk


def foreign_files() -> Iterator[Examined]:
    """Go through the whole archive and yield what belongs to no note or receipt, some at a time. Bounded memory."""
    names = archive.place().names()
    try:
        while some := list(islice(names, AT_ONCE)):
            known = _names_of_notes(some) | _names_of_scans(some)
            findings = [Finding(fault=Fault.FOREIGN, subject=name) for name in some if name not in known]
            yield Examined(count=len(some), findings=findings)
    except FAULTS as error:
        yield Examined(count=0, findings=[Finding(fault=Fault.UNREADABLE, subject=type(error).__name__)])


def repair(finding: Finding) -> bool:
    """Store the file of a finding anew if it is missing or damaged and can be made again; return whether it is good."""
    if finding.fault not in (Fault.MISSING, Fault.DAMAGED):
        return False
    note = DeliveryNote.objects.get(number=finding.subject)
    try:
        return archive.store(note, archive.made_again(note))
    except (archive.ArchiveMismatch, snapshot.UnknownSnapshot):
        return False


def _faults(note: DeliveryNote) -> Iterator[Fault]:
    if fault := _fault_of_file(note):
        yield fault
    try:
        archive.made_again(note)
    # A snapshot that was altered may lack anything, and its note must not end the examination of all others.
    except (archive.ArchiveMismatch, DomainError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        yield Fault.IRREPRODUCIBLE


def _fault_of_file(note: DeliveryNote) -> Fault | None:
    try:
        content = archive.place().read(archive.name_of(note))
    except FAULTS:
        return Fault.UNREADABLE
    if content is None:
        return Fault.MISSING if note.archived_at else None
    return None if archive.sha256(content) == note.pdf_sha256 else Fault.DAMAGED


def _fault_of_scan(receipt: SignedReceipt) -> Fault | None:
    try:
        content = archive.place().read(scans.name_of(receipt))
    except FAULTS:
        return Fault.UNREADABLE
    if content is None:
        return Fault.SCAN_MISSING
    return None if archive.sha256(content) == receipt.scan_sha256 else Fault.SCAN_DAMAGED


def _numbers(names: list[str]) -> list[str]:
    # NUMBER.HASH.pdf, and a number may have points in it.
    return [name.rpartition("/")[2].rsplit(".", 2)[0] for name in names]


def _names_of_scans(names: list[str]) -> set[str]:
    numbers = _numbers([name for name in names if name.startswith(scans.FOLDER)])
    receipts = selectors.scanned_receipts().filter(delivery_note__number__in=numbers) if numbers else []
    return {scans.name_of(receipt) for receipt in receipts}


def _names_of_notes(names: list[str]) -> set[str]:
    notes = DeliveryNote.objects.filter(number__in=_numbers(names)).only("number", "issued_on", "pdf_sha256")
    return {archive.name_of(note) for note in notes}
