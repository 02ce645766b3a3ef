"""`load_demo_products`: products to try the system with. Those that exist stay as they are."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from catalog.models import Product
from catalog.services import add_missing

FILE = Path(__file__).resolve().parents[2] / "demo" / "products.csv"


class Command(BaseCommand):
    help = "Add the demo products that are missing."

    def handle(self, *args: Any, **options: Any) -> None:
        added = add_missing(_read(FILE))
        self.stdout.write(_("Demo products added: %(count)s.") % {"count": added})


def _read(path: Path) -> Iterator[Product]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            price = row.pop("unit_price")
            category = row.pop("tax_category")
            yield Product(**row, unit_price=Decimal(price) if price else None, tax_category_id=category)
