"""What a session has to bear at every request: its limits, the provider's word, and the lack of one."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import auth
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from papyrus_site.sign_in import grants, renewal
from papyrus_site.sign_in.models import Grant
from papyrus_site.sign_in.refusals import Refusal, SignInRefused, refused
from papyrus_site.sign_in.renewal import Standing
from papyrus_site.sign_in.sessions import SIGNED_IN_AT

GRANT = "grant"
# They lead to the provider or back from it, or only away.
UNASKED = {"login", "provider", "oidc_callback", "logout"}


class SessionLimitsMiddleware:
    """End sessions SESSION_LIMIT seconds after their sign-in, and keep those in use from ending by idleness."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> None:
        session: Any = request.session
        if SESSION_KEY not in session:
            return
        if time.time() - session.get(SIGNED_IN_AT, 0) >= settings.SESSION_LIMIT:
            auth.logout(request)
        else:
            session.touch()


class RenewalMiddleware:
    """Let nobody go on with roles that the provider was not asked for within OIDC_RENEWAL_SECONDS and a half.

    Behind the session's back where there is a refresh token, else through the browser, which only the opening of a
    page survives: other requests go on for that half, and are then answered as if nobody were signed in. The session
    stays, so that what was typed can be sent again after the next sign-in.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if settings.PROVIDER is None:
            raise MiddlewareNotUsed
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        match = request.resolver_match
        if GRANT not in request.session or (match and match.url_name in UNASKED):
            return None
        now = timezone.now()
        grant = Grant.objects.filter(pk=request.session[GRANT]).first()
        if grant and not grants.is_due(grant, now=now):
            return None
        standing = renewal.renew(grant.pk, now=now) if grant else Standing.ENDED
        if standing is Standing.GOOD:
            return None
        if standing is Standing.ENDED or grant is None:
            auth.logout(request)
            return None
        return _without_renewal(request, standing, is_over=grants.is_over(grant, now=now))


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Lead those who open a page to the sign-in. Whatever was sent is not: it would be gone after it."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        if request.method in ("GET", "HEAD") and not request.headers.get("HX-Request"):
            return super().handle_no_permission(request, view_func)
        return render(request, "sign_in/not_sent.html", status=401)


def _without_renewal(request: HttpRequest, standing: Standing, *, is_over: bool) -> HttpResponse | None:
    if standing is Standing.NEEDS_BROWSER and _opens_a_page(request):
        return HttpResponseRedirect(begin_url(next_url=request.get_full_path(), prompt="none"))
    if not is_over:
        return None
    if _opens_a_page(request):
        return refused(request, SignInRefused(Refusal.UNREACHABLE, "renewal"), again=request.get_full_path())
    request.user = AnonymousUser()
    return None


def begin_url(*, next_url: str, prompt: str = "") -> str:
    """Return our address that sends a browser to the provider and, once it is back, to `next_url`."""
    return f"{reverse('provider')}?{urlencode({'next': next_url} | ({'prompt': prompt} if prompt else {}))}"


def _opens_a_page(request: HttpRequest) -> bool:
    if request.method != "GET" or request.headers.get("HX-Request"):
        return False
    shown_as = request.headers.get("Sec-Fetch-Dest")
    return shown_as == "document" if shown_as else "text/html" in request.headers.get("Accept", "")
