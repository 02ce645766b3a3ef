"""Cells of a file as values of a product, and back: one widget of django-import-export for each kind of column.

`clean` returns None for a cell that leaves things as they are, and raises ValidationError with a sentence for what
cannot be read.
"""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from import_export.widgets import Widget

from catalog import values
from catalog.loads.cell_kinds import DateCell, ErrorCell, FormulaCell
from catalog.prices import plain_text

# What a spreadsheet leaves of a long number, and what it makes of 1-2.
_SHORTENED = re.compile(r"[0-9](\.[0-9]+)?[Ee]\+[0-9]+")
_MADE_A_DATE = re.compile(r"[0-9]{1,2}月[0-9]{1,2}日")

YES = "はい"
NO = "いいえ"
_TRUTHS = {
    **dict.fromkeys((YES, "有効", "有", "○", "◯", "1", "true", "yes", "y", "active"), True),
    **dict.fromkeys((NO, "無効", "無", "×", "0", "false", "no", "n", "inactive"), False),
}


def typed_text(cell: str) -> str:
    """Return `cell`. Raises ValidationError when it is a formula or an error of the spreadsheet."""
    if isinstance(cell, FormulaCell):
        message = _(
            "The cell holds the formula “%(cell)s”. Copy the column and paste it as values; text that begins with = "
            "needs an apostrophe (') in front."
        )
        raise ValidationError(message, params={"cell": cell})
    if isinstance(cell, ErrorCell):
        message = _("The cell holds the spreadsheet's error “%(cell)s”. Enter the value itself.")
        raise ValidationError(message, params={"cell": cell})
    return cell


class TextWidget(Widget):  # type: ignore[misc]
    """One line of text that must not be empty, unless `empty` is None."""

    def __init__(self, *, label: Promise, empty: Promise | None = None) -> None:
        super().__init__()
        self._label = label
        self._empty = empty

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str | None:
        text = values.line(typed_text(value), label=self._label)
        if not text and self._empty is not None:
            raise ValidationError(str(self._empty))
        return text or None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return str(value)


class SkuWidget(TextWidget):
    """The code of the product; leading zeros stay."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str | None:
        if isinstance(value, DateCell) or _MADE_A_DATE.fullmatch(value):
            message = _("A spreadsheet made the date “%(cell)s” of this SKU. Format the column as text, type it again.")
            raise ValidationError(message, params={"cell": value})
        if _SHORTENED.fullmatch(value):
            message = _("A spreadsheet shortened this SKU to “%(cell)s”. Format the column as text, type it again.")
            raise ValidationError(message, params={"cell": value})
        return values.sku(super().clean(value) or "")


class NameWidget(TextWidget):
    """What the goods are called."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str | None:
        return values.name(super().clean(value) or "")


class PriceWidget(Widget):  # type: ignore[misc]
    """A price; an empty cell says: not set, and 0: free."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Decimal | None:
        return values.price(_without_mark(typed_text(value)))

    def render(self, value: Decimal | None, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else plain_text(value)


class JanWidget(Widget):  # type: ignore[misc]
    """A JAN; an empty cell says that there is none."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        if _SHORTENED.fullmatch(value):
            message = _(
                "A spreadsheet shortened this JAN to “%(cell)s” and its last digits are lost. Format the column as "
                "text, enter the code again from the package."
            )
            raise ValidationError(message, params={"cell": value})
        return values.jan_code(_without_mark(typed_text(value).strip()))

    def render(self, value: str, obj: Any = None, **kwargs: Any) -> str:
        return value


class NoteWidget(Widget):  # type: ignore[misc]
    """A remark of any number of lines."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        return values.note(typed_text(value))

    def render(self, value: str, obj: Any = None, **kwargs: Any) -> str:
        return value


class TaxCategoryWidget(Widget):  # type: ignore[misc]
    """A tax category by its code or its name."""

    def __init__(self) -> None:
        super().__init__()
        self.codes: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def know(self, categories: dict[str, str]) -> None:
        """Take the names of the categories by their codes, as they stand now. A name that two share means neither."""
        shared = Counter(categories.values())
        self._names = {code: name for code, name in categories.items() if shared[name] == 1 and name not in categories}
        self.codes = {code: code for code in categories} | {name: code for code, name in self._names.items()}

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str | None:
        text = typed_text(value).strip()
        if not text:
            return None
        if text not in self.codes:
            message = _("There is no tax category “%(cell)s”. Enter one of these: %(known)s.")
            known = ", ".join(name for name, code in self.codes.items() if name != code) or ", ".join(self.codes)
            raise ValidationError(message, params={"cell": text, "known": known})
        return self.codes[text]

    def render(self, value: str, obj: Any = None, **kwargs: Any) -> str:
        return self._names.get(value, value)


class TruthWidget(Widget):  # type: ignore[misc]
    """Whether clerks can choose the product."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> bool | None:
        text = _folded(typed_text(value))
        if not text:
            return None
        if text not in _TRUTHS:
            message = _("“%(cell)s” is neither yes nor no. Enter %(yes)s or %(no)s.")
            raise ValidationError(message, params={"cell": value, "yes": YES, "no": NO})
        return _TRUTHS[text]

    def render(self, value: bool, obj: Any = None, **kwargs: Any) -> str:
        return YES if value else NO


def _without_mark(cell: str) -> str:
    """Return a number without the apostrophe by which a spreadsheet was told to leave it alone."""
    return cell[1:] if cell[:1] == "'" and cell[1:2].isdigit() else cell


@cache
def _folded(text: str) -> str:
    return text.strip().casefold()
