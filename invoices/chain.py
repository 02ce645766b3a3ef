"""Reads the chain of hashes over issued documents, and finds where the rows are not what it says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from invoices.faults import Examined, Fault, Finding
from invoices.models.chain import BEGINNING, ISSUED_CONTENT, LINK, VOID_CONTENT

AT_ONCE = 500
_PREVIOUS = "lag(link.link_sha256, 1, %(previous)s) over (order by link.position)"
_LINK = LINK.format(
    position="link.position",
    note_id="link.note_id",
    number="link.number",
    kind="link.kind",
    content="link.content_sha256",
    previous=_PREVIOUS,
)
# Put together of constants.
_LINKS = f"""
select link.position, link.number, link.link_sha256, note.id is not null, {_LINK},
    link.content_sha256 = case link.kind when 'issued' then {ISSUED_CONTENT} else {VOID_CONTENT} end
from (select * from document_chain where position > %(after)s order by position limit {AT_ONCE}) as link
left join delivery_notes as note on note.id = link.note_id
order by link.position
"""  # noqa: S608
_UNLINKED = f"""
select id, coalesce(number, id::text),
    exists (select from document_chain where note_id = note.id and kind = 'issued')
    and (state <> 'void' or exists (select from document_chain where note_id = note.id and kind = 'void'))
from delivery_notes as note
where number is not null and id > %(after)s order by id limit {AT_ONCE}
"""  # noqa: S608


@dataclass(frozen=True, kw_only=True)
class Head:
    """The last link, which stands for all before it. Noted down elsewhere, it proves later that they are the same."""

    position: int
    sha256: str

    def __str__(self) -> str:
        return f"{self.position}:{self.sha256}"


def head() -> Head:
    """Return the last link; the beginning when there is none. One query."""
    with connection.cursor() as cursor:
        cursor.execute("select position, link_sha256 from document_chain order by position desc limit 1")
        position, sha256 = cursor.fetchone() or (0, BEGINNING)
    return Head(position=position, sha256=sha256)


def vouches_for(noted: Head) -> bool:
    """Return whether the chain still has the link that was once noted down."""
    with connection.cursor() as cursor:
        cursor.execute("select link_sha256 from document_chain where position = %s", [noted.position])
        return bool(cursor.fetchone() == (noted.sha256,))


def broken_links() -> Iterator[Examined]:
    """Follow the chain from its beginning and yield, for every few hundred links, what is wrong with them.

    Found are notes that were altered or removed, and links that were altered or removed. Bounded memory.
    """
    after, previous = 0, BEGINNING
    while links := _rows(_LINKS, after=after, previous=previous):
        findings = []
        for position, number, sha256, has_note, sha256_due, is_as_linked in links:
            findings += [
                Finding(fault=Fault.LINK_REMOVED, subject=str(gone)) for gone in range(after + 1, position)[:AT_ONCE]
            ]
            after, previous = position, sha256
            if fault := _fault(is_linked=sha256 == sha256_due, has_note=has_note, is_as_linked=is_as_linked):
                findings.append(Finding(fault=fault, subject=number))
        yield Examined(count=len(links), findings=findings)


def unlinked_notes() -> Iterator[Examined]:
    """Yield, for every few hundred issued notes, those that the chain knows nothing of: put in past the product."""
    after = 0
    while notes := _rows(_UNLINKED, after=after):
        unlinked = [number for _id, number, is_linked in notes if not is_linked]
        findings = [Finding(fault=Fault.INSERTED, subject=number) for number in unlinked]
        yield Examined(count=len(notes), findings=findings)
        after = notes[-1][0]


def _fault(*, is_linked: bool, has_note: bool, is_as_linked: bool) -> Fault | None:
    if not has_note:
        return Fault.REMOVED
    if not is_as_linked:
        return Fault.ALTERED
    return None if is_linked else Fault.LINK_ALTERED


def _rows(statement: str, **values: str | int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
