"""What a clerk records of a signed receipt."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from invoices import scans
from invoices.fields import PrintedTextField, TypedDateField
from invoices.scans import MOST_BYTES, Scan


class ReceiptForm(forms.Form):
    """When the goods were received, by whom, and the scan of the signed paper, if there is one yet."""

    creation_key = forms.UUIDField(widget=forms.HiddenInput)
    received_on = TypedDateField(
        label=_("Received on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Enter the day of receipt as in 2026-11-24.")},
    )
    signed_by = PrintedTextField(
        label=_("Signed by"),
        max_length=60,
        error_messages={"required": _("Enter who received the goods, as they signed.")},
    )
    scan = forms.FileField(
        label=_("Scan of the signed receipt"),
        required=False,
        help_text=_("PDF, JPEG or PNG, at most 10 MB."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today

    def clean_received_on(self) -> date:
        received_on: date = self.cleaned_data["received_on"]
        if received_on > self._today:
            text = _("%(day)s has not come yet. Enter the day on which the goods were received.")
            raise ValidationError(text, params={"day": received_on.isoformat()})
        return received_on

    def clean_scan(self) -> Scan | None:
        upload: UploadedFile[bytes] | None = self.cleaned_data["scan"]
        if not upload:
            return None
        if (upload.size or 0) > MOST_BYTES:
            text = _("The scan has %(size)s MB. Scan it in grey or with fewer dots, so that it has at most 10 MB.")
            raise ValidationError(text, params={"size": f"{(upload.size or 0) / 1024 / 1024:.1f}"})
        content = upload.read()
        if (kind := scans.kind_of(content)) is None:
            text = _("“%(name)s” is no PDF, JPEG or PNG file, or it is damaged. Choose another file.")
            raise ValidationError(text, params={"name": upload.name})
        return Scan(content=content, kind=kind)
