"""Rows → document → JSON → document. The JSON of an issued note holds every printed fact."""

from __future__ import annotations

import dataclasses
import hashlib
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from invoices import pricing, selectors
from invoices.domain.document import (
    Address,
    Document,
    Envelope,
    InvoicePolicy,
    Issuer,
    Language,
    Line,
    Original,
    Recipient,
    ShipTo,
)
from invoices.domain.eras import ERAS
from invoices.domain.errors import DomainError, MissingFacts, gettext_noop
from invoices.domain.returns import TakenBack
from invoices.domain.tax import PriceBasis
from invoices.drafts import Draft, DraftLine
from invoices.models import Customer, DeliveryNote, DeliveryNoteLine, Issuer as IssuerRow, Seal
from invoices.pricing import PricedLine

VERSION = 2
# The first lacks language, eras, envelope, the customer's item codes and what a note corrects. A document without them
# is laid out as all were then, byte for byte.
READABLE = (1, VERSION)


class UnknownSnapshot(DomainError):
    """A snapshot this program cannot read."""

    template = gettext_noop(
        "What was issued cannot be read: snapshot version %(version)s is unknown to this program. Ask an operator."
    )


class DamagedSnapshot(UnknownSnapshot):
    """A snapshot that lacks something, or says what cannot be."""

    template = gettext_noop(
        "What was issued cannot be read: its snapshot (version %(version)s) is damaged. Ask an operator."
    )


def draft_of(note: DeliveryNote) -> Draft:
    """Return what was typed into `note`. One query for the lines unless they are prefetched."""
    return Draft(
        customer_id=note.customer_id,
        delivered_on=note.delivered_on,
        order_number=note.order_number,
        subject=note.subject,
        notes=note.notes,
        lines=tuple(_draft_line(line) for line in note.lines.all()),
        original_id=note.original_id,
    )


def of(draft: Draft, *, customer: Customer, issuer: IssuerRow | None) -> Document:
    """Return the document that `draft` would be issued as: no number and no issue date yet.

    Raises MissingFacts naming everything the document must state and does not, and what `pricing.price` raises.
    """
    priced = pricing.price(draft.lines, customer=customer, delivered_on=draft.delivered_on)
    checked = _require_facts(customer.invoice_policy, issuer, [item.amount for item in priced.lines])
    codes = _item_codes(draft, customer)
    return Document(
        number=None,
        issued_on=None,
        delivered_on=draft.delivered_on,
        recipient=_recipient(customer),
        ship_to=_ship_to(customer),
        issuer=_issuer(checked),
        lines=tuple(_line(item, customer_code=codes.get(item.line.product_sku, "")) for item in priced.lines),
        basis=PriceBasis(customer.price_basis),
        totals=priced.totals,
        policy=InvoicePolicy(customer.invoice_policy),
        order_number=draft.order_number,
        subject=draft.subject,
        notes=draft.notes,
        language=Language(customer.language),
        eras=ERAS if customer.has_era_dates else (),
        envelope=Envelope(customer.envelope),
    )


def of_return(
    draft: Draft, *, original: Document, back: TakenBack, customer: Customer, issuer: IssuerRow | None
) -> Document:
    """Return the document of a return of `original` that takes `back`: addressed as one of today, reckoned as it was.

    Raises MissingFacts naming everything the document must state and does not.
    """
    checked = _require_facts(original.policy, issuer, [line.amount for line in back.lines])
    assert original.number is not None  # noqa: S101 - for the type checker; it is issued
    return Document(
        number=None,
        issued_on=None,
        delivered_on=draft.delivered_on,
        recipient=_recipient(customer),
        ship_to=original.ship_to,
        issuer=_issuer(checked),
        lines=back.lines,
        basis=original.basis,
        totals=back.totals,
        policy=original.policy,
        order_number=draft.order_number,
        subject=draft.subject,
        notes=draft.notes,
        original=Original(number=original.number, delivered_on=original.delivered_on),
        language=Language(customer.language),
        eras=ERAS if customer.has_era_dates else (),
        envelope=Envelope(customer.envelope),
    )


def reference_to(note: DeliveryNote) -> Original:
    """Return how a document names the issued `note`."""
    assert note.number is not None  # noqa: S101 - for the type checker; it is issued
    return Original(number=note.number, delivered_on=note.delivered_on)


def to_json(document: Document) -> dict[str, Any]:
    """Return `document` as JSON values: decimals and dates as text, the seal by its SHA-256."""
    return {"version": VERSION, "document": encode(document)}


def stored_seal(sha256: str) -> bytes:
    """Return the seal image of that SHA-256. One query."""
    return bytes(Seal.objects.get(sha256=sha256).image)


def restore(snapshot: Mapping[str, Any] | None, *, seal: Callable[[str], bytes] = stored_seal) -> Document:
    """Return the document that `to_json` was given. `seal` is asked for its image when it has one.

    Raises UnknownSnapshot when there is none, or when a newer version of this program wrote it; DamagedSnapshot.
    """
    version = (snapshot or {}).get("version")
    if snapshot is None or version not in READABLE:
        raise UnknownSnapshot(version=version)
    try:
        document: Document = decode(Document, snapshot["document"], seal=seal)
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, Seal.DoesNotExist) as error:
        raise DamagedSnapshot(version=version) from error
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
        original_position=line.original_position,
    )


def _require_facts(policy: str, issuer: IssuerRow | None, amounts: Sequence[int | None]) -> IssuerRow:
    missing = [
        _("the unit price of line %(line)s") % {"line": place}
        for place, amount in enumerate(amounts, 1)
        if amount is None
    ]
    if not amounts:
        missing.append(_("at least one line"))
    if issuer is None:
        missing.append(_("an issuer marked as current (product staff set it in the admin)"))
    elif policy == InvoicePolicy.NOTE and not issuer.registration_number:
        # The other five facts of a qualified invoice cannot be empty in a document: columns forbid it.
        missing.append(_("the issuer's registration number, since this note is the customer's qualified invoice"))
    if missing:
        raise MissingFacts(missing=_(", ").join(missing))
    assert issuer is not None  # noqa: S101 - for the type checker; it would be missing
    return issuer


def _item_codes(draft: Draft, customer: Customer) -> dict[str | None, str]:
    """Return what `customer` calls the products of `draft`, when documents are to say so. One query then."""
    skus = {line.product_sku for line in draft.lines if line.product_sku}
    return selectors.item_codes(customer, skus) if customer.has_item_codes and skus else {}


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


def _line(item: PricedLine, *, customer_code: str) -> Line:
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
        customer_code=customer_code,
    )


def encode(value: Any) -> Any:
    """Return a value of the domain as JSON values: dataclasses as objects, images by their SHA-256."""
    if dataclasses.is_dataclass(value):
        return {field.name: encode(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    return value


def decode(kind: Any, value: Any, *, seal: Callable[[str], bytes] = stored_seal) -> Any:
    """Return the value of `kind` that `encode` was given."""
    if isinstance(kind, types.UnionType):  # every union in a document is "something or None"
        return None if value is None else decode(typing.get_args(kind)[0], value, seal=seal)
    if typing.get_origin(kind) is tuple:
        return tuple(decode(typing.get_args(kind)[0], item, seal=seal) for item in value)
    if dataclasses.is_dataclass(kind):
        hints = _hints(typing.cast(type, kind))
        fields = {name: decode(hints[name], item, seal=seal) for name, item in value.items()}
        return typing.cast(Any, kind)(**fields)
    if kind is date:
        return date.fromisoformat(value)
    if kind is bytes:
        return seal(value)
    return kind(value)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)
