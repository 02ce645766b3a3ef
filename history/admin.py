"""What the admin pages of recorded models have in common."""

from __future__ import annotations

from typing import Any, TypeVar

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from history import pages, selectors
from history.selectors import Wanted

Row = TypeVar("Row", bound=Model)


class RecordedAdmin(admin.ModelAdmin[Row]):
    """Shows the recorded history of an object in place of the admin's own log, also when the object is gone."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        found = self.get_object(request, unquote(object_id))
        if not self.has_view_or_change_permission(request, found):
            raise PermissionDenied
        label = self.opts.label_lower
        key = unquote(object_id) if found is None else str(found.pk)
        listed = pages.listed(request, Wanted(kinds=selectors.kinds_shown_on(label), page=(label, key)))
        if found is None and not listed["entries"]:
            # Django's own answer to an object that is not there.
            return super().history_view(request, object_id, extra_context)
        title = _("Change history: %(name)s") % {"name": found or key}
        context = {**self.admin_site.each_context(request), **listed, **self._names(), "title": title, "object": found}
        return TemplateResponse(request, "history/object_history.html", context | (extra_context or {}))

    def _names(self) -> dict[str, Any]:
        return {
            "opts": self.opts,
            "module_name": capfirst(str(self.opts.verbose_name_plural)),
            "main_kind": capfirst(str(self.opts.verbose_name)),
        }
