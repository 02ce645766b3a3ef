"""What staff choose before labels are made."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _, gettext_lazy

from catalog import prices
from catalog.labels.choosing import MOST_LABELS, Choice, ChosenProduct, named, not_printable
from catalog.labels.drawing import Label
from catalog.labels.sheets import SHEETS, LabelSheet
from catalog.loads.writing import FileForm

PDF = "pdf"
# A form of more products would have more fields than a request may carry.
MOST_LISTED = 200


class PriceShown(models.TextChoices):
    """What is printed of a price. Nothing is computed: staff know whether their prices include tax."""

    NONE = "none", gettext_lazy("no price")
    PLAIN = "plain", "¥1,200"
    EXCLUDING = "excluding", "¥1,200（税抜）"
    INCLUDING = "including", "¥1,200（税込）"

    def text(self, price: Decimal | None) -> str:
        """Return what a label shows of `price`; nothing of one that is not set."""
        if price is None or self is PriceShown.NONE:
            return ""
        return f"¥{prices.grouped_text(price)}{_MARKS.get(self, '')}"


_MARKS = {PriceShown.EXCLUDING: "（税抜）", PriceShown.INCLUDING: "（税込）"}


class _Copies(forms.IntegerField):
    """A number of labels, full-width digits included."""

    def __init__(self, **options: Any) -> None:
        message = gettext_lazy("%(show_value)s labels of one product are not possible. Enter 0 to 5,000.")
        errors = {
            "required": gettext_lazy("The number of labels is empty. Enter 1 for one label of each product."),
            "invalid": gettext_lazy("The number of labels is not a whole number. Enter one such as 1 or 12."),
            "min_value": message,
            "max_value": message,
        }
        super().__init__(min_value=0, max_value=MOST_LABELS, error_messages=errors, **options)


class LabelForm(forms.Form):
    """The sheet, where to begin on it, what to show and how many; `counts` says how many of each product."""

    file = forms.ChoiceField(
        label=gettext_lazy("File"),
        choices=[
            (PDF, gettext_lazy("PDF to print")),
            (FileForm.XLSX.value, gettext_lazy("Excel workbook, for a label printer")),
            (FileForm.CSV.value, gettext_lazy("CSV, UTF-8 (BOM), for a label printer")),
            (FileForm.CSV_CP932.value, gettext_lazy("CSV, Shift_JIS (CP932), for a label printer")),
        ],
        initial=PDF,
    )
    sheet = forms.TypedChoiceField(
        label=gettext_lazy("Label sheet"),
        choices=[
            (24, gettext_lazy("24 labels of 66.0 × 33.9 mm (ヒサゴ ELM012)")),
            (44, gettext_lazy("44 labels of 48.3 × 25.4 mm (ヒサゴ ELM022, エーワン 28388)")),
            (65, gettext_lazy("65 labels of 38.1 × 21.2 mm (ヒサゴ ELM023); lower bars than the standard asks for")),
        ],
        coerce=int,
        initial=44,
    )
    start = forms.IntegerField(
        label=gettext_lazy("First label"),
        initial=1,
        min_value=1,
        help_text=gettext_lazy(
            "Where to begin on a sheet of which labels are used: 1 is at the upper left, then to the right, row by row."
        ),
        error_messages={
            "required": gettext_lazy("The first label is empty. Enter 1 for a new sheet."),
            "invalid": gettext_lazy("The first label is not a whole number. Enter 1 for a new sheet."),
            "min_value": gettext_lazy("There is no label %(show_value)s. Enter 1 for a new sheet."),
        },
    )
    copies = _Copies(label=gettext_lazy("Labels of each product"), initial=1)
    shows_name = forms.BooleanField(label=gettext_lazy("Print the product name"), initial=True, required=False)
    shows_sku = forms.BooleanField(label=gettext_lazy("Print the SKU"), initial=True, required=False)
    price = forms.ChoiceField(
        label=gettext_lazy("unit price"),
        choices=PriceShown.choices,
        initial=PriceShown.NONE.value,
        help_text=gettext_lazy("The price is printed as it stands in the product master; no tax is added."),
    )

    def __init__(self, *args: Any, choice: Choice, **options: Any) -> None:
        super().__init__(*args, **options)
        self._choice = choice
        if len(choice.printable) <= MOST_LISTED:
            for product in choice.printable:
                self.fields[_own(product)] = _Copies(required=False, label=str(product))

    def listed(self) -> Iterator[tuple[ChosenProduct, forms.BoundField]]:
        """Yield each product with the field of its own number; none when they are too many."""
        if len(self._choice.printable) <= MOST_LISTED:
            for product in self._choice.printable:
                yield product, self[_own(product)]

    def settings(self) -> Iterator[forms.BoundField]:
        """Yield the fields that hold for all products."""
        return (self[name] for name in self.base_fields)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._refuse_start_beyond_the_sheet(cleaned)
        if not self.errors:
            self._refuse_too_many()
        if not self.errors and cleaned["file"] == PDF:
            self._refuse_unprintable()
        return cleaned

    def counts(self) -> list[tuple[ChosenProduct, int]]:
        """Return how many labels each product gets; those that get none are not there."""
        everybody = self.cleaned_data["copies"]
        own = [(product, self.cleaned_data.get(_own(product))) for product in self._choice.printable]
        counts = [(product, everybody if count is None else count) for product, count in own]
        return [(product, count) for product, count in counts if count]

    def label_sheet(self) -> LabelSheet:
        """Return the sheet that was chosen."""
        return SHEETS[self.cleaned_data["sheet"]]

    def labels(self) -> Iterator[Label]:
        """Yield every label, in order."""
        for product, count in self.counts():
            label = Label(
                jan=product.jan,
                name=product.name if self.cleaned_data["shows_name"] else "",
                sku=product.sku if self.cleaned_data["shows_sku"] else "",
                price=PriceShown(self.cleaned_data["price"]).text(product.unit_price),
            )
            for _copy in range(count):
                yield label

    def rows(self) -> Iterator[list[str]]:
        """Yield headings and, for software that prints labels, a row for each product with its number of labels."""
        yield [_("SKU"), _("product name"), _("JAN"), _("unit price"), _("labels")]
        for product, count in self.counts():
            price = "" if product.unit_price is None else prices.plain_text(product.unit_price)
            yield [product.sku, product.name, product.jan, price, str(count)]

    def _refuse_start_beyond_the_sheet(self, cleaned: dict[str, Any]) -> None:
        sheet, start = cleaned.get("sheet"), cleaned.get("start")
        if sheet and start and start > sheet:
            message = _("There is no label %(start)s on a sheet of %(faces)s. Enter 1 to %(faces)s.")
            self.add_error("start", ValidationError(message, params={"start": start, "faces": sheet}))

    def _refuse_too_many(self) -> None:
        total = sum(count for _product, count in self.counts())
        if total > MOST_LABELS:
            message = _("These are %(total)s labels. At most %(most)s can be made at once: lower the numbers.")
            params = {"total": f"{total:,}", "most": f"{MOST_LABELS:,}"}
            self.add_error("copies", ValidationError(message, params=params))
        elif total == 0:
            self.add_error("copies", _("All numbers are 0, so there is no label to print. Enter 1 or more."))

    def _refuse_unprintable(self) -> None:
        shown = {name: self.cleaned_data[name] for name in ("shows_name", "shows_sku")}
        if found := not_printable((product for product, _count in self.counts()), **shown):
            message = _(
                "No font has these characters, by SKU: %(found)s. Correct the products, enter 0 for them, or do not "
                "print names and SKUs."
            )
            self.add_error(None, ValidationError(message, params={"found": named(found)}))


def _own(product: ChosenProduct) -> str:
    # In letters and digits, so that it can be the name of a field, whatever the SKU is.
    return f"copies_{product.sku.encode().hex()}"
