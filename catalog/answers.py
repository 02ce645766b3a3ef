"""Answers in JSON to a text somebody types, for those who may ask. Refusals are JSON too: {"error": a sentence}."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

MAX_TYPED_LENGTH = 200
READING = ("GET", "HEAD")

Answer = Callable[..., dict[str, object]]


def answers_typed(
    parameter: str, *, permission: str, beside: Sequence[str] = ()
) -> Callable[[Answer], Callable[[HttpRequest], HttpResponse]]:
    """Make a JSON view of a function that answers the text of a query parameter.

    Those `beside` it are handed on as keywords, as they came, "" when they did not.
    405 for methods other than GET and HEAD, 401 when nobody is signed in, 403 without `permission`, 400 for text that
    cannot be looked up.
    """

    def decorate(answer: Answer) -> Callable[[HttpRequest], HttpResponse]:
        # Checked here, since the middleware would send a program to the page where people sign in.
        @login_not_required
        @wraps(answer)
        def view(request: HttpRequest) -> HttpResponse:
            typed = request.GET.get(parameter, "").strip()
            refusal = _unasked(request, permission) or _unanswerable(typed)
            more = {name: request.GET.get(name, "")[:MAX_TYPED_LENGTH] for name in beside}
            return refusal or JsonResponse(answer(typed, **more))

        return view

    return decorate


def _unasked(request: HttpRequest, permission: str) -> HttpResponse | None:
    if request.method not in READING:
        message = _("%(method)s is not possible here. Use GET.") % {"method": request.method}
        return JsonResponse({"error": message}, status=405, headers={"Allow": ", ".join(READING)})
    if not request.user.is_authenticated:
        return JsonResponse({"error": _("You are not signed in. Sign in and try again.")}, status=401)
    if not request.user.has_perm(permission):
        message = _("Your account may not ask this. Ask an administrator for the role you need.")
        return JsonResponse({"error": message}, status=403)
    return None


def _unanswerable(typed: str) -> HttpResponse | None:
    if "\0" in typed:
        message = _("The text contains a NUL character. Remove it and try again.")
        return JsonResponse({"error": message}, status=400)
    if len(typed) > MAX_TYPED_LENGTH:
        message = _("The text has %(length)s characters. Enter at most %(limit)s.")
        values = {"length": len(typed), "limit": MAX_TYPED_LENGTH}
        return JsonResponse({"error": message % values}, status=400)
    return None
