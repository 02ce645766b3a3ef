from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from invoices import services, snapshot
from invoices.domain.document import (
    Copy,
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
from invoices.domain.money import Rounding
from invoices.domain.tax import PriceBasis, TaxClass, TaxedAmount, TaxKind, totals
from invoices.models import CustomerItemCode, Issuer as IssuerRow
from invoices.pdf import render
from invoices.snapshot import DamagedSnapshot
from tests.catalog.factories import ProductFactory
from tests.invoices.factories import CustomerFactory, IssuerFactory, draft, issued_note, line

FIRST_VERSION = json.loads((Path(__file__).parent / "snapshot_v1.json").read_text("utf-8"))
REDUCED = TaxClass(kind=TaxKind.REDUCED, rate=Decimal("8"))


def document(seal: bytes | None) -> Document:
    return Document(
        number="DN-2026-000001",
        issued_on=date(2026, 11, 23),
        delivered_on=date(2026, 11, 24),
        recipient=Recipient(name="𠮷野𠮷株式会社", person_title="部長", person="田中"),
        issuer=Issuer(name="株式会社見本商事", seal=seal),
        lines=(
            Line(
                code="00123",
                name='引用符"と\\円記号¥',
                quantity=Decimal("2.5"),
                unit="kg",
                unit_price=Decimal("333.33"),
                amount=833,
                tax_class=REDUCED,
            ),
        ),
        basis=PriceBasis.EXCLUSIVE,
        totals=totals(
            [TaxedAmount(tax_class=REDUCED, amount=833)], basis=PriceBasis.EXCLUSIVE, rounding=Rounding.FLOOR
        ),
        policy=InvoicePolicy.NOTE,
        ship_to=ShipTo(name="倉庫"),
        notes="一行目\n二行目",
        original=Original(number="DN-2026-000000", delivered_on=date(2026, 11, 1)),
        copy=Copy.RECEIPT,
        reprint_ordinal=2,
    )


def test_document_survives_json_when_it_has_no_seal() -> None:
    original = document(None)
    assert snapshot.restore(json.loads(json.dumps(snapshot.to_json(original)))) == original


@pytest.mark.django_db
def test_document_survives_json_when_it_has_a_seal() -> None:
    services.save_issuer(IssuerRow(name="見本"), new_seal=b"\x89PNG seal")
    original = document(b"\x89PNG seal")
    stored = json.loads(json.dumps(snapshot.to_json(original)))
    assert snapshot.restore(stored) == original
    assert len(stored["document"]["issuer"]["seal"]) == 64


@pytest.mark.parametrize("stored", [None, {"version": 99, "document": {}}])
def test_restore_refuses_what_it_does_not_know(stored: dict[str, object] | None) -> None:
    with pytest.raises(ValueError, match="unknown to this program"):
        snapshot.restore(stored)


def test_snapshot_of_the_first_version_is_drawn_with_the_bytes_it_was_issued_with() -> None:
    restored = snapshot.restore(FIRST_VERSION["snapshot"])
    assert hashlib.sha256(render(restored)).hexdigest() == FIRST_VERSION["sha256"]
    assert (restored.language, restored.eras, restored.envelope) == (Language.JAPANESE, (), Envelope.PLAIN)
    again = json.loads(json.dumps(snapshot.to_json(restored)))
    assert (again["version"], snapshot.restore(again)) == (2, restored)


def damaged(**changes: Any) -> dict[str, Any]:
    stored = json.loads(json.dumps(FIRST_VERSION["snapshot"]))
    stored["document"].update(changes)
    return dict(stored)


@pytest.mark.parametrize(
    "stored",
    [
        {"version": 2},
        {"version": 1, "document": None},
        damaged(unheard_of=1),
        damaged(lines=[{}]),
        damaged(delivered_on="soon"),
        damaged(basis="other"),
        damaged(lines=[{"quantity": "x"}]),
    ],
)
def test_restore_refuses_what_is_damaged(stored: dict[str, Any]) -> None:
    with pytest.raises(DamagedSnapshot, match="is damaged"):
        snapshot.restore(stored)


@pytest.mark.django_db
def test_restore_refuses_a_seal_that_is_not_there() -> None:
    stored = snapshot.to_json(replace(document(b"gone"), copy=Copy.DELIVERY_NOTE))
    with pytest.raises(DamagedSnapshot):
        snapshot.restore(stored)


@pytest.mark.django_db
def test_document_follows_the_settings_of_the_customer_and_keeps_them(author: User) -> None:
    product = ProductFactory.create(sku="KB-001")
    other = ProductFactory.create(sku="KB-002")
    customer = CustomerFactory.create(language="en", has_era_dates=True, has_item_codes=True, envelope="window")
    CustomerItemCode.objects.create(customer=customer, product=product, code="K-77")
    CustomerItemCode.objects.create(customer=CustomerFactory.create(), product=other, code="K-88")
    lines = (line(product_sku="KB-001"), line(product_sku="KB-002"), line(product_sku=None))
    note = issued_note(author, customer=customer, lines=lines)
    customer.language, customer.has_era_dates, customer.envelope = "ja", False, "plain"
    customer.save()
    CustomerItemCode.objects.all().delete()

    kept = snapshot.restore(note.snapshot)

    assert (kept.language, kept.eras, kept.envelope) == (Language.ENGLISH, ERAS, Envelope.WINDOW)
    assert [each.customer_code for each in kept.lines] == ["K-77", "", ""]


@pytest.mark.django_db
def test_item_codes_are_not_printed_unless_the_customer_wants_them() -> None:
    customer = CustomerFactory.create()
    CustomerItemCode.objects.create(customer=customer, product=ProductFactory.create(sku="KB-001"), code="K-77")
    typed = draft(customer, lines=(line(product_sku="KB-001"),))
    made = snapshot.of(typed, customer=customer, issuer=IssuerFactory.create())
    assert [each.customer_code for each in made.lines] == [""]
