"""Accounts and their roles, recorded. They are Django's, so they are recorded here."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from history.recording import recorded


# No password, and not when somebody was last here.
@recorded(
    table="user_changes",
    title=("username",),
    fields=("username", "last_name", "first_name", "email", "is_active", "is_staff", "is_superuser"),
    shown_on=(("auth.user", "id"),),
    app_label="history",
)
class Account(User):
    class Meta:
        verbose_name = _("user")
        proxy = True
        default_permissions: ClassVar = ()


@recorded(
    table="user_role_changes",
    title=("user",),
    fields=("user", "group"),
    shown_on=(("auth.user", "user"),),
    app_label="history",
)
class Membership(User.groups.through):  # type: ignore[misc, name-defined]
    class Meta:
        verbose_name = _("role of a user")
        proxy = True
        default_permissions: ClassVar = ()
