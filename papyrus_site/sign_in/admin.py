"""Which account at the provider is whose: an administrator may move one to a user who was here before."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from papyrus_site.sign_in.models import Identity


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

    def has_delete_permission(self, request: HttpRequest, obj: Identity | None = None) -> bool:
        """Its owner would come in as somebody new."""
        return False
