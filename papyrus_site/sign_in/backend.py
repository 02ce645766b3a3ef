"""mozilla-django-oidc with what it leaves open: whose token it is and for whom, and who becomes which user."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import jwt
import requests
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.core.exceptions import SuspiciousOperation
from django.utils import timezone
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from papyrus_site.sign_in import accounts, discovery, grants
from papyrus_site.sign_in.claims import Claims
from papyrus_site.sign_in.configuration import in_use
from papyrus_site.sign_in.refusals import Refusal, SignInRefused

ALGORITHM = "RS256"
REQUIRED = ["iss", "sub", "aud", "exp", "iat"]
OVERLOADED = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT)
# How far two clocks may be apart.
LEEWAY_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """What the token endpoint answered; no token stands in a representation."""

    access: str = field(repr=False)
    identity: str = field(repr=False)
    refresh: str = field(repr=False)


class ProviderBackend(OIDCAuthenticationBackend):
    """Signs in whom the provider's ID token names, and nobody by an e-mail address."""

    def get_token(self, payload: dict[str, str]) -> dict[str, Any]:
        """Ask the token endpoint. Raises SignInRefused."""
        if "redirect_uri" in payload:
            # As it was registered, whatever host and scheme this process was asked by.
            payload = payload | {"redirect_uri": in_use().callback_url}
        with _refusals():
            found: dict[str, Any] = super().get_token(payload)
            self.tokens = Tokens(
                access=str(found["access_token"]),
                identity=str(found.get("id_token") or ""),
                refresh=str(found.get("refresh_token") or ""),
            )
        return found

    def raise_token_response_error(self, response: requests.Response) -> None:
        """Raise SignInRefused, without quoting the answer, unless the token endpoint answered 200."""
        if response.status_code == HTTPStatus.OK:
            return
        if response.status_code in OVERLOADED or response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise SignInRefused(Refusal.UNREACHABLE, f"token endpoint, {response.status_code}")
        if _error_of(response) == "invalid_grant":
            raise SignInRefused(Refusal.BAD_CODE)
        raise SignInRefused(Refusal.NOT_OUR_CLIENT, f"token endpoint, {response.status_code}")

    def verify_token(self, token: str, **kwargs: Any) -> Claims:
        """Return the claims of an ID token of this sign-in, its nonce included. Raises SignInRefused."""
        with _refusals():
            payload: Claims = super().verify_token(token, **kwargs)
            return payload

    def retrieve_matching_jwk(self, token: str) -> jwt.PyJWK:
        """Return the provider's key that `token` names, or its only one (OpenID Connect Core, Signing).

        The library takes no token without a key's name. Raises PyJWKSetError when there is no such key, or more.
        """
        response = requests.get(self.OIDC_OP_JWKS_ENDPOINT, timeout=settings.OIDC_TIMEOUT)
        response.raise_for_status()
        keys = [each for each in jwt.PyJWKSet.from_dict(response.json()).keys if each.algorithm_name == ALGORITHM]
        named = jwt.get_unverified_header(token).get("kid")
        found = [each for each in keys if named in (None, each.key_id)]
        if len(found) != 1:
            raise jwt.PyJWKSetError("not one key")
        return found[0]

    def verified(self, token: str) -> Claims:
        """Return the claims of an ID token that came with a renewal, which has no nonce. Raises SignInRefused."""
        with _refusals():
            return self.get_payload_data(token, self.retrieve_matching_jwk(token))

    def get_payload_data(self, token: str, key: Any) -> Claims:
        """Check signature, algorithm, issuer, audience and times; the library checks the first two and the nonce."""
        payload: Claims = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            issuer=discovery.endpoints().issuer,
            audience=in_use().client_id,
            leeway=LEEWAY_SECONDS,
            options={"require": REQUIRED},
        )
        _check_authorized_party(payload)
        return payload

    def get_userinfo(self, access_token: str, id_token: str, payload: Claims) -> Claims:
        """Return the claims of the userinfo endpoint with those of the ID token over them. Raises SignInRefused.

        An ID token that came with a renewal may be missing: `payload` then only has the subject.
        """
        with _refusals():
            found: Claims = super().get_userinfo(access_token, id_token, payload)
            if found["sub"] != payload["sub"]:
                raise jwt.InvalidTokenError("userinfo of somebody else")
            return {**found, **payload}

    def get_or_create_user(self, access_token: str, id_token: str, payload: Claims) -> User:
        """Return the user of an identity, with the roles the provider names now, and keep the tokens."""
        claims = self.get_userinfo(access_token, id_token, payload)
        identity = accounts.admit(issuer=discovery.endpoints().issuer, claims=claims)
        grant = grants.begin(
            identity=identity, id_token=id_token, refresh_token=self.tokens.refresh, now=timezone.now()
        )
        self.request.META[grants.BEGUN] = str(grant.pk)
        return identity.user

    def get_user(self, user_id: Any) -> Any:
        """Return the user of a session, None when not active; the library would take anybody."""
        return ModelBackend.get_user(self, user_id)


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what library and network raise into SignInRefused, without the values in it."""
    try:
        yield
    except requests.RequestException as error:
        raise SignInRefused(Refusal.UNREACHABLE, type(error).__name__) from None
    except (jwt.PyJWTError, SuspiciousOperation, LookupError, TypeError, ValueError) as error:
        raise SignInRefused(Refusal.BAD_TOKEN, type(error).__name__) from None


def _error_of(response: requests.Response) -> str:
    try:
        return str(response.json().get("error"))
    except (ValueError, AttributeError):
        return ""


def _check_authorized_party(payload: Claims) -> None:
    """A token with more readers has to say that it was issued to us (OpenID Connect Core, ID Token Validation)."""
    party = payload.get("azp")
    is_needed = isinstance(payload["aud"], list) and len(payload["aud"]) > 1
    if (party is not None or is_needed) and party != in_use().client_id:
        raise jwt.InvalidAudienceError("issued to somebody else")
