"""The forms of users in the admin: who they are, and their roles in plain words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from papyrus_site import administrators
from papyrus_site.roles import DUTIES, Role, roles_of

ROLES_LABEL = _("roles")


class RolesField(forms.TypedMultipleChoiceField):
    """A box for each role."""

    def __init__(self) -> None:
        super().__init__(
            choices=[(role.value, words) for role, words in DUTIES.items()],
            coerce=Role,
            required=False,
            label=ROLES_LABEL,
            help_text=_("Several add up. Without any the user can sign in and do nothing."),
            widget=forms.CheckboxSelectMultiple,
        )


class NewUserForm(AdminUserCreationForm[User]):
    roles = RolesField()


class UserForm(UserChangeForm[User]):
    roles = RolesField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["roles"] = sorted(roles_of(self.instance))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        stays = cleaned.get("is_active") and (
            self.instance.is_superuser or Role.ADMINISTRATOR in cleaned.get("roles", ())
        )
        if not stays and administrators.is_last_administrator(self.instance):
            raise ValidationError(
                _("%(name)s is the last administrator. Make somebody else administrator first."),
                params={"name": self.instance.get_username()},
            )
        return cleaned
