"""Rows → document → JSON → document. The JSON of an issued note holds every printed fact."""

from __future__ import annotations

import dataclasses
import hashlib
import types
import typing
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from django.utils.translation import gettext as _

from invoices import pricing
from invoices.domain.document import Address, Document, InvoicePolicy, Issuer, Line, Recipient, ShipTo
from invoices.domain.errors import MissingFacts
from invoices.domain.tax import PriceBasis
from invoices.drafts import Draft, DraftLine
from invoices.models import Customer, DeliveryNote, DeliveryNoteLine, Issuer as IssuerRow, Seal
from invoices.pricing import PricedLine

VERSION = 1


class UnknownSnapshot(ValueError):
    """A snapshot this program cannot read."""


def draft_of(note: DeliveryNote) -> Draft:
    """Return what was typed into `note`. One query for the lines unless they are prefetched."""
    return Draft(
        customer_id=note.customer_id,
        delivered_on=note.delivered_on,
        order_number=note.order_number,
        subject=note.subject,
        notes=note.notes,
        lines=tuple(_draft_line(line) for line in note.lines.all()),
    )


def of(draft: Draft, *, customer: Customer, issuer: IssuerRow | None) -> Document:
    """Return the document that `draft` would be issued as: no number and no issue date yet.

    Raises MissingFacts naming everything the document must state and does not, and what `pricing.price` raises.
    """
    priced = pricing.price(draft.lines, customer=customer, delivered_on=draft.delivered_on)
    _require_facts(customer, issuer, priced.lines)
    assert issuer is not None  # noqa: S101 - for the type checker; _require_facts has refused None
    return Document(
        number=None,
        issued_on=None,
        delivered_on=draft.delivered_on,
        recipient=_recipient(customer),
        ship_to=_ship_to(customer),
        issuer=_issuer(issuer),
        lines=tuple(_line(item) for item in priced.lines),
        basis=PriceBasis(customer.price_basis),
        totals=priced.totals,
        policy=InvoicePolicy(customer.invoice_policy),
        order_number=draft.order_number,
        subject=draft.subject,
        notes=draft.notes,
    )


def to_json(document: Document) -> dict[str, Any]:
    """Return `document` as JSON values: decimals and dates as text, the seal by its SHA-256."""
    return {"version": VERSION, "document": _encode(document)}


def restore(snapshot: Mapping[str, Any] | None) -> Document:
    """Return the document that `to_json` was given. One query when it has a seal.

    Raises UnknownSnapshot when there is none, or when a newer version of this program wrote it.
    """
    version = snapshot and snapshot["version"]
    if snapshot is None or version != VERSION:
        raise UnknownSnapshot(f"snapshot version {version} is unknown to this program")
    document: Document = _decode(Document, snapshot["document"])
    return document


def _draft_line(line: DeliveryNoteLine) -> DraftLine:
    return DraftLine(
        product_sku=line.product_id,
        code=line.code,
        name=line.name,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        tax_category=line.tax_category_id,
        rate_override=line.rate_override,
        rate_reason=line.rate_reason,
        note=line.note,
    )


def _require_facts(customer: Customer, issuer: IssuerRow | None, lines: tuple[PricedLine, ...]) -> None:
    missing = [
        _("the unit price of line %(line)s") % {"line": place}
        for place, item in enumerate(lines, 1)
        if item.amount is None
    ]
    if not lines:
        missing.append(_("at least one line"))
    if issuer is None:
        missing.append(_("an issuer marked as current (product staff set it in the admin)"))
    elif customer.invoice_policy == InvoicePolicy.NOTE and not issuer.registration_number:
        # The other five facts of a qualified invoice cannot be empty in a document: columns forbid it.
        missing.append(_("the issuer's registration number, since this note is the customer's qualified invoice"))
    if missing:
        raise MissingFacts(missing=_(", ").join(missing))


def _recipient(customer: Customer) -> Recipient:
    return Recipient(
        name=customer.name,
        department=customer.department,
        person_title=customer.person_title,
        person=customer.person,
        address=Address(postal_code=customer.postal_code, address=customer.address),
    )


def _ship_to(customer: Customer) -> ShipTo | None:
    if not customer.ship_to_name and not customer.ship_to_address:
        return None
    return ShipTo(
        name=customer.ship_to_name or customer.name,
        address=Address(postal_code=customer.ship_to_postal_code, address=customer.ship_to_address),
    )


def _issuer(issuer: IssuerRow) -> Issuer:
    return Issuer(
        name=issuer.name,
        address=Address(postal_code=issuer.postal_code, address=issuer.address),
        telephone=issuer.telephone,
        fax=issuer.fax,
        registration_number=issuer.registration_number,
        seal=bytes(issuer.seal.image) if issuer.seal else None,
    )


def _line(item: PricedLine) -> Line:
    assert item.line.unit_price is not None  # noqa: S101 - _require_facts has refused it
    assert item.amount is not None  # noqa: S101 - likewise
    return Line(
        code=item.line.code,
        name=item.line.name,
        quantity=item.line.quantity.normalize(),
        unit=item.line.unit,
        unit_price=item.line.unit_price.normalize(),
        amount=item.amount,
        tax_class=item.tax_class,
        note=item.line.note,
    )


def _encode(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {field.name: _encode(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_encode(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    return value


def _decode(kind: Any, value: Any) -> Any:
    if isinstance(kind, types.UnionType):  # every union in a document is "something or None"
        return None if value is None else _decode(typing.get_args(kind)[0], value)
    if typing.get_origin(kind) is tuple:
        return tuple(_decode(typing.get_args(kind)[0], item) for item in value)
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return typing.cast(Any, kind)(**{name: _decode(hints[name], item) for name, item in value.items()})
    if kind is date:
        return date.fromisoformat(value)
    if kind is bytes:
        return bytes(Seal.objects.get(sha256=value).image)
    return kind(value)
