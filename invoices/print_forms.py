"""What is chosen for a printing."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from invoices.domain.document import Document, Envelope
from invoices.domain.printing import MOST_COPIES, PrintProfile, SheetUse
from invoices.fields import CopiesField, TypedDateField, TypedField
from invoices.models.customers import EnvelopeChoices, SheetUseChoices
from invoices.print_selectors import PrintOrder


class PrintForm(forms.Form):
    """The copies of one note, and what they are printed on. `key` tells two printings from one sent twice."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    notes = CopiesField(max_value=MOST_COPIES, label=_("Delivery note"))
    notes_without_prices = CopiesField(max_value=MOST_COPIES, label=_("Delivery note without prices"))
    file_copies = CopiesField(max_value=MOST_COPIES, label=_("File copy"))
    receipts = CopiesField(max_value=MOST_COPIES, label=_("Receipt"))
    has_receipt_prices = forms.BooleanField(label=_("Prices on the receipt"), required=False)
    sheet_use = forms.ChoiceField(label=_("Sheets"), choices=SheetUseChoices)
    envelope = forms.ChoiceField(label=_("Envelope"), choices=EnvelopeChoices)

    @classmethod
    def offering(cls, profile: PrintProfile, document: Document) -> PrintForm:
        """Return the form with what `profile` prints, laid out as `document` was issued."""
        chosen = {name: getattr(profile, name) for name in cls.base_fields if hasattr(profile, name)}
        return cls(initial=chosen | {"envelope": document.envelope, "key": uuid.uuid4()})

    @property
    def copies(self) -> list[forms.BoundField]:
        """The fields that say how many."""
        return [bound for bound in self if isinstance(bound.field, CopiesField)]

    @property
    def profile(self) -> PrintProfile:
        """What was chosen."""
        facts = {name: value for name, value in self.cleaned_data.items() if name != "key"}
        facts |= {"sheet_use": SheetUse(facts["sheet_use"]), "envelope": Envelope(facts["envelope"])}
        return PrintProfile(**facts)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not self.profile.count:
            raise ValidationError(_("No copy is chosen. Enter at least one."))
        return cleaned


class ChosenNotesField(TypedField):
    """The ids of notes that were ticked."""

    default_error_messages: ClassVar = {"invalid": _("“%(value)s” is no note. Open the list again and choose there.")}
    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[int]:
        typed = [str(each) for each in value or []]
        for each in typed:
            if not (each.isascii() and each.isdigit() and len(each) <= 18):
                raise ValidationError(self.error_messages["invalid"], code="invalid", params={"value": each[:40]})
        return [int(each) for each in typed]


class RunForm(forms.Form):
    """The notes of a run: those that were ticked, or those of a day, all or of one route or customer."""

    key = forms.UUIDField(required=False)
    note = ChosenNotesField(required=False)
    delivered_on = TypedDateField(label=_("Delivery date"), required=False)
    route = forms.CharField(required=False, max_length=40)
    customer = forms.IntegerField(required=False, min_value=1, max_value=2**62)
    printed_too = forms.BooleanField(label=_("Those printed before, too"), required=False)
    order = forms.ChoiceField(label=_("Order"), choices=PrintOrder.choices, required=False)

    @property
    def order_chosen(self) -> PrintOrder:
        """The chosen order, or by route."""
        return PrintOrder(self.cleaned_data["order"] or PrintOrder.ROUTE)

    @property
    def route_chosen(self) -> str | None:
        """The chosen route, "" for customers without one; None when any will do."""
        return self.cleaned_data["route"] if "route" in self.data else None


class DayForm(forms.Form):
    """Which day is to be printed."""

    on = TypedDateField(label=_("Delivery date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
