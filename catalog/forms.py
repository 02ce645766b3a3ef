"""The product form, and what it refuses beyond single values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Value
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _, gettext_lazy

from catalog import taxation, units, values
from catalog.models import ONE_RATE_PER_DAY, SKU_PATTERN, Product, ProductAlias, TaxCategory, TaxRate
from catalog.prices import plain_text
from catalog.search import SkuFold
from catalog.sent_rows import SentRows


class LineField(forms.CharField):
    """One line of text, trimmed and composed, since decomposed kana would be printed in pieces."""

    def clean(self, value: Any) -> Any:
        return super().clean(values.line(value or "", label=self.label))


class PriceField(forms.CharField):
    """A price as people type it: full-width digits, thousands separators and a yen sign are understood."""

    def prepare_value(self, value: Any) -> Any:
        return plain_text(value) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Any:
        return values.price(str(super().to_python(value) or ""))


class RateField(forms.DecimalField):
    """A percentage, shown without zeros at its end: 8, 7.8."""

    def prepare_value(self, value: Any) -> Any:
        return plain_text(value) if isinstance(value, Decimal) else value


class TaxCategoryField(forms.ModelChoiceField):  # type: ignore[type-arg]  # takes a parameter in the stubs only
    """A choice of tax categories, each with the rate of today and the next one."""

    def label_from_instance(self, obj: Any) -> str:
        return taxation.in_full(obj, day=timezone.localdate())


class UnitInput(forms.TextInput):
    """A text field that suggests the usual units and takes any other."""

    template_name = "catalog/unit_input.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"]["list"] = f"{name}-suggestions"
        context["suggestions"] = units.SUGGESTIONS
        return context


class _MergedForm(forms.ModelForm[Product]):
    """Leaves a merged product inactive."""

    def clean_is_active(self) -> bool:
        is_active: bool = self.cleaned_data["is_active"]
        is_switched_on = is_active and not self.instance._state.adding and not self.initial.get("is_active")
        if is_switched_on and (alias := ProductAlias.objects.filter(alias=self.instance.pk).first()):
            message = _("This product is merged into “%(sku)s”, so it stays inactive. Undo the merging first.")
            raise ValidationError(message, params={"sku": alias.product_id})
        return is_active


class ProductRowForm(_MergedForm):
    """A product in the list."""

    unit_price = PriceField(
        label=capfirst(gettext_lazy("unit price")),
        required=False,
        widget=forms.TextInput(attrs={"size": 10, "inputmode": "decimal", "placeholder": gettext_lazy("not set")}),
    )

    class Meta:
        model = Product
        fields: ClassVar = ["unit_price", "is_active"]


class ProductForm(_MergedForm):
    """A product as staff enter it."""

    instance: Product

    sku = LineField(
        label=capfirst(gettext_lazy("SKU")),
        error_messages={"required": values.SKU_EMPTY},
    )
    name = LineField(
        label=capfirst(gettext_lazy("product name")),
        error_messages={"required": values.NAME_EMPTY},
        widget=forms.TextInput(attrs={"size": 60}),
    )
    unit_price = PriceField(
        label=capfirst(gettext_lazy("unit price")),
        required=False,
        help_text=gettext_lazy(
            "Today's price; a change holds from today. Leave it empty while it is not set; 0 means free of charge."
        ),
        widget=forms.TextInput(attrs={"size": 16, "inputmode": "decimal"}),
    )
    unit = LineField(
        label=capfirst(gettext_lazy("unit")),
        initial=units.DEFAULT,
        error_messages={"required": values.UNIT_EMPTY},
        widget=UnitInput(attrs={"size": 10}),
    )
    jan = forms.CharField(
        label=capfirst(gettext_lazy("JAN")),
        required=False,
        help_text=gettext_lazy("8 or 13 digits, the last of them the check digit."),
        widget=forms.TextInput(attrs={"size": 16, "inputmode": "numeric"}),
    )

    class Meta:
        model = Product
        fields: ClassVar = ["sku", "name", "unit_price", "unit", "tax_category", "jan", "note", "is_active"]
        widgets: ClassVar = {"note": forms.Textarea(attrs={"rows": 3, "cols": 60})}

    def clean_sku(self) -> str:
        sku = values.sku(self.cleaned_data["sku"])
        # Folded: clerks find kb-001 and KB-001 by the same typing.
        same = Product.objects.filter(sku_folded=SkuFold(Value(sku))).first() if self.instance._state.adding else None
        if same is not None:
            message = _("The SKU “%(sku)s” exists already. Choose another one, or change that product.")
            raise ValidationError(message, params={"sku": same.sku})
        return sku

    def clean_name(self) -> str:
        return values.name(self.cleaned_data["name"])

    def clean_jan(self) -> str:
        digits = values.jan_code(self.cleaned_data["jan"])
        others = Product.objects.filter(jan=digits, is_active=True).exclude(pk=self.instance.pk)
        if digits and (other := others.first()) is not None:
            message = _(
                "The product “%(product)s” has this JAN. A scan would mean both: correct one, or leave it empty."
            )
            raise ValidationError(message, params={"product": other})
        return digits

    def clean_note(self) -> str:
        return values.note(self.cleaned_data["note"])

    def clean(self) -> dict[str, Any] | None:
        # Only an adopted row can be like this; the database would refuse the change with a bare error.
        if not self.instance._state.adding and not re.search(SKU_PATTERN, self.instance.sku):
            message = _(
                "The SKU “%(sku)s” of this product is not allowed and cannot be changed. Enter the product anew with a "
                "SKU of 1 to 64 characters without spaces at its ends, then delete this one."
            )
            raise ValidationError(message, params={"sku": self.instance.sku})
        return super().clean()


class TaxRateFormSet(SentRows, forms.BaseInlineFormSet[TaxRate, TaxCategory, forms.ModelForm[TaxRate]]):
    """The rates of one category."""

    def get_unique_error_message(self, unique_check: Sequence[str]) -> str:
        return str(ONE_RATE_PER_DAY)

    def clean(self) -> None:
        super().clean()
        today = timezone.localdate()
        for form in self.deleted_forms:
            # What stands in the database, not a day that was typed beside the mark for deletion.
            began_on = form.initial.get("valid_from")
            if began_on is not None and began_on <= today:
                message = _(
                    "The rate of %(rate)s %% began on %(date)s and notes are priced by it, so it cannot be deleted. "
                    "Where it ends, add the next rate with its first day."
                )
                params = {"rate": plain_text(form.initial["rate"]), "date": began_on.isoformat()}
                raise ValidationError(message, params=params)
        self._refuse_days_taken_meanwhile()

    def _refuse_days_taken_meanwhile(self) -> None:
        """The rates that this form does not show were added after it was opened."""
        shown = [form.instance.pk for form in self.forms if form.instance.pk]
        unseen = TaxRate.objects.filter(category_id=self.instance.pk).exclude(pk__in=shown)
        taken = set(unseen.values_list("valid_from", flat=True))
        for form in self.forms:
            if form.cleaned_data.get("valid_from") in taken and form not in self.deleted_forms:
                form.add_error("valid_from", ONE_RATE_PER_DAY)
