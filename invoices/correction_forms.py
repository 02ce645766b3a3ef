"""Why a note is corrected, and of which days the log of that is read."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from invoices.corrections import MissingCorrectionReason
from invoices.fields import PrintedTextField, TypedDateField


class CorrectionForm(forms.Form):
    """Why a note is corrected, and which press of the button this is."""

    creation_key = forms.UUIDField(widget=forms.HiddenInput)
    reason = PrintedTextField(
        label=_("Reason for correcting"),
        max_length=200,
        error_messages={"required": _(MissingCorrectionReason.template)},
    )


class DaysForm(forms.Form):
    """The first and the last day of a part of the log; without them all of it."""

    since = TypedDateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = TypedDateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
