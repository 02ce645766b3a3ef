"""What the provider says about itself at /.well-known/openid-configuration (OpenID Connect Discovery 1.0).

Asked at the first sign-in and not at the start: a provider that is down must not keep the service from starting, nor
those who are signed in from working.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import Any

import requests
from django.conf import settings

from papyrus_site.sign_in.configuration import Provider, in_use
from papyrus_site.sign_in.refusals import Refusal, SignInRefused

logger = logging.getLogger("papyrus")

KEPT_SECONDS = 3600
OFFLINE = "offline_access"


@dataclass(frozen=True, kw_only=True)
class Endpoints:
    """The provider's addresses; `issuer` as tokens name it, `end_session` empty where there is none.

    `uses_basic` says that the client's secret goes into a header, and not into the form as Auth0 has it by default.
    """

    issuer: str
    authorization: str
    token: str
    userinfo: str
    jwks: str
    end_session: str
    scopes: str
    uses_basic: bool


_lock = threading.Lock()
# By issuer.
_found: dict[str, tuple[float, Endpoints]] = {}


def endpoints() -> Endpoints:
    """Return the provider's addresses, read within the last hour, or longer ago while it does not answer.

    Raises SignInRefused when the provider does not answer, or answers something else, and never did otherwise.
    """
    provider = in_use()
    with _lock:
        read_at, known = _found.get(provider.issuer, (float("-inf"), None))
        if known and time.monotonic() - read_at < KEPT_SECONDS:
            return known
        try:
            known = _read(provider)
        except SignInRefused:
            if known is None:
                raise
            logger.warning("sign_in.discovery_failed")
        # Also after a failure: the next requests shall not wait for the same silence.
        _found[provider.issuer] = (time.monotonic(), known)
        return known


def confirmed() -> Endpoints:
    """Return the provider's addresses as it announces them now. Raises SignInRefused when it does not answer."""
    found = _read(in_use())
    with _lock:
        _found[in_use().issuer] = (time.monotonic(), found)
    return found


def forget() -> None:
    """Ask anew at the next sign-in."""
    _found.clear()


def _read(provider: Provider) -> Endpoints:
    try:
        answer = requests.get(f"{provider.issuer}/.well-known/openid-configuration", timeout=settings.OIDC_TIMEOUT)
        answer.raise_for_status()
        return _endpoints(answer.json(), provider)
    except requests.RequestException as error:
        raise SignInRefused(Refusal.UNREACHABLE, f"discovery, {type(error).__name__}") from None
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise SignInRefused(Refusal.NOT_OUR_CLIENT, f"discovery, {error}") from None


def _endpoints(document: dict[str, Any], provider: Provider) -> Endpoints:
    # Auth0's issuer ends with a slash, which its domain lacks.
    if str(document["issuer"]).rstrip("/") != provider.issuer:
        raise ValueError("another issuer than AUTH0_DOMAIN names")
    return Endpoints(
        issuer=str(document["issuer"]),
        authorization=_address(document["authorization_endpoint"], provider),
        token=_address(document["token_endpoint"], provider),
        userinfo=_address(document["userinfo_endpoint"], provider),
        jwks=_address(document["jwks_uri"], provider),
        end_session=_address(document["end_session_endpoint"], provider) if "end_session_endpoint" in document else "",
        scopes=_scopes(document.get("scopes_supported")),
        uses_basic="client_secret_post" not in document.get("token_endpoint_auth_methods_supported", ()),
    )


def _address(found: object, provider: Provider) -> str:
    if not str(found).startswith(("https://", "http://") if provider.is_plain else "https://"):
        raise ValueError("an address without TLS")
    return str(found)


def _scopes(supported: object) -> str:
    """With offline access, which brings a refresh token, unless the provider says it has none."""
    offered = not isinstance(supported, list) or OFFLINE in supported
    return " ".join(["openid", "profile", "email", *([OFFLINE] if offered else [])])
