"""How prices change, as staff enter it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from catalog import values
from catalog.bulk_prices.models import Kind, Rounded
from catalog.bulk_prices.revising import Terms
from catalog.composition import half_width
from catalog.models import MAX_PRICE

UNITS = [
    ("1000", _("1,000 yen")),
    ("100", _("100 yen")),
    ("10", _("10 yen")),
    ("1", _("1 yen")),
    ("0.1", _("1 decimal")),
    ("0.01", _("2 decimals")),
    ("0.0001", _("4 decimals")),
]


class _SignedField(forms.CharField):
    """A number with a sign, as people type it."""

    def to_python(self, value: Any) -> Any:
        typed = str(super().to_python(value) or "").strip()
        plain = half_width(typed).strip("%").translate(str.maketrans("−▲△", "---"))
        sign, digits = ("-", plain[1:]) if plain.startswith("-") else ("", plain.removeprefix("+"))
        price = values.price(digits) if digits or sign else None
        return price if price is None or not sign else -price


class TermsForm(forms.Form):
    kind = forms.ChoiceField(label=_("Change"), choices=Kind.choices)
    value = _SignedField(
        label=_("Value"),
        error_messages={"required": _("Enter by how much, such as 5 or −100; or the price to set.")},
        widget=forms.TextInput(attrs={"size": 12, "inputmode": "decimal"}),
    )
    rounded_to = forms.ChoiceField(label=_("Rounded to"), choices=UNITS, initial="1")
    rounding = forms.ChoiceField(label=_("Rounding"), choices=Rounded.choices)
    valid_from = forms.DateField(
        label=_("Valid from"),
        widget=AdminDateWidget(),
        error_messages={
            "required": _("Enter the day from which the prices hold, as in 2026-11-24."),
            "invalid": _("This is not a date. Enter it as in 2026-11-24."),
        },
    )

    def clean_valid_from(self) -> Any:
        day = self.cleaned_data["valid_from"]
        if day < timezone.localdate():
            message = gettext("%(date)s is past. Prices change from today or from a later day.")
            raise ValidationError(message, params={"date": day.isoformat()})
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kind, value = cleaned.get("kind"), cleaned.get("value")
        if value is None:
            return cleaned
        if kind == Kind.SET and not 0 <= value <= MAX_PRICE:
            self.add_error("value", gettext("A price is at least 0. Enter 0 or more to set it."))
        if kind == Kind.PERCENT and not -100 <= value <= 1000:
            self.add_error("value", gettext("Enter a percentage from −100 to 1,000."))
        return cleaned

    def terms(self) -> Terms:
        """Return what a valid form says."""
        cleaned = self.cleaned_data
        return Terms(
            kind=Kind(cleaned["kind"]),
            value=cleaned["value"],
            rounded_to=Decimal(cleaned["rounded_to"]),
            rounding=Rounded(cleaned["rounding"]),
            valid_from=cleaned["valid_from"],
        )
