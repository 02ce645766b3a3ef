from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from invoices import services, snapshot
from invoices.domain.document import Copy, Document, InvoicePolicy, Issuer, Line, Original, Recipient, ShipTo
from invoices.domain.money import Rounding
from invoices.domain.tax import PriceBasis, TaxClass, TaxedAmount, TaxKind, totals
from invoices.models import Issuer as IssuerRow

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
