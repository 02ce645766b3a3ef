"""Asking the provider again, behind a session's back, which roles its user has."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from enum import Enum, auto
from uuid import UUID

from django.db import OperationalError, transaction

from papyrus_site.sign_in import accounts, grants
from papyrus_site.sign_in.backend import ProviderBackend
from papyrus_site.sign_in.configuration import in_use
from papyrus_site.sign_in.models import Grant
from papyrus_site.sign_in.refusals import Refusal, SignInRefused

logger = logging.getLogger("papyrus")

# A provider that does not answer is not asked by every request.
PAUSE = timedelta(seconds=20)


class Standing(Enum):
    """What a renewal came to."""

    GOOD = auto()
    NEEDS_BROWSER = auto()
    ENDED = auto()
    UNREACHABLE = auto()


def renew(grant_id: UUID, *, now: datetime) -> Standing:
    """Ask the provider for the roles of a session's user, and set them. Of requests at once only one asks."""
    try:
        with transaction.atomic():
            # Held while the provider answers, which OIDC_TIMEOUT bounds: a refresh token must not be used twice, and
            # nobody but requests of this one session waits for this row.
            found = Grant.objects.select_for_update().filter(pk=grant_id).first()
            return _renewed(found, now=now) if found else Standing.ENDED
    except OperationalError:  # another request has waited for the provider longer than the lock may be waited for
        return Standing.UNREACHABLE


def _renewed(grant: Grant, *, now: datetime) -> Standing:
    if not grants.is_due(grant, now=now):
        return Standing.GOOD
    if not grant.refresh_token:
        return Standing.NEEDS_BROWSER
    if grant.tried_at > grant.renewed_at and now - grant.tried_at < PAUSE:
        return Standing.UNREACHABLE
    try:
        _ask(grant)
    except SignInRefused as error:
        return _failed(grant, error, now=now)
    grant.renewed_at = grant.tried_at = now
    grant.save()
    return Standing.GOOD


def _ask(grant: Grant) -> None:
    backend = ProviderBackend()
    backend.get_token(
        {
            "grant_type": "refresh_token",
            "refresh_token": grant.refresh_token,
            "client_id": in_use().client_id,
            "client_secret": in_use().client_secret,
        }
    )
    tokens = backend.tokens
    payload = backend.verified(tokens.identity) if tokens.identity else {"sub": grant.identity.subject}
    if payload["sub"] != grant.identity.subject:
        raise SignInRefused(Refusal.BAD_TOKEN, "renewed for somebody else")
    claims = backend.get_userinfo(tokens.access, tokens.identity, payload)
    accounts.admit(issuer=grant.identity.issuer, claims=claims)
    grant.refresh_token = tokens.refresh or grant.refresh_token
    grant.id_token = tokens.identity or grant.id_token


def _failed(grant: Grant, error: SignInRefused, *, now: datetime) -> Standing:
    logger.warning("sign_in.renewal_failed", extra={"reason": str(error), "user_id": grant.identity.user_id})
    if error.refusal in (Refusal.UNREACHABLE, Refusal.NOT_OUR_CLIENT):
        grant.tried_at = now
        grant.save(update_fields=["tried_at"])
        return Standing.UNREACHABLE
    grant.delete()
    return Standing.ENDED
