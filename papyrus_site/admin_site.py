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
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from papyrus_site import roles

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
# People sign in and out, and change their passwords, where everybody does.
LEFT_OUT = ("logout", "password_change", "password_change_done")


class RoleSite(AdminSite):
    """An admin that answers GET, HEAD and POST to those with a role in it and refuses the rest."""

    site_header = site_title = _("Papyrus Invoice settings")
    index_title = _("Product master and settings")

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
        return [each for each in super().get_urls() if getattr(each, "name", None) not in LEFT_OUT]

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Lead to the one page for signing in."""
        return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME, reverse("admin:index")))
