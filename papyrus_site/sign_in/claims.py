"""What a provider says about somebody, as we understand it. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

Claims = Mapping[str, Any]
MAX_NAME = 150
MAX_EMAIL = 254
MAX_SUBJECT = 255


def subject(claims: Claims) -> str:
    """Return the identifier, empty unless it is as OpenID Connect Core has it (2, ID Token): ASCII of 255 at most."""
    found = claims.get("sub")
    is_sound = isinstance(found, str) and found.isascii() and found.isprintable() and len(found) <= MAX_SUBJECT
    return str(found) if is_sound else ""


def verified_email(claims: Claims) -> str:
    """Return the e-mail address, empty unless the provider has verified it; the text "true" is no verification.

    What can be no address, and could not be kept, was verified by nobody.
    """
    email = claims.get("email")
    if not isinstance(email, str) or claims.get("email_verified") is not True:
        return ""
    address = email.strip()
    return address if address.isprintable() and len(address) <= MAX_EMAIL else ""


def username(claims: Claims) -> str:
    """Return what the user is to be called here: the e-mail address in lower case."""
    return unicodedata.normalize("NFKC", verified_email(claims)).lower()[:MAX_NAME]


def names(claims: Claims) -> tuple[str, str]:
    """Return given and family name; with neither, the whole name as the given one."""
    given, family, whole = (_text(claims.get(key)) for key in ("given_name", "family_name", "name"))
    return (given, family) if given or family else (whole, "")


def groups(claims: Claims, *, claim: str) -> frozenset[str]:
    """Return the groups in `claim`: a list, or a text with spaces or commas between them.

    `claim` is the very name first, since names such as https://papyrus/roles hold dots, else a path such as
    realm_access.roles.
    """
    found = claims.get(claim) if claim in claims else _at(claims, claim.split("."))
    if isinstance(found, str):
        return frozenset(filter(None, re.split(r"[\s,]+", found)))
    return frozenset(each for each in found if isinstance(each, str)) if isinstance(found, list) else frozenset()


def roles(names: Iterable[str], *, mapping: Mapping[str, str], known: Iterable[str]) -> frozenset[str]:
    """Return the roles that the groups `names` stand for: by `mapping`, or by equality where it is empty."""
    wanted = (mapping.get(name, "") if mapping else name for name in names)
    return frozenset(wanted) & frozenset(known)


def _at(claims: object, path: list[str]) -> object:
    for key in path:
        claims = claims.get(key) if isinstance(claims, Mapping) else None
    return claims


def _text(found: object) -> str:
    shown = (each for each in found if not unicodedata.category(each).startswith("C")) if isinstance(found, str) else ""
    return "".join(shown).strip()[:MAX_NAME]
