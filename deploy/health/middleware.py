"""The probes' way past the rest of the product."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, ResolverMatch, get_resolver


class ProbeMiddleware:
    """Answer deploy's addresses at once: no host check, session or sign-in.

    A load balancer probes by IP address and in plain HTTP, and whoever watches the service comes by whatever
    name the load balancer has today; neither can satisfy ALLOWED_HOSTS. Stands before whatever asks for the host;
    SECURE_REDIRECT_EXEMPT spares the probes the redirect to https.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response
        self._resolver = get_resolver("deploy.health.urls")
        # Imported now, so that the first probe of a new worker is as quick as the others.
        _ = self._resolver.url_patterns

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        match = self._match(request.path_info)
        if match is None:
            return self._get_response(request)
        request.resolver_match = match
        return _finished(match.func(request), method=request.method)

    def _match(self, path: str) -> ResolverMatch | None:
        with suppress(Resolver404):
            return self._resolver.resolve(path)
        return None


def _finished(response: HttpResponse, *, method: str | None) -> HttpResponse:
    # What CommonMiddleware and the HTTP server do for other answers.
    response.headers["Content-Length"] = str(len(response.content))
    if method == "HEAD":
        response.content = b""
    return response
