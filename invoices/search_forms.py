"""What somebody looks for, checked for shape and turned into Conditions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from invoices.fields import TypedDateField, TypedNumberField, TypedTextField
from invoices.models import NoteState
from invoices.searching import Conditions, NoteKind

RANGES = ("delivered", "issued", "total")


def _date(label: Any) -> TypedDateField:
    return TypedDateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


def _yen(label: Any) -> TypedNumberField:
    # A column of the database holds eighteen digits.
    return TypedNumberField(label=label, required=False, max_digits=18, decimal_places=0)


class SearchForm(forms.Form):
    """Every field may be left empty. Those of a range are named `…_from` and `…_to`."""

    delivered_from = _date(_("Delivery date from"))
    delivered_to = _date(_("Delivery date to"))
    issued_from = _date(_("Issue date from"))
    issued_to = _date(_("Issue date to"))
    total_from = _yen(_("Total from"))
    total_to = _yen(_("Total to"))
    is_total_blank = forms.BooleanField(label=_("Total not set"), required=False)
    customer = TypedTextField(label=_("Customer"), required=False, max_length=200)
    number = TypedTextField(label=_("Number"), required=False, max_length=40)
    number_to = TypedTextField(label=_("Number to"), required=False, max_length=40)
    product = TypedTextField(label=_("Product"), required=False, max_length=200)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *NoteState.choices])
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All")), *NoteKind.choices])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in RANGES:
            first, last = cleaned.get(f"{name}_from"), cleaned.get(f"{name}_to")
            if first is not None and last is not None and first > last:
                text = gettext("%(first)s is after %(last)s. Exchange them, or leave one of them empty.")
                values = {"first": self[f"{name}_from"].value(), "last": self[f"{name}_to"].value()}
                self.add_error(f"{name}_to", text % values)
        return cleaned

    @property
    def conditions(self) -> Conditions:
        """What is looked for. The form is valid."""
        typed = self.cleaned_data
        yen = {name: int(typed[name]) for name in ("total_from", "total_to") if typed[name] is not None}
        return Conditions(**{**typed, "total_from": None, "total_to": None, **yen})
