"""What surrounds every request of the product: its id, its log line, headers, and a page for a refused method."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import pghistory
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.views.defaults import bad_request
from pghistory.middleware import HistoryMiddleware

from invoices import origin
from papyrus_site import logs
from papyrus_site.answer_headers import ANSWER_HEADERS
from papyrus_site.sign_in.lockout import client_address

logger = logging.getLogger("papyrus")

SAFE_ID = r"[A-Za-z0-9=;:._-]{1,128}"
TRACE_ROOT = re.compile(r"(?:^|;)\s*Root=([A-Za-z0-9:._-]{1,128})\s*(?:;|$)")


class RequestLogMiddleware:
    """Give each request an id, echo it in X-Request-Id, and write one line once it is answered.

    Stands first, so that refused and failed requests and the health probes have their line too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        identity = request_id_of(request)
        remembered = logs.request_id.set(identity)
        request.META |= {origin.REQUEST_ID: identity, origin.ADDRESS: client_address(request)}
        status = 500  # stays when not even the error page could be made
        try:
            response = self._get_response(request)
            response.headers["X-Request-Id"] = identity
            status = response.status_code
            return response
        finally:
            milliseconds = round((time.perf_counter() - started) * 1000, 1)
            logger.info("request", extra=_fields(request, status=status, milliseconds=milliseconds))
            logs.request_id.reset(remembered)


class AnswerHeadersMiddleware:
    """Add ANSWER_HEADERS. Stands before whatever may refuse a request, the redirect to HTTPS included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        for name, value in ANSWER_HEADERS.items():
            response.headers.setdefault(name, value)
        return response


class RefusedMethodMiddleware:
    """Put a page into a 405, which Django answers empty and a browser shows as an error of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            response.content = render_to_string("405.html", request=request)
        return response


class RecordedRequestMiddleware(HistoryMiddleware):
    """Tell the database who changes something and in which request, for the change history."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        return {"request": logs.request_id.get()}

    def process_view(self, request: HttpRequest, *_: object) -> None:
        # Not earlier: an address that leads to no view asks for nobody.
        pghistory.context(user=request.user.pk)


class UnstorableTextMiddleware:
    """Answer 400 where a NUL, which no text in PostgreSQL has, got past forms and views: the addresses of the admin."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DataError | ValueError) or "NUL (0x00)" not in str(error):
            return None
        request.META[logs.REASON] = "NUL"
        return bad_request(request, error)


def request_id_of(request: HttpRequest) -> str:
    """Return the load balancer's trace id, else the caller's id if it has a safe form, else a new one."""
    if root := TRACE_ROOT.search(request.headers.get("X-Amzn-Trace-Id", "")):
        return root[1]
    given = request.headers.get("X-Request-Id", "")
    return given if re.fullmatch(SAFE_ID, given) else uuid.uuid4().hex


def _fields(request: HttpRequest, *, status: int, milliseconds: float) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "route": logs.route_of(request),
        "method": request.method,
        "status": status,
        "ms": milliseconds,
    }
    # Only a user somebody else has asked for: `request.user` would query the database for the log's sake.
    user = getattr(request, "_cached_user", None)
    if user is not None and user.is_authenticated:
        fields["user_id"] = user.pk
    if reason := request.META.get(logs.REASON):
        fields["reason"] = reason
    return fields
