"""The admin for those whose role works there, whatever Django's box for staff says."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, TypeVar, cast

from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from catalog import attention
from history import pages
from papyrus_site import roles

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
# In this order in menus.
APPLICATIONS = {"catalog": 0, "invoices": 1}
# People sign in and out, and change their passwords, where everybody does.
LEFT_OUT = ("logout", "password_change", "password_change_done")


class RoleSite(AdminSite):
    """An admin that answers GET, HEAD and POST to those with a role in it and refuses the rest."""

    site_header = site_title = _("Papyrus Invoice settings")
    index_title = _("Product master and settings")
    index_template = "admin_start.html"

    def has_permission(self, request: HttpRequest) -> bool:
        return roles.may_open_admin(request.user)

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        answered = super().admin_view(require_http_methods(["GET", "HEAD", "POST"])(view), cacheable)

        def refusing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            # Django would lead to the page for signing in, where somebody is who has signed in.
            if not self.has_permission(request):
                raise PermissionDenied
            return answered(request, *args, **kwargs)

        return cast(View, update_wrapper(refusing, answered))

    def get_urls(self) -> list[Any]:
        changes = path("changes/", self.admin_view(self.changes), name="changes")
        return [changes, *(each for each in super().get_urls() if getattr(each, "name", None) not in LEFT_OUT)]

    def changes(self, request: HttpRequest) -> HttpResponseBase:
        """Every change of what the user may view."""
        return pages.all_changes(request, site=self)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The applications, what staff work in before what administrators set up, and the history."""
        listed = super().get_app_list(request, app_label)
        ordered = sorted(listed, key=lambda each: APPLICATIONS.get(each["app_label"], len(APPLICATIONS)))
        return ordered if app_label else [*ordered, *_history_entry()]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The start page, with what needs attention."""
        matters = attention.matters(request.user, now=timezone.localtime())
        return super().index(request, {"matters": matters, **(extra_context or {})})

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Lead to the one page for signing in."""
        return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME, reverse("admin:index")))


def _history_entry() -> list[dict[str, Any]]:
    """The change history as an application of the index, which it is not."""
    address, name = reverse("admin:changes"), _("Change history")
    entry = {"name": _("All changes"), "object_name": "Change", "admin_url": address, "view_only": True, "perms": {}}
    return [{"name": name, "app_label": "history", "app_url": address, "has_module_perms": True, "models": [entry]}]
