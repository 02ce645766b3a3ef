"""A new member of staff loads a supplier's list with ten typical mistakes in it."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.utils import translation

from catalog.loads import applying, previews
from catalog.models import Product
from tests.catalog.factories import ProductFactory
from tests.catalog.loads import price_list
from tests.catalog.loads.loading import counts, loaded, preview_of

pytestmark = pytest.mark.django_db


def test_file_is_what_its_script_writes() -> None:
    assert price_list.FILE.read_bytes() == price_list.content()


def test_ten_mistakes_are_found_and_the_rest_can_be_loaded() -> None:
    call_command("load_demo_products", verbosity=0)
    ProductFactory.create(sku="00123", name="消しゴム")

    with translation.override("ja"):
        load = preview_of(price_list.FILE.read_bytes())

    assert (load.encoding, load.ignored_headings) == ("Shift_JIS (CP932)", ["No."])
    # The row that is there twice is wrong in both places.
    assert counts(load) == (49, 0, 0, 11)
    found = [(fault.number, fault.label) for fault in previews.faults(load)]
    assert found == [
        (11, "品番"),
        (55, "品番"),
        (56, "単価"),
        (57, "JANコード"),
        (58, "JANコード"),
        (59, "品番"),
        (60, "品番"),
        (61, "品番"),
        (62, ""),
        (62, "税区分"),
        (62, "JANコード"),
        (63, "品名"),
        (64, "単価"),
        (64, "税区分"),
    ]
    assert all(fault.message.endswith("。") for fault in previews.faults(load))

    applying.apply(load.pk, may_skip_wrong=True)

    names = dict(Product.objects.filter(sku__startswith="HB-").values_list("sku", "name"))
    assert (names["HB-0003"], names["HB-0004"], names["HB-0005"]) == (
        "構造用ビス ①型 3",
        "機構部品セット Ⅲ 4",
        "ﾃｰﾌﾟﾉﾘ 5",
    )
    assert Product.objects.get(pk="HB-0001").unit_price == 380


def test_corrected_rows_are_loaded_from_the_file_that_came_back() -> None:
    ProductFactory.create(sku="00123", name="消しゴム")
    load = preview_of(price_list.FILE.read_bytes())
    applying.apply(load.pk, may_skip_wrong=True)
    headings, *rows = previews.wrong_rows(load)
    assert len(rows) == 10
    mended = {"HB-0101": (3, ""), "HB-0102": (6, ""), "HB-0103": (6, "4901234567894"), "123": (1, "00123")}
    kept = [row for row in rows if row[1] in mended]
    for row in kept:
        place, text = mended[row[1]]
        row[place] = text

    assert counts(loaded(tuple(headings), *map(tuple, kept))) == (3, 1, 0, 0)
