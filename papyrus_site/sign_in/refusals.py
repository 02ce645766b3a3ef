"""Why somebody is not signed in, and the page that says so."""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from papyrus_site import logs


class Refusal(StrEnum):
    """A reason, as the log says it."""

    CANCELLED = "cancelled or denied at the provider"
    UNKNOWN_STATE = "state unknown or used before"
    BAD_CODE = "code refused by the provider"
    BAD_TOKEN = "token not accepted"  # noqa: S105 - a reason
    UNVERIFIED = "e-mail address not verified"
    INACTIVE = "account not active"
    UNREACHABLE = "provider unreachable"
    NOT_OUR_CLIENT = "provider refuses this application"


class SignInRefused(Exception):
    """Somebody cannot be signed in; `detail` says more to the log and holds no personal data."""

    def __init__(self, refusal: Refusal, detail: str = "") -> None:
        super().__init__(f"{refusal}: {detail}" if detail else str(refusal))
        self.refusal = refusal


STATUS = {
    Refusal.CANCELLED: HTTPStatus.FORBIDDEN,
    Refusal.UNKNOWN_STATE: HTTPStatus.BAD_REQUEST,
    Refusal.BAD_CODE: HTTPStatus.BAD_REQUEST,
    Refusal.BAD_TOKEN: HTTPStatus.BAD_REQUEST,
    Refusal.UNVERIFIED: HTTPStatus.FORBIDDEN,
    Refusal.INACTIVE: HTTPStatus.FORBIDDEN,
    Refusal.UNREACHABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    Refusal.NOT_OUR_CLIENT: HTTPStatus.BAD_GATEWAY,
}
EXPIRED = (
    _("This sign-in has expired."),
    _("It was begun too long ago or in another browser, or it was used already. Sign in again."),
)
WORDING: dict[Refusal, tuple[Promise | str, Promise | str]] = {
    Refusal.CANCELLED: (
        _("You were not signed in."),
        _("The sign-in service did not confirm you. Sign in again, or ask your administrator for access."),
    ),
    Refusal.UNKNOWN_STATE: EXPIRED,
    Refusal.BAD_CODE: EXPIRED,
    Refusal.BAD_TOKEN: (
        _("The answer of the sign-in service was not accepted."),
        _("It does not prove who you are. Sign in again; if it happens again, tell your administrator the time."),
    ),
    Refusal.UNVERIFIED: (
        _("Your e-mail address is not confirmed."),
        _("Open the mail that the sign-in service sent you, confirm the address, and sign in again."),
    ),
    Refusal.INACTIVE: (
        _("Your account is switched off here."),
        _("Ask your administrator, or sign in with another account."),
    ),
    Refusal.UNREACHABLE: (
        _("The sign-in service does not answer."),
        _("Nothing you saved is lost. Try again in a moment; if it lasts, tell your administrator."),
    ),
    Refusal.NOT_OUR_CLIENT: (
        _("The sign-in service refuses this application."),
        _("Tell your administrator; the server's log names the reason."),
    ),
}


def refused(request: HttpRequest, error: SignInRefused, *, again: str) -> HttpResponse:
    """Return the page about `error`, with a way to try again, and leave the reason for the request's log line."""
    request.META[logs.REASON] = f"sign-in: {error}"
    heading, message = WORDING[error.refusal]
    context = {"status": STATUS[error.refusal].value, "heading": heading, "message": message, "again": again}
    response = render(request, "sign_in/refused.html", context, status=STATUS[error.refusal])
    if error.refusal is Refusal.UNREACHABLE:
        response.headers["Retry-After"] = "30"
    return response
