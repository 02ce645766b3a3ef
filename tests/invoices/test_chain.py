"""The chain of hashes over issued documents, and what is found when somebody goes past it."""

from __future__ import annotations

import hashlib

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction

from invoices import chain, services
from invoices.chain import Head
from invoices.faults import Fault, Finding
from invoices.models import ChainLink, DeliveryNote
from tests.invoices.factories import NOW, behind_the_back, chained, draft_note, issued_note

pytestmark = pytest.mark.django_db
ROW = "where number = 'DN-2026-000002'"


@pytest.fixture
def notes(author: User) -> list[DeliveryNote]:
    """Three issued notes, the last of them void."""
    made = [issued_note(author) for _ in range(3)]
    services.void(note_id=made[2].pk, reason="誤記", author=author, now=NOW)
    chained()
    return made


def found() -> list[Finding]:
    return [
        finding
        for examined in (chain.broken_links(), chain.unlinked_notes())
        for step in examined
        for finding in step.findings
    ]


def finding(fault: Fault, subject: str = "DN-2026-000002") -> Finding:
    return Finding(fault=fault, subject=subject)


def test_every_issue_and_every_voiding_is_a_link(notes: list[DeliveryNote]) -> None:
    links = ChainLink.objects.order_by("position")
    assert [(link.position, link.number, link.kind) for link in links] == [
        (1, "DN-2026-000001", "issued"),
        (2, "DN-2026-000002", "issued"),
        (3, "DN-2026-000003", "issued"),
        (4, "DN-2026-000003", "void"),
    ]
    assert chain.head() == Head(position=4, sha256=links[3].link_sha256)
    assert found() == []


def test_drafts_and_what_may_change_are_not_in_the_chain(author: User, notes: list[DeliveryNote]) -> None:
    draft_note(author)
    DeliveryNote.objects.filter(pk=notes[0].pk).update(archived_at=NOW)
    chained()
    assert (ChainLink.objects.count(), found()) == (4, [])


@pytest.mark.parametrize(
    "change",
    [
        "total = total + 1",
        "delivered_on = delivered_on - 1",
        "customer_id = (select min(id) from customers)",
        "snapshot = jsonb_set(snapshot, '{document,lines,0,name}', '\"別の品\"')",
        "pdf_sha256 = repeat('0', 64)",
        "issued_at = issued_at - interval '1 microsecond'",
        "tax_rounding = 'ceil'",
        "original_id = (select min(id) from delivery_notes)",
        "corrects_id = (select min(id) from delivery_notes), correction_reason = '誤記'",
        "number = 'DN-2026-000009'",
    ],
)
def test_altered_note_is_named(notes: list[DeliveryNote], change: str) -> None:
    behind_the_back(f"update delivery_notes set {change} {ROW}")
    assert found() == [finding(Fault.ALTERED)]


def test_altered_line_is_named(notes: list[DeliveryNote]) -> None:
    behind_the_back(
        f"update delivery_note_lines set quantity = 3 where delivery_note_id = (select id from delivery_notes {ROW})"
    )
    assert found() == [finding(Fault.ALTERED)]


def test_voiding_that_was_taken_back_or_put_in_is_named(notes: list[DeliveryNote]) -> None:
    void = "state = 'void', voided_at = now(), voided_by_id = issued_by_id, void_reason = '偽'"
    not_void = "state = 'issued', voided_at = null, voided_by_id = null, void_reason = ''"
    behind_the_back(
        f"update delivery_notes set {void} {ROW}; update delivery_notes set {not_void} where number = 'DN-2026-000003'"
    )
    assert found() == [finding(Fault.ALTERED, "DN-2026-000003"), finding(Fault.INSERTED)]


def test_removed_note_is_named(notes: list[DeliveryNote]) -> None:
    behind_the_back(f"delete from delivery_notes {ROW}")
    assert found() == [finding(Fault.REMOVED)]


def test_note_that_was_put_in_is_named(author: User, notes: list[DeliveryNote]) -> None:
    draft = draft_note(author)
    behind_the_back(
        "update delivery_notes as note set state = 'issued', number = 'DN-2026-000099', issued_on = other.issued_on,"
        " issued_at = now(), issued_by_id = other.issued_by_id, snapshot = other.snapshot, total = 1,"
        " pdf_sha256 = other.pdf_sha256"
        f" from delivery_notes as other where other.number = 'DN-2026-000001' and note.id = {draft.pk}"
    )
    assert found() == [finding(Fault.INSERTED, "DN-2026-000099")]


def test_removed_link_is_named_with_its_place_and_its_note(notes: list[DeliveryNote]) -> None:
    behind_the_back(f"delete from document_chain {ROW}")
    assert found() == [
        finding(Fault.LINK_REMOVED, "2"),
        finding(Fault.LINK_ALTERED, "DN-2026-000003"),
        finding(Fault.INSERTED),
    ]


def test_link_that_was_made_to_fit_an_altered_note_is_named(notes: list[DeliveryNote]) -> None:
    content = hashlib.sha256(b"").hexdigest()
    behind_the_back(f"update document_chain set content_sha256 = '{content}' {ROW}")
    assert found() == [finding(Fault.ALTERED)]
    behind_the_back(f"update document_chain set link_sha256 = '{content}' {ROW}")
    assert found() == [finding(Fault.ALTERED), finding(Fault.LINK_ALTERED, "DN-2026-000003")]


def test_chain_made_anew_does_not_have_the_head_that_was_noted_down(notes: list[DeliveryNote]) -> None:
    noted = chain.head()
    assert chain.vouches_for(noted)
    behind_the_back(f"update document_chain set link_sha256 = repeat('1', 64) where position = {noted.position}")
    assert not chain.vouches_for(noted)


@pytest.mark.parametrize(
    "statement",
    [
        "update document_chain set number = 'x'",
        "delete from document_chain",
        "truncate document_chain",
        "insert into document_chain (position, note_id, number, kind, content_sha256, link_sha256)"
        " values (99, 99, 'x', 'issued', repeat('0', 64), repeat('0', 64))",
        "select append_to_chain((select min(id) from delivery_notes where state = 'issued'), 'void')",
    ],
)
def test_nobody_but_the_triggers_writes_links(notes: list[DeliveryNote], statement: str) -> None:
    before = list(ChainLink.objects.values_list())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(ChainLink.objects.values_list()) == before


def test_many_links_are_followed_in_steps(
    author: User, notes: list[DeliveryNote], monkeypatch: pytest.MonkeyPatch
) -> None:
    # So few at once that every link but one begins a step.
    monkeypatch.setattr(chain, "_LINKS", chain._LINKS.replace(f"limit {chain.AT_ONCE}", "limit 1"))
    assert [step.count for step in chain.broken_links()] == [1, 1, 1, 1]
    assert found() == []
