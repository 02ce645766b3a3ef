"""What every page of ours may ask for."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject


def admin_access(request: HttpRequest) -> dict[str, object]:
    """`may_open_admin`, found out only where a template asks."""
    return {"may_open_admin": SimpleLazyObject(lambda: admin.site.has_permission(request))}
