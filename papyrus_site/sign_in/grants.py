"""Tokens of sessions: kept, judged, and given up."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from papyrus_site.sign_in.configuration import in_use
from papyrus_site.sign_in.models import Grant, Identity

# Under this key of request.META a sign-in leaves its grant until the session that it is for exists.
BEGUN = "papyrus.grant"


def begin(*, identity: Identity, id_token: str, refresh_token: str, now: datetime) -> Grant:
    """Keep the tokens of a new session, and forget those of sessions that must have ended."""
    Grant.objects.filter(begun_at__lt=now - timedelta(seconds=settings.SESSION_LIMIT)).delete()
    return Grant.objects.create(
        identity=identity, begun_at=now, renewed_at=now, tried_at=now, id_token=id_token, refresh_token=refresh_token
    )


def end(grant_id: str) -> str:
    """Forget a session's tokens. Return its ID token, empty when there was none."""
    found = Grant.objects.filter(pk=grant_id).first()
    if found is None:
        return ""
    found.delete()
    return found.id_token


def is_due(grant: Grant, *, now: datetime) -> bool:
    """Whether the roles have to be asked for anew."""
    return now - grant.renewed_at >= timedelta(seconds=in_use().renewal_seconds)


def is_over(grant: Grant, *, now: datetime) -> bool:
    """Whether the roles are too old to go on with while the provider cannot be asked."""
    return now - grant.renewed_at >= timedelta(seconds=in_use().limit_seconds)
