"""What somebody sees who may not."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token

from papyrus_site.roles import roles_of

READABLE = ["text/html", "application/json"]


@requires_csrf_token
def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403: in JSON to who prefers that, and to a user without a role a page that says whom to ask."""
    has_role = request.user.is_superuser or bool(roles_of(request.user))
    if request.get_preferred_type(READABLE) == "application/json":
        return JsonResponse({"error": _refusal(has_role)}, status=403)
    context = {"contact": settings.CONTACT}
    return render(request, "403.html" if has_role else "no_role.html", context, status=403)


def _refusal(has_role: bool) -> str:
    if has_role:
        return _("Your account may not do this. Ask an administrator for the role you need.")
    return _("Your account has no role here yet. Ask an administrator for one.")
