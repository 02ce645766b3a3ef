"""Pages of the sign-in: by a provider, by a local account, and the way out."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth import views as local
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView, OIDCAuthenticationRequestView

from papyrus_site.sign_in import discovery, grants
from papyrus_site.sign_in.configuration import in_use
from papyrus_site.sign_in.forms import SignInForm
from papyrus_site.sign_in.middleware import GRANT, begin_url
from papyrus_site.sign_in.refusals import Refusal, SignInRefused, refused
from papyrus_site.sign_in.sessions import SessionStore

PROMPTS = ("none", "login")
SILENT = "silent_state"
NEXT = "oidc_login_next"
# What the provider answers to prompt=none when it has to ask the user something (OpenID Connect Core).
NEEDS_USER = ("login_required", "interaction_required", "account_selection_required", "consent_required")
OVERLOADED = ("server_error", "temporarily_unavailable")


@method_decorator(login_not_required, name="dispatch")
class SignInView(local.LoginView):
    """The form of local accounts; where there are none, the way to the provider."""

    form_class = SignInForm
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if settings.LOCAL_LOGIN or request.user.is_authenticated:
            return super().dispatch(request, *args, **kwargs)
        return HttpResponseRedirect(begin_url(next_url=self.get_redirect_url()))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        provider_url = begin_url(next_url=self.get_redirect_url()) if settings.PROVIDER else ""
        return super().get_context_data(**kwargs) | {"provider_url": provider_url}


class PasswordView(local.PasswordChangeView):
    """A new password, for those who have one here."""

    template_name = "sign_in/password.html"
    success_url = reverse_lazy(settings.LOGIN_REDIRECT_URL)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.LOCAL_LOGIN or not cast(User, request.user).has_usable_password():
            messages.info(request, _("Your password is kept where you sign in, not here. Change it there."))
            return redirect(settings.LOGIN_REDIRECT_URL)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, _("Your password was changed."))
        return super().form_valid(form)


@method_decorator(login_not_required, name="dispatch")
class ProviderView(OIDCAuthenticationRequestView):
    """Sends the browser to the provider, and remembers where it was to go."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if settings.PROVIDER is None:
            return redirect("login")
        try:
            response: HttpResponse = super().get(request)
        except SignInRefused as error:
            return refused(request, error, again=request.get_full_path())
        if request.GET.get("prompt") == "none":
            request.session[SILENT] = next(reversed(request.session["oidc_states"]))
        return response

    def get_extra_params(self, request: HttpRequest) -> dict[str, str]:
        """As it was registered, whatever host and scheme this process was asked by."""
        prompt = request.GET.get("prompt", "")
        return {
            "redirect_uri": in_use().callback_url,
            "scope": discovery.endpoints().scopes,
            **({"prompt": prompt} if prompt in PROMPTS else {}),
        }


@method_decorator(login_not_required, name="dispatch")
class CallbackView(OIDCAuthenticationCallbackView):
    """Takes the browser back from the provider, signed in or with a page that says why not."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if settings.PROVIDER is None:
            return redirect("login")
        next_url = request.session.get(NEXT) or "/"
        try:
            self._is_silent = self._take_silent(request)
            if error := request.GET.get("error"):
                return self._denied(request, error, next_url=next_url)
            response: HttpResponse = super().get(request)
            return response
        except SuspiciousOperation:
            return self._refuse(SignInRefused(Refusal.UNKNOWN_STATE), next_url)
        except SignInRefused as refusal:
            return self._refuse(refusal, next_url)

    def login_failure(self) -> HttpResponse:
        """The library found no sign-in under way, or half an answer."""
        raise SignInRefused(Refusal.UNKNOWN_STATE)

    def login_success(self) -> HttpResponse:
        """Begin the session of the user, or go on with it after a silent renewal."""
        was = self.request.session.get(GRANT)
        has_same_user = self.request.user == self.user
        response: HttpResponse = super().login_success()
        if has_same_user and not self._is_silent:
            self.request.session.cycle_key()
            cast(SessionStore, self.request.session).begin()
        if was:
            grants.end(was)
        self.request.session[GRANT] = self.request.META[grants.BEGUN]
        self.request.session.pop(NEXT, None)
        return response

    def _take_silent(self, request: HttpRequest) -> bool:
        silent = request.session.get(SILENT)
        if silent is None or silent != request.GET.get("state"):
            return False
        del request.session[SILENT]
        return True

    def _denied(self, request: HttpRequest, error: str, *, next_url: str) -> HttpResponse:
        """Answer an error of the provider, or of whoever made one up: nothing but a page comes of it."""
        if request.session.get("oidc_states", {}).pop(request.GET.get("state", ""), None):
            request.session.modified = True
        if self._is_silent and error in NEEDS_USER:
            return HttpResponseRedirect(begin_url(next_url=next_url))
        if error in OVERLOADED:
            raise SignInRefused(Refusal.UNREACHABLE, error)
        raise SignInRefused(Refusal.CANCELLED if error == "access_denied" else Refusal.NOT_OUR_CLIENT)

    def _refuse(self, error: SignInRefused, next_url: str) -> HttpResponse:
        # prompt=login, else a provider that still knows the user would answer the same at once.
        return refused(self.request, error, again=begin_url(next_url=next_url, prompt="login"))


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ask whether to sign out, and do so: here, and at the provider that signed the user in.

    A link alone signs nobody out, since any page may hold one.
    """
    if request.method != "POST":
        return render(request, "sign_in/sign_out.html", {"signed_out": not request.user.is_authenticated})
    grant = request.session.get(GRANT)
    auth.logout(request)
    if grant is None or settings.PROVIDER is None:
        return redirect(settings.LOGOUT_REDIRECT_URL)
    return _leave(request, id_token=grants.end(grant))


def _leave(request: HttpRequest, *, id_token: str) -> HttpResponse:
    """Lead the browser on to the provider by a page and not by a redirect, which our form may not follow (CSP)."""
    try:
        url = _end_session_url(id_token)
    except SignInRefused:
        messages.warning(request, _("You are signed out here. The sign-in service does not answer: close the browser."))
        return redirect("logout")
    response = render(request, "sign_in/leaving.html", {"url": url}, status=HTTPStatus.OK)
    response.headers["Refresh"] = f"0;url={url}"
    return response


def _end_session_url(id_token: str) -> str:
    """OpenID Connect RP-Initiated Logout 1.0; else Auth0's own logout endpoint."""
    provider = in_use()
    # Asked anew: a browser that is led to a provider that is down would end on an error page of its own.
    if address := discovery.confirmed().end_session:
        asked = {"client_id": provider.client_id, "post_logout_redirect_uri": provider.signed_out_url}
        return f"{address}?{urlencode(asked | ({'id_token_hint': id_token} if id_token else {}))}"
    asked = {"client_id": provider.client_id, "returnTo": provider.signed_out_url}
    return f"{provider.issuer}/v2/logout?{urlencode(asked)}"
