"""Addresses that end in every way a request can end."""

from __future__ import annotations

import logging

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path


@login_not_required
def note(request: HttpRequest, pk: int) -> HttpResponse:
    logging.getLogger("papyrus").info("note shown", extra={"note": pk})
    return HttpResponse("a note")


@login_not_required
def failing(request: HttpRequest) -> HttpResponse:
    raise KeyError(request.GET["name"])


@login_not_required
def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("山田")


@login_not_required
def bad(request: HttpRequest) -> HttpResponse:
    raise BadRequest("山田")


@login_not_required
def posted(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def own(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    path("notes/<int:pk>/", note),
    path("failing", failing),
    path("forbidden", forbidden),
    path("bad", bad),
    path("posted", posted),
    path("own", own),
    path("login", posted, name="login"),
]
