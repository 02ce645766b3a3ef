"""What an approver sends."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from invoices.approvals import MissingReturnReason
from invoices.fields import PrintedTextField


class ApproveForm(forms.Form):
    """What the approver has read. Whatever is no such thing is nothing that can be approved."""

    revision = forms.IntegerField()
    read_sha256 = forms.CharField()


class ReturnForm(forms.Form):
    """Why a note is returned, and which state of it."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    reason = PrintedTextField(
        label=_("Reason for returning"),
        max_length=200,
        error_messages={"required": _(MissingReturnReason.template)},
    )
