"""Everything that writes users of a provider."""

from __future__ import annotations

import logging

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from papyrus_site import roles
from papyrus_site.roles import Role
from papyrus_site.sign_in import claims as claimed
from papyrus_site.sign_in.claims import Claims
from papyrus_site.sign_in.configuration import in_use
from papyrus_site.sign_in.models import Identity
from papyrus_site.sign_in.refusals import Refusal, SignInRefused

logger = logging.getLogger("papyrus")

ATTEMPTS = 3
ROOM_FOR_NUMBER = 6


def admit(*, issuer: str, claims: Claims) -> Identity:
    """Return the identity that `claims` are about, made with a new user when it is not known, and up to date.

    An existing user is never found by name or e-mail address; an administrator moves an identity to another user.
    Raises SignInRefused when the identifier is unsound, the address is not verified or the user is not active.
    """
    if not claimed.subject(claims):
        raise SignInRefused(Refusal.BAD_TOKEN, "unsound subject")
    if not claimed.verified_email(claims):
        raise SignInRefused(Refusal.UNVERIFIED)
    identity = _identity(issuer=issuer, claims=claims)
    if not identity.user.is_active:
        raise SignInRefused(Refusal.INACTIVE)
    _update(identity.user, claims)
    return identity


def _identity(*, issuer: str, claims: Claims) -> Identity:
    key = {"issuer": issuer, "subject": claimed.subject(claims)}
    for attempt in range(ATTEMPTS):
        if found := Identity.objects.select_related("user").filter(**key).first():
            return found
        try:
            with transaction.atomic():
                return Identity.objects.create(user=User.objects.create_user(_free_name(claims)), **key)
        except IntegrityError:  # the same person, or another of that name, came in at the same moment
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def _free_name(claims: Claims) -> str:
    """Return the name to be used, with a number where somebody else has it."""
    name = claimed.username(claims)
    stem = name[: claimed.MAX_NAME - ROOM_FOR_NUMBER]
    taken = set(User.objects.filter(username__startswith=stem).values_list("username", flat=True))
    candidates = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(each for each in candidates if each not in taken)


def _update(user: User, claims: Claims) -> None:
    user.email = claimed.verified_email(claims)
    user.first_name, user.last_name = claimed.names(claims)
    user.save(update_fields=["email", "first_name", "last_name"])
    groups = claimed.groups(claims, claim=in_use().groups_claim)
    found = claimed.roles(groups, mapping=in_use().roles, known=Role)
    if unknown := len(groups) - len(found):
        logger.info("sign_in.unknown_groups", extra={"user_id": user.pk, "count": unknown})
    roles.give(user, [Role(each) for each in found])
