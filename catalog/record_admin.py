"""Admin pages of what services write: a record to look at, with buttons of its own."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

Record = TypeVar("Record", bound=Model)


class RecordAdmin(admin.ModelAdmin[Record]):
    """Nobody adds, changes or deletes a record by a form."""

    list_select_related = ("started_by",)
    list_per_page = 50
    show_full_result_count = False

    class Media:
        css: ClassVar = {"all": ["catalog/admin.css"]}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Record | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Record | None = None) -> bool:
        return False
