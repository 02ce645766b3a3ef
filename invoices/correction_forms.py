"""Why a note is corrected."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from invoices.corrections import MissingCorrectionReason
from invoices.fields import PrintedTextField


class CorrectionForm(forms.Form):
    """Why a note is corrected, and which press of the button this is."""

    creation_key = forms.UUIDField(widget=forms.HiddenInput)
    reason = PrintedTextField(
        label=_("Reason for correcting"),
        max_length=200,
        error_messages={"required": _(MissingCorrectionReason.template)},
    )
