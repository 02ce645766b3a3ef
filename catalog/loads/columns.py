"""The columns of a file: their headings in Japanese or English, and the fields of a product they fill."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from django.utils.translation import gettext as _, gettext_lazy
from import_export.fields import Field
from import_export.resources import ModelResource

from catalog import values
from catalog.loads.cells import (
    JanWidget,
    NameWidget,
    NoteWidget,
    PriceWidget,
    SkuWidget,
    TaxCategoryWidget,
    TextWidget,
    TruthWidget,
)
from catalog.loads.refusals import FileRefused
from catalog.models import Product, TaxCategory

# A price list may begin with a title and a date.
ROWS_BEFORE_HEADINGS = 20
MOST_HEADINGS_ASKED = 100
REASON = "エラー理由"


class ProductResource(ModelResource):  # type: ignore[misc]
    """The columns as they are written, with the widgets that read and write their cells."""

    sku = Field("sku", "品番", SkuWidget(label=gettext_lazy("SKU"), empty=values.SKU_EMPTY))
    name = Field("name", "品名", NameWidget(label=gettext_lazy("product name"), empty=values.NAME_EMPTY))
    unit_price = Field("unit_price", "単価", PriceWidget())
    unit = Field("unit", "単位", TextWidget(label=gettext_lazy("unit")))
    tax_category = Field("tax_category_id", "税区分", TaxCategoryWidget())
    jan = Field("jan", "JANコード", JanWidget())
    note = Field("note", "備考", NoteWidget())
    is_active = Field("is_active", "有効", TruthWidget())

    class Meta:
        model = Product
        import_id_fields: ClassVar = ["sku"]
        fields: ClassVar = ["sku", "name", "unit_price", "unit", "tax_category", "jan", "note", "is_active"]


FIELDS: tuple[str, ...] = tuple(ProductResource.Meta.fields)
# Beside the heading that we write and the field's own name.
_SYNONYMS = {
    "sku": (
        "商品コード",
        "商品番号",
        "品目コード",
        "品番コード",
        "コード",
        "code",
        "item code",
        "product code",
        "item no",
    ),
    "name": ("商品名", "品目名", "商品名称", "名称", "product name", "item name", "product"),
    "unit_price": ("価格", "販売単価", "標準単価", "売単価", "price"),
    "unit": ("販売単位", "uom"),
    "tax_category": ("消費税区分", "税率区分", "課税区分", "tax"),
    "jan": ("jan", "ean", "バーコード", "barcode", "gtin"),
    "note": ("摘要", "メモ", "notes", "remarks"),
    "is_active": ("有効フラグ", "使用", "active"),
}
# What people write behind a heading without meaning another column. 税込 is not among them: that is another price.
_AFTERTHOUGHT = re.compile(r"\((円|税抜|税抜き|必須)\)|[*※:]")
# What the heading of a column of another kind has in it, such as 新単価 or 税込価格.
_SOUNDS = {
    "単価": "unit_price",
    "価格": "unit_price",
    "品番": "sku",
    "品名": "name",
    "商品名": "name",
    "jan": "jan",
    "税": "tax_category",
}
_DROPPED = re.compile(r"[\s_\-・]")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where the columns of a file stand. `number` is the row of the headings; `places` are by field."""

    number: int
    headings: tuple[str, ...]
    places: dict[str, int]
    ignored: tuple[str, ...]


def known_resource() -> ProductResource:
    """Return the columns, with the tax categories as they stand. One query."""
    resource = ProductResource()
    resource.fields["tax_category"].widget.know(dict(TaxCategory.objects.values_list("code", "name")))
    return resource


def label_of(field: str) -> str:
    """Return the heading under which we write `field`; of what is no field, itself."""
    found = ProductResource.fields.get(field)
    return str(found.column_name) if found else field


def resembling(load_columns: Sequence[str], ignored: Sequence[str]) -> list[tuple[str, str]]:
    """Return the ignored headings that sound like a column which the file lacks, each with that column's heading."""
    found = [(heading, _sound(_plain(heading))) for heading in ignored]
    return [(heading, label_of(field)) for heading, field in found if field and field not in load_columns]


def _sound(plain: str) -> str | None:
    return next((field for part, field in _SOUNDS.items() if part in plain), None)


def has_headings(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether one of `rows` is a row of headings: one that names the SKU and something else."""
    return any(_is_headings(row) for row in rows)


def layout(rows: Sequence[tuple[int, Sequence[str]]]) -> Layout:
    """Return the layout that one of the first `rows` of a file gives.

    Raises FileRefused when none has a heading for the SKU, or two headings mean one field.
    """
    for number, cells in rows:
        if _is_headings(cells):
            return _layout(number, cells)
    raise FileRefused(_no_headings(rows))


def _no_headings(rows: Sequence[tuple[int, Sequence[str]]]) -> str:
    """Return the refusal: by the row that looks most like headings, if one does, or else by the first row."""
    number, cells = max(rows, key=lambda row: _known(row[1]), default=(1, ()))
    if _known(cells) > 1:
        message = _(
            "Row %(number)s reads like headings, but none of them means 品番: %(headings)s. Change the heading of the "
            "column with your codes into 品番."
        )
        return message % {"number": number, "headings": _shown(cells)}
    message = _(
        "No row of headings was found. The first row reads “%(first)s”. Write a row with the heading 品番 and at least "
        "one of these: %(others)s."
    )
    others = "、".join(label_of(field) for field in FIELDS if field != "sku")
    return message % {"first": _shown(rows[0][1]) if rows else "", "others": others}


def _known(cells: Sequence[str]) -> int:
    return len({_field_of(cell) for cell in cells[:MOST_HEADINGS_ASKED]} - {None})


def _shown(cells: Sequence[str]) -> str:
    return "、".join(cell.strip() for cell in cells if cell.strip())[:200]


def _layout(number: int, cells: Sequence[str]) -> Layout:
    places: dict[str, int] = {}
    ignored = []
    for place, heading in enumerate(cells):
        field = _field_of(heading)
        if field is None:
            ignored += [heading.strip()] if heading.strip() not in ("", REASON) else []
        elif field in places:
            message = _("The columns “%(first)s” and “%(second)s” both mean %(label)s. Rename or remove one of them.")
            named = {"first": cells[places[field]], "second": heading, "label": label_of(field)}
            raise FileRefused(message % named)
        else:
            places[field] = place
    headings = tuple(str(cell) for cell in cells)
    return Layout(number=number, headings=headings, places=places, ignored=tuple(ignored))


def _is_headings(cells: Sequence[str]) -> bool:
    found = [_field_of(cell) for cell in cells[:MOST_HEADINGS_ASKED]]
    return "sku" in found and len([field for field in found if field]) > 1


def _field_of(heading: str) -> str | None:
    return _known_headings().get(_plain(heading))


def _plain(heading: str) -> str:
    folded = _AFTERTHOUGHT.sub("", unicodedata.normalize("NFKC", heading).casefold())
    return _DROPPED.sub("", folded)


@cache
def _known_headings() -> dict[str, str]:
    return {
        _plain(heading): field
        for field, column in ProductResource.fields.items()
        for heading in (column.column_name, field, *_SYNONYMS[field])
    }
