"""Where mail goes: to a server that is named, or on a developer's machine into a folder."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email


class Security(StrEnum):
    """How the server is spoken to: encrypted after a greeting, from the first byte, or not."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """What settings need to know. Without a server mail is written into files, but not where people work."""

    is_on: bool
    backend: str
    security: Security


def configured(*, host: str, sender: str, user: str, security: str, is_production: bool) -> MailServer:
    """Return where mail goes.

    Raises ImproperlyConfigured when a server is named without a sender's address, with a word for its security that is
    none, or with a password that would cross the network in the clear.
    """
    if security not in list(Security):
        raise ImproperlyConfigured(f"Set MAIL_SECURITY to one of {', '.join(Security)}; it is “{security}”")
    if not host:
        backend = "dummy" if is_production else "filebased"
        return MailServer(is_on=not is_production, backend=_path(backend), security=Security(security))
    try:
        validate_email(sender)
    except ValidationError:
        raise ImproperlyConfigured(
            f"Set MAIL_FROM to the sender's address, as in a@example.jp; it is “{sender}”"
        ) from None
    if user and security == Security.NONE:
        raise ImproperlyConfigured(
            "Set MAIL_SECURITY to starttls or tls: with none, MAIL_PASSWORD is sent in the clear"
        )
    return MailServer(is_on=True, backend=_path("smtp"), security=Security(security))


def _path(backend: str) -> str:
    return f"django.core.mail.backends.{backend}.EmailBackend"
