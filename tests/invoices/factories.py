"""Rows and typed drafts for tests."""

from __future__ import annotations

import dataclasses
import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db import connection
from factory.declarations import Sequence
from factory.django import DjangoModelFactory

from invoices import approvals, corrections, issuing, return_notes, services, snapshot
from invoices.domain.document import InvoicePolicy
from invoices.drafts import Draft, DraftLine
from invoices.models import Customer, DeliveryNote, Issuer
from papyrus_site.roles import Role, give

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 10, 30, tzinfo=ZoneInfo("Asia/Tokyo"))


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

    username = Sequence(lambda number: f"user{number}")


class CustomerFactory(DjangoModelFactory[Customer]):
    class Meta:
        model = Customer

    code = Sequence(lambda number: f"C{number:03d}")
    name = Sequence(lambda number: f"株式会社見本{number}")
    postal_code = "100-0001"
    address = "東京都千代田区千代田0-0"
    invoice_policy = InvoicePolicy.NOTE


class IssuerFactory(DjangoModelFactory[Issuer]):
    class Meta:
        model = Issuer

    name = "株式会社見本商事"
    postal_code = "100-0002"
    address = "東京都千代田区皇居外苑0-0"
    telephone = "03-0000-0000"
    registration_number = "T8700110005901"
    is_current = True


def user_of(*roles: Role, **facts: Any) -> User:
    """A user with `roles`."""
    user: User = UserFactory.create(**facts)
    give(user, roles)
    return user


def clerk() -> User:
    return user_of(Role.CLERK)


def approver() -> User:
    return user_of(Role.APPROVER)


def line(**changes: Any) -> DraftLine:
    typed: dict[str, Any] = {
        "product_sku": None,
        "code": "KB-001",
        "name": "メカニカルキーボード",
        "quantity": Decimal(2),
        "unit": "台",
        "unit_price": Decimal(12000),
        "tax_category": "standard",
    }
    return DraftLine(**typed | changes)


def draft(customer: Customer, **changes: Any) -> Draft:
    typed: dict[str, Any] = {"customer_id": customer.pk, "delivered_on": TODAY, "lines": (line(),)}
    return Draft(**typed | changes)


def draft_note(author: User, **changes: Any) -> DeliveryNote:
    """A saved draft of a new customer."""
    customer = changes.pop("customer", None) or CustomerFactory.create()
    return services.create_draft(draft=draft(customer, **changes), creation_key=uuid.uuid4(), author=author)


def issued_note(author: User, **changes: Any) -> DeliveryNote:
    """An issued note; makes an issuer when there is none."""
    if not Issuer.objects.filter(is_current=True).exists():
        IssuerFactory.create()
    note = draft_note(author, **changes)
    return services.issue(note_id=note.pk, author=author, now=NOW)


def return_draft(original: DeliveryNote, author: User, *quantities: str, notes: str = "") -> DeliveryNote:
    """A draft that takes back `quantities` of the first lines of `original`; of everything when none is given."""
    lines = list(DeliveryNote.objects.get(pk=original.pk).lines.all())
    asked = quantities or tuple(str(each.quantity) for each in lines)
    content = return_notes.draft_of(
        original,
        quantities={each.position: Decimal(quantity) for each, quantity in zip(lines, asked, strict=False)},
        returned_on=TODAY,
        notes=notes,
        note_id=None,
    )
    return services.create_draft(draft=content, creation_key=uuid.uuid4(), author=author)


def issued_return(original: DeliveryNote, author: User, *quantities: str, notes: str = "") -> DeliveryNote:
    """An issued return of `original`."""
    note = return_draft(original, author, *quantities, notes=notes)
    return services.issue(note_id=note.pk, author=author, now=NOW)


def correction_draft(note: DeliveryNote, author: User, **changes: Any) -> DeliveryNote:
    """A draft that corrects `note`, with `changes` of its content."""
    begun = corrections.begin(note_id=note.pk, reason="数量の誤り", creation_key=uuid.uuid4(), author=author)
    content = dataclasses.replace(snapshot.draft_of(begun), **changes)
    return services.replace_draft(note_id=begun.pk, draft=content, revision=begun.revision, author=author)


def limit(above: int | None) -> Issuer:
    """Set the yen above which notes need approval, and return the issuer; makes one when there is none."""
    issuer = Issuer.objects.filter(is_current=True).first() or IssuerFactory.create()
    issuer.approval_above = above
    issuer.save()
    return issuer


def waiting_note(author: User, **changes: Any) -> DeliveryNote:
    """A note that waits for approval, above a limit it sets."""
    limit(0)
    note = draft_note(author, **changes)
    return approvals.submit(note_id=note.pk, author=author, now=NOW)


def read_sha256(note: DeliveryNote) -> str:
    """What an approver sends who has read `note` as it is now."""
    return approvals.sha256_of(issuing.document_of(note))


def approve(note: DeliveryNote, approver: User) -> DeliveryNote:
    """Approve `note` as it stands."""
    return approvals.approve(
        note_id=note.pk, revision=note.revision, read_sha256=read_sha256(note), approver=approver, now=NOW
    )


def chained() -> None:
    """Let the database do now what it does at the end of a transaction: append to the chain."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate; set constraints all deferred")


def behind_the_back(statements: str) -> None:
    """Do what only a superuser can: change rows with all triggers off."""
    chained()
    with connection.cursor() as cursor:
        cursor.execute(f"set local session_replication_role = replica; {statements};")
        cursor.execute("set local session_replication_role = default")
