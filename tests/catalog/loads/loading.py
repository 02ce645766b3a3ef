"""Short ways to load files in tests."""

from __future__ import annotations

import io
from typing import Any

from catalog.loads import applying, previews, staging
from catalog.loads.applying import Outcome
from catalog.loads.models import ProductLoad
from catalog.models import Product
from tests.catalog.loads.files import csv_bytes


def previewed(*rows: tuple[str, ...], **options: Any) -> ProductLoad:
    return preview_of(csv_bytes(rows), **options)


def preview_of(content: bytes, **options: Any) -> ProductLoad:
    return staging.preview(io.BytesIO(content), file_name="list.csv", user=None, **options)


def loaded(*rows: tuple[str, ...]) -> ProductLoad:
    load = previewed(*rows)
    assert applying.apply(load.pk) is Outcome.APPLIED
    load.refresh_from_db()
    return load


def counts(load: ProductLoad) -> tuple[int, int, int, int]:
    return (load.new_count, load.changed_count, load.unchanged_count, load.wrong_count)


def messages(load: ProductLoad) -> list[tuple[int, str, str, str]]:
    return [(each.number, each.label, each.value, each.message) for each in previews.faults(load)]


def rows_of_products() -> list[dict[str, Any]]:
    return [dict(row) for row in Product.objects.order_by("sku").values()]
