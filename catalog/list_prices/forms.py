"""The dated prices of one product, as staff enter them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from catalog.forms import PriceField
from catalog.list_prices.models import ONE_PRICE_PER_DAY
from catalog.models import ListPrice, Product
from catalog.sent_rows import SentRows

ENTERED_TWICE = _("You also changed today's price above. Enter it in one of the two places.")


class ListPriceForm(forms.ModelForm[ListPrice]):
    unit_price = PriceField(
        label=capfirst(_("unit price")),
        required=False,
        widget=forms.TextInput(attrs={"size": 16, "inputmode": "decimal"}),
    )

    class Meta:
        model = ListPrice
        fields: ClassVar = ["valid_from", "unit_price"]
        error_messages: ClassVar = {
            "valid_from": {
                "required": _("Enter the day from which the price holds, as in 2026-11-24."),
                "invalid": _("This is not a date. Enter it as in 2026-11-24."),
            }
        }


class ListPriceFormSet(SentRows, forms.BaseInlineFormSet[ListPrice, Product, forms.ModelForm[ListPrice]]):
    """The dated prices of one product."""

    def get_unique_error_message(self, unique_check: Sequence[str]) -> str:
        return str(ONE_PRICE_PER_DAY)

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form not in self.deleted_forms]
        self._refuse_days_taken_meanwhile(kept)
        self._refuse_todays_price_twice([form for form in kept if form.has_changed()])

    def _refuse_days_taken_meanwhile(self, kept: Sequence[forms.ModelForm[ListPrice]]) -> None:
        """The prices that this form does not show were added after it was opened."""
        shown = [form.instance.pk for form in self.forms if form.instance.pk]
        unseen = ListPrice.objects.filter(product_id=self.instance.pk).exclude(pk__in=shown)
        taken = set(unseen.values_list("valid_from", flat=True))
        for form in kept:
            if form.cleaned_data.get("valid_from") in taken:
                form.add_error("valid_from", ONE_PRICE_PER_DAY)

    def _refuse_todays_price_twice(self, changed: Sequence[forms.ModelForm[ListPrice]]) -> None:
        today = [form for form in changed if form.cleaned_data.get("valid_from") == timezone.localdate()]
        if not today or self.instance._state.adding:
            return
        [stands] = Product.objects.filter(pk=self.instance.pk).values_list("unit_price", flat=True) or [None]
        for form in today:
            if stands != self.instance.unit_price:
                form.add_error("unit_price", ENTERED_TWICE)
