"""What is used is not deleted: a sentence says so, and what to do instead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import PROTECT, Exists, ForeignObjectRel, Model, OuterRef, Q, QuerySet
from django.db.models.deletion import ProtectedError
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _

Row = TypeVar("Row", bound=Model)
NAMED = 5


def used_among(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Narrow `rows` to those that others refer to and that therefore cannot be deleted."""
    used = Q()
    # Hidden ones, too: those that cannot be followed from here.
    for relation in rows.model._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel) and relation.on_delete is PROTECT:
            users = relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
            used |= Q(Exists(users))
    return rows.filter(used) if used else rows.none()


class KeptWhenUsed(admin.ModelAdmin[Row]):
    """Deletes only what nothing refers to. `instead` says what to do with the rest."""

    instead: str | Promise
    delete_confirmation_template = "history/delete_confirmation.html"
    delete_selected_confirmation_template = "history/delete_selected_confirmation.html"

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        rows = (
            objs if isinstance(objs, QuerySet) else self.model._default_manager.filter(pk__in=[row.pk for row in objs])
        )
        used = list(used_among(rows).order_by("pk")[: NAMED + 1])
        return ([], {}, set(), self._refusals(used)) if used else super().get_deleted_objects(objs, request)

    def _refusals(self, used: Iterable[Row]) -> list[str]:
        named = [_("“%(row)s” is used and cannot be deleted.") % {"row": row} for row in used]
        more = [_("There are more of these.")] if len(named) > NAMED else []
        return [*named[:NAMED], *more, str(self.instead)]

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        try:
            return super().delete_view(request, object_id, extra_context)
        except ProtectedError as error:  # used since the page was asked for
            return self._refused(request, error)

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any) -> Any:
        if request.POST.get("action") != "delete_selected":
            return super().response_action(request, queryset, *args, **kwargs)
        try:
            with transaction.atomic():
                return super().response_action(request, queryset, *args, **kwargs)
        except ProtectedError as error:
            return self._refused(request, error)

    def _refused(self, request: HttpRequest, error: ProtectedError) -> HttpResponseRedirect:
        messages.error(request, _("Nothing was deleted: it is used. %(instead)s") % {"instead": self.instead})
        return HttpResponseRedirect(request.get_full_path())
