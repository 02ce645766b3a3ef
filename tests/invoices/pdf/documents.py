"""Notes to draw in tests: a realistic one, and builders for what a test changes about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

from invoices.domain.document import Address, Document, InvoicePolicy, Issuer, Line, Original, Recipient, ShipTo
from invoices.domain.money import Rounding, line_amount
from invoices.domain.tax import PriceBasis, TaxClass, TaxedAmount, TaxKind, Totals, totals

STANDARD = TaxClass(kind=TaxKind.STANDARD, rate=Decimal(10))
REDUCED = TaxClass(kind=TaxKind.REDUCED, rate=Decimal(8))
OLD_STANDARD = TaxClass(kind=TaxKind.STANDARD, rate=Decimal(8))
EXEMPT = TaxClass(kind=TaxKind.EXEMPT, rate=Decimal(0))

_GOODS = (
    ("コピー用紙 A4 500枚", "箱", "2480", STANDARD),
    ("有機緑茶ティーバッグ 50包入り", "袋", "842.5", REDUCED),
    ("油性ボールペン 黒 0.7mm", "本", "98", STANDARD),
    ("業務用りんごジュース 1L", "本", "312", REDUCED),
    ("養生テープ 緑 50mm×25m", "巻", "245.25", STANDARD),
    ("精米 新潟県産コシヒカリ", "kg", "486", REDUCED),
    ("LEDデスクライト 調光機能付き", "台", "5980", STANDARD),
)


def seal(*, is_transparent: bool = True, image_format: str = "PNG") -> bytes:
    """Return an image like a square red seal."""
    ink = (200, 30, 30, 255)
    image = Image.new("RGBA", (240, 240), (255, 255, 255, 0 if is_transparent else 255))
    draw = ImageDraw.Draw(image)
    draw.rectangle((6, 6, 233, 233), outline=ink, width=10)
    for x in (50, 115, 180):
        draw.line((x, 40, x, 200), fill=ink, width=9)
        draw.line((x - 22, 70, x + 22, 70), fill=ink, width=9)
        draw.line((x - 22, 150, x + 22, 150), fill=ink, width=9)
    stream = BytesIO()
    (image if image_format == "PNG" else image.convert("RGB")).save(stream, image_format)
    return stream.getvalue()


def line(number: int = 1, **changes: Any) -> Line:
    """Return the `number`-th line of the usual note, with `changes`; the amount follows from price and quantity."""
    name, unit, price, tax_class = _GOODS[(number - 1) % len(_GOODS)]
    facts: dict[str, Any] = {
        "code": f"A{number:04d}-{number * 7 % 100:02d}",
        "name": name,
        "quantity": Decimal(number * 3 % 40 + 1),
        "unit": unit,
        "unit_price": Decimal(price),
        "tax_class": tax_class,
    } | changes
    facts.setdefault(
        "amount",
        line_amount(quantity=facts["quantity"], unit_price=facts["unit_price"], rounding=Rounding.FLOOR),
    )
    return Line(**facts)


def lines(count: int) -> tuple[Line, ...]:
    """Return `count` lines whose names tell them apart."""
    return tuple(line(number) for number in range(1, count + 1))


def document(line_count: int = 20, **changes: Any) -> Document:
    """Return an issued note with `changes`; totals follow from its lines and basis."""
    facts: dict[str, Any] = {
        "number": "DN-2026-000001",
        "issued_on": date(2026, 11, 23),
        "delivered_on": date(2026, 11, 24),
        "recipient": RECIPIENT,
        "issuer": ISSUER,
        "lines": lines(line_count),
        "basis": PriceBasis.EXCLUSIVE,
        "policy": InvoicePolicy.NOTE,
        "order_number": "PO-88213",
        "subject": "11月分 事務用品・飲料",
        "notes": "納品場所は1階の荷受け口です。\n不足や破損がありましたら、お受け取りから3営業日以内にご連絡ください。",
    } | changes
    facts.setdefault("totals", document_totals(facts["lines"], basis=facts["basis"]))
    return Document(**facts)


def document_totals(note_lines: Sequence[Line], *, basis: PriceBasis) -> Totals:
    """Return the totals of `note_lines`, tax rounded down."""
    amounts = [TaxedAmount(tax_class=each.tax_class, amount=each.amount) for each in note_lines]
    return totals(amounts, basis=basis, rounding=Rounding.FLOOR)


def return_note() -> Document:
    """Return a red slip that takes two lines back."""
    taken_back = tuple(line(number, quantity=Decimal(-number)) for number in (1, 2))
    original = Original(number="DN-2026-000001", delivered_on=date(2026, 11, 24))
    return document(
        number="DN-2026-000002", lines=taken_back, original=original, notes="", delivered_on=date(2026, 12, 1)
    )


RECIPIENT = Recipient(
    name="株式会社見本商事",
    department="総務部",
    person_title="部長",
    person="田中",
    address=Address(postal_code="100-0001", address="東京都千代田区千代田1-1\n見本ビル 8階"),
)
ISSUER = Issuer(
    name="サンプル食品株式会社",
    address=Address(postal_code="530-0001", address="大阪府大阪市北区梅田0-0-0\nサンプルタワー 12階"),
    telephone="06-0000-0000",
    fax="06-0000-0001",
    registration_number="T8700110005901",
    seal=seal(),
)
SHIP_TO = ShipTo(
    name="株式会社見本商事 関西物流センター",
    address=Address(postal_code="651-0001", address="兵庫県神戸市中央区港島0丁目0-0"),
)
