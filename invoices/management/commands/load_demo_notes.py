"""Customers, an issuer and one issued note to look at, for a first run. Run again it changes nothing."""

from __future__ import annotations

import io
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont

import typesetting
from catalog.models import Product
from invoices import archive, services
from invoices.domain.document import InvoicePolicy
from invoices.domain.tax import PriceBasis
from invoices.drafts import Draft, DraftLine
from invoices.messages import worded
from invoices.models import Customer, DeliveryNote, Issuer
from invoices.services import ApprovalNeeded

SAMPLE_KEY = uuid.UUID("5d1a4b5c-6f0e-4f39-9d2b-0c8a2e6f7a10")
SEAL_FONT = Path(typesetting.__file__).parent / "fonts" / "BIZUDGothic-Bold.ttf"
SAMPLE_LINES = (("KB-001", "2"), ("MO-004", "1"), ("TE-007", "12"), ("WA-008", "3"), ("CB-009", "25.5"))

CUSTOMERS: tuple[dict[str, Any], ...] = (
    {
        "code": "C001",
        "name": "株式会社サンプル商店",
        "kana": "サンプルショウテン",
        "department": "購買部",
        "postal_code": "100-0001",
        "address": "東京都千代田区千代田0-0-0\nサンプルビル8階",
        "invoice_policy": InvoicePolicy.NOTE,
    },
    {
        "code": "C002",
        "name": "見本食品工業株式会社",
        "kana": "ミホンショクヒンコウギョウ",
        "postal_code": "530-0001",
        "address": "大阪府大阪市北区見本町0-0",
        "price_basis": PriceBasis.INCLUSIVE,
    },
    {
        "code": "C003",
        "name": "合同会社テスト文具",
        "kana": "テストブング",
        "department": "店舗運営部 仕入課",
        "postal_code": "460-0008",
        "address": "愛知県名古屋市中区例示0丁目0番0号",
        "ship_to_name": "合同会社テスト文具 例示物流センター",
        "ship_to_postal_code": "480-0000",
        "ship_to_address": "愛知県例示市倉庫町0-0",
    },
)


class Command(BaseCommand):
    help = "Load demo customers, an issuer and one issued delivery note; print where its PDF is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--author", default="clerk", help="User name that writes the sample note.")
        parser.add_argument("--folder", default=str(settings.ROOT / "var"), help="Where the sample PDF is put.")

    def handle(self, *args: Any, **options: Any) -> str:
        author = _author(options["author"])
        if not Issuer.objects.exists():
            services.save_issuer(_issuer(), new_seal=_seal("見本之印"))
        for customer in CUSTOMERS:
            Customer.objects.get_or_create(code=customer["code"], defaults=customer)
        note = _sample_note(author)
        path = Path(options["folder"]) / archive.file_name(note.number)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(archive.pdf_of(note))
        return str(path)


def _author(name: str) -> User:
    try:
        return User.objects.get(username=name)
    except User.DoesNotExist:
        text = _("There is no user “%(name)s”. Name one of this database's with --author.")
        raise CommandError(text % {"name": name}) from None


def _issuer() -> Issuer:
    return Issuer(
        name="株式会社見本商事",
        postal_code="100-0002",
        address="東京都千代田区皇居外苑0-0\n見本ビル3階",
        telephone="03-0000-0000",
        fax="03-0000-0001",
        registration_number="T8700110005901",
    )


def _sample_note(author: User) -> DeliveryNote:
    """The sample, issued. A second run finds the first one's."""
    found = DeliveryNote.objects.filter(creation_key=SAMPLE_KEY).exclude(number=None).first()
    if found is not None:
        return found
    draft = Draft(
        customer_id=Customer.objects.get(code=CUSTOMERS[0]["code"]).pk,
        delivered_on=timezone.localdate(),
        order_number="PO-1001",
        subject="オフィス備品・来客用飲料",
        lines=tuple(_line(sku, quantity) for sku, quantity in SAMPLE_LINES),
    )
    note = services.create_draft(draft=draft, creation_key=SAMPLE_KEY, author=author)
    try:
        return services.issue(note_id=note.pk, author=author, now=timezone.localtime())
    except ApprovalNeeded as error:
        raise CommandError(worded(error)) from None


def _line(sku: str, quantity: str) -> DraftLine:
    product = Product.objects.select_related("tax_category").get(sku=sku)
    return DraftLine(
        product_sku=sku,
        code=sku,
        name=product.name,
        quantity=Decimal(quantity),
        unit=product.unit,
        unit_price=product.unit_price,
        tax_category=product.tax_category.code,
        note=product.note,
    )


def _seal(text: str) -> bytes:
    """A square seal of four characters, read from top right, as PNG."""
    size, margin, red = 240, 14, (200, 30, 30, 235)
    image = Image.new("RGBA", (size, size))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((4, 4, size - 5, size - 5), radius=12, outline=red, width=9)
    font = ImageFont.truetype(str(SEAL_FONT), (size - 2 * margin) // 2 - 6)
    for place, character in enumerate(text):
        column, row = 1 - place // 2, place % 2
        centre = (size * (1 + 2 * column) / 4 + (2 - 4 * column), size * (1 + 2 * row) / 4)
        draw.text(centre, character, fill=red, font=font, anchor="mm")
    drawn = io.BytesIO()
    image.save(drawn, "PNG")
    return drawn.getvalue()
