"""Prices of customers as staff enter them, on the page of the customer and of the product."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import combinations
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _

from catalog.forms import PriceField
from catalog.models import Product
from catalog.prices import grouped_text, plain_text
from catalog.selectors import products_meant
from catalog.sent_rows import SentRows
from invoices import selectors
from invoices.fields import TypedNumberField
from invoices.models import Customer, CustomerPercentage, CustomerPrice

_DATES: dict[str, dict[str, Any]] = {
    "valid_from": {
        "required": _("Enter the first day, as in 2026-11-24."),
        "invalid": _("This is not a date. Enter it as in 2026-11-24."),
    },
    "valid_until": {"invalid": _("This is not a date. Enter it as in 2026-11-24.")},
}


class _CodeField(forms.CharField):
    """The code of a row that exists, as people type it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"size": 14, "autocomplete": "off"}), **options)


class ProductCodeField(_CodeField):
    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        product = products_meant([typed]).get(typed)
        if product is None:
            message = gettext("There is no product “%(sku)s”. Enter the SKU of one.")
            raise ValidationError(message, params={"sku": typed})
        return product


class CustomerCodeField(_CodeField):
    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        customer = Customer.objects.filter(code=typed).first()
        customer = customer or selectors.customer_typed(customer_id=None, typed=typed)
        if customer is None:
            message = gettext("There is no customer “%(code)s”. Enter the code of one.")
            raise ValidationError(message, params={"code": typed})
        return customer


class _PriceForm(forms.ModelForm[CustomerPrice]):
    unit_price = PriceField(
        label=capfirst(_("unit price")),
        widget=forms.TextInput(attrs={"size": 12, "inputmode": "decimal"}),
        error_messages={"required": _("Enter the price; 0 means free. Delete the row where the list price holds.")},
    )

    class Meta:
        model = CustomerPrice
        fields: ClassVar = ["valid_from", "valid_until", "unit_price"]
        error_messages: ClassVar = _DATES


class PriceOfCustomerForm(_PriceForm):
    product = ProductCodeField(label=_("SKU"), error_messages={"required": _("Enter the SKU.")})


class PriceOfProductForm(_PriceForm):
    customer = CustomerCodeField(label=_("customer code"), error_messages={"required": _("Enter the customer code.")})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["customer"] = self.instance.customer.code


class _PercentField(TypedNumberField):
    def to_python(self, value: Any) -> Any:
        return super().to_python(str(value or "").replace("%", "").replace("％", ""))

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else plain_text(value)


class PercentageForm(forms.ModelForm[CustomerPercentage]):
    percentage = _PercentField(
        label=capfirst(_("percentage of the list price")),
        max_digits=5,
        decimal_places=2,
        must_be_positive=True,
        error_messages={"required": _("Enter the percentage, such as 85.")},
    )

    class Meta:
        model = CustomerPercentage
        fields: ClassVar = ["valid_from", "valid_until", "percentage"]
        error_messages: ClassVar = _DATES


class PeriodFormSet(SentRows, forms.BaseInlineFormSet[Any, Any, Any]):
    """Rows with a first and a last day, which do not overlap where they are of the same."""

    same: ClassVar[tuple[str, ...]] = ("customer_id",)

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form not in self.deleted_forms and _is_period(form)]
        rows = [form.instance for form in kept]
        # Locked, so that nobody adds a period of the same customer on another page meanwhile.
        list(Customer.objects.filter(pk__in={row.customer_id for row in rows}).order_by("pk").select_for_update())
        form_of = {id(row): form for row, form in zip(rows, kept, strict=True)}
        for row, other in self._overlapping([*self._unseen(rows), *rows]):
            # The later of the two is one of ours: the others come first.
            form_of[id(other)].add_error("valid_from", _overlap(row))

    def _unseen(self, rows: Sequence[Any]) -> list[Any]:
        """Rows of the same that this page does not show, since somebody added them after it was opened."""
        if not self.instance.pk or not rows:
            return []
        shown = [form.instance.pk for form in self.forms if form.instance.pk]
        parent = {self.fk.attname: self.instance.pk}
        return list(type(rows[0])._default_manager.filter(**parent).exclude(pk__in=shown))

    def _overlapping(self, rows: Sequence[Any]) -> Iterable[tuple[Any, Any]]:
        groups: dict[tuple[Any, ...], list[Any]] = {}
        for row in rows:
            groups.setdefault(tuple(getattr(row, name) for name in self.same), []).append(row)
        for group in groups.values():
            yield from ((row, other) for row, other in combinations(group, 2) if _overlap_in(row, other))


class PriceFormSet(PeriodFormSet):
    same = ("customer_id", "product_id")


def _is_period(form: Any) -> bool:
    return bool(form.cleaned_data.get("valid_from")) and not form.errors


def _overlap_in(row: Any, other: Any) -> bool:
    return bool(row.valid_from <= (other.valid_until or date.max) and other.valid_from <= (row.valid_until or date.max))


def _overlap(row: Any) -> str:
    message = gettext("Overlaps with %(value)s from %(first)s to %(last)s. Choose days that are free.")
    if row.valid_until is None:
        message = gettext(
            "Overlaps with %(value)s from %(first)s on. Choose days that are free, or end that one before."
        )
    is_price = isinstance(row, CustomerPrice)
    value = f"¥{grouped_text(row.unit_price)}" if is_price else f"{plain_text(row.percentage)}%"
    return message % {"value": value, "first": row.valid_from, "last": row.valid_until}


def label_of(product: Product) -> str:
    """Return the name of a product and its price today, for the row beside it."""
    price = gettext("not set") if product.unit_price is None else f"¥{grouped_text(product.unit_price)}"
    return f"{product.name}（{price}）"
