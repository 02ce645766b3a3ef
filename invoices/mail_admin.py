"""The texts that notes are sent with, in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from history.editing import SharedAdmin
from invoices.domain.errors import DomainError
from invoices.domain.letter import NAMES, require_known_names
from invoices.fields import PrintedTextField
from invoices.messages import worded
from invoices.models import MailTemplate

_NAMED = " ".join(f"{{{name}}}" for name in NAMES)


class MailTemplateForm(forms.ModelForm[MailTemplate]):
    mail_subject = PrintedTextField(label=_("mail's subject"), max_length=200)
    body = PrintedTextField(
        label=_("mail's text"),
        max_length=4000,
        max_lines=200,
        help_text=_("These names are replaced by facts of the document: %(names)s") % {"names": _NAMED},
    )

    class Meta:
        model = MailTemplate
        fields = ("mail_subject", "body")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Who may only look is shown no fields.
        if "body" in self.fields:
            self.fields["body"].widget.attrs.update({"rows": 16, "cols": 80})

    def clean_mail_subject(self) -> str:
        return _checked(self.cleaned_data["mail_subject"])

    def clean_body(self) -> str:
        return _checked(self.cleaned_data["body"])


@admin.register(MailTemplate)
class MailTemplateAdmin(SharedAdmin[MailTemplate]):
    form = MailTemplateForm
    list_display = ("__str__", "mail_subject", "updated_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: MailTemplate | None = None) -> bool:
        return False


def _checked(template: str) -> str:
    try:
        require_known_names(template)
    except DomainError as error:
        raise ValidationError(worded(error)) from None
    return template
