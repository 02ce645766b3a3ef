"""What a clerk types to take goods of an issued note back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from invoices import return_notes
from invoices.domain.returns import MoreThanDelivered
from invoices.drafts import Draft
from invoices.fields import PrintedTextField, TypedDateField, TypedNumberField
from invoices.forms import plain
from invoices.messages import worded
from invoices.models import DeliveryNote, DeliveryNoteLine
from invoices.return_notes import NothingReturned


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of the original: what was delivered, is back already, can still come back, and how much of it does."""

    line: DeliveryNoteLine
    returned: Decimal
    left: Decimal
    quantity: BoundField


class TakeBackForm(forms.Form):
    """How much of each line of `original` is returned. `note_id` is the draft of a return that the form is of."""

    creation_key = forms.UUIDField(widget=forms.HiddenInput)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    returned_on = TypedDateField(
        label=_("Return date"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Enter the return date as in 2026-11-24.")},
    )
    notes = PrintedTextField(label=_("Notes"), max_length=1000, required=False, max_lines=20)

    def __init__(self, *args: Any, original: DeliveryNote, note_id: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.original, self.note_id = original, note_id
        self.original_lines = list(original.lines.all())
        self._returned = return_notes.returned_by_position(original, note_id=note_id)
        for place, line in enumerate(self.original_lines, 1):
            self.fields[_name(line.position)] = TypedNumberField(
                label=_("Returned quantity of line %(line)s") % {"line": place},
                max_digits=10,
                decimal_places=3,
                min_value=0,
                required=False,
            )

    def rows(self) -> Iterator[Row]:
        """Yield the lines of the original with their fields."""
        for line in self.original_lines:
            returned = -self._returned.get(line.position, Decimal(0))
            left = line.quantity - returned
            yield Row(line=line, returned=returned, left=left, quantity=self[_name(line.position)])

    def draft(self) -> Draft | None:
        """Return what was typed, or None and note on the form why that cannot be returned.

        Raises NotReturnable when the original has become void.
        """
        if not self.is_valid():
            return None
        try:
            return return_notes.draft_of(
                self.original,
                quantities=self._quantities(),
                returned_on=self.cleaned_data["returned_on"],
                notes=self.cleaned_data["notes"],
                note_id=self.note_id,
            )
        except MoreThanDelivered as refusal:
            self.refuse(refusal)
        except NothingReturned as refusal:
            self.add_error(None, worded(refusal))
        return None

    def refuse(self, refusal: MoreThanDelivered) -> None:
        """Note on the line it names that this is more than is left."""
        line = self.original_lines[int(str(refusal.params["line"])) - 1]
        self.add_error(_name(line.position), worded(refusal))

    def _quantities(self) -> dict[int, Decimal]:
        typed = {line.position: self.cleaned_data[_name(line.position)] for line in self.original_lines}
        return {position: quantity for position, quantity in typed.items() if quantity}


def initial_of(draft: Draft) -> dict[str, object]:
    """Return what the form of the return `draft` shows."""
    quantities = {_name(line.original_position or 0): plain(abs(line.quantity)) for line in draft.lines}
    return {"returned_on": draft.delivered_on, "notes": draft.notes, **quantities}


def everything_of(original: DeliveryNote, *, today: date) -> Mapping[str, object]:
    """Return what the form shows of a return of all that is left."""
    returned = return_notes.returned_by_position(original)
    left = {line.position: line.quantity + returned.get(line.position, 0) for line in original.lines.all()}
    quantities = {_name(position): plain(abs(rest)) for position, rest in left.items() if rest}
    return {"returned_on": today, **quantities}


def _name(position: int) -> str:
    return f"quantity-{position}"
