"""What a clerk sends by mail."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from invoices.fields import MailAddressesField, PrintedTextField
from invoices.mailing import Letter


class SendForm(forms.Form):
    """To whom a note goes, and with which words. `known` counts the earlier mails that the page told of."""

    creation_key = forms.UUIDField(widget=forms.HiddenInput)
    known = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    recipients = MailAddressesField(
        label=_("To"), error_messages={"required": _("Enter the address the note goes to, as in a@example.jp.")}
    )
    mail_subject = PrintedTextField(
        label=_("Subject"), max_length=200, error_messages={"required": _("Enter the subject of the mail.")}
    )
    body = PrintedTextField(
        label=_("Text"), max_length=8000, max_lines=400, error_messages={"required": _("Enter the text of the mail.")}
    )
    again = forms.BooleanField(label=_("Send it once more"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].widget.attrs["rows"] = 14

    def letter(self) -> Letter:
        """Return what a valid form says."""
        cleaned = self.cleaned_data
        return Letter(
            recipients=cleaned["recipients"].split(", "), mail_subject=cleaned["mail_subject"], body=cleaned["body"]
        )

    def known_mails(self) -> int:
        """Return how many earlier mails the sender knows of and yet sends the note once more."""
        return int(self.cleaned_data["known"]) if self.cleaned_data["again"] else 0
