"""Which account at the provider is whose: an administrator may move one to a user who was here before."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.auth.models import User
from django.http import HttpRequest

from papyrus_site.sign_in.models import Identity


class UserSelect(AutocompleteSelect):
    """Django's list that is completed while one types, but it does not look for what can be nobody's key."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        typed = str(super().value_from_datadict(data, files, name) or "")
        return typed if typed.isdecimal() else ""


@admin.register(Identity)
class IdentityAdmin(admin.ModelAdmin[Identity]):
    list_display = ("user", "subject", "issuer")
    search_fields = ("user__username", "user__email", "subject")
    list_select_related = ("user",)
    readonly_fields = ("issuer", "subject")
    autocomplete_fields = ("user",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """An account becomes known by its first sign-in, and only its owner knows that it is theirs."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Identity | None = None) -> bool:
        is_above = obj is not None and obj.user.is_superuser and not request.user.is_superuser
        return super().has_change_permission(request, obj) and not is_above

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        # Whoever moved their own account to a superuser would be one.
        if not request.user.is_superuser:
            kwargs["queryset"] = User.objects.filter(is_superuser=False)
        kwargs["widget"] = UserSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Identity | None = None) -> bool:
        """Its owner would come in as somebody new."""
        return False
