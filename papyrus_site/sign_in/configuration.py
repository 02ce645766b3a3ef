"""Which provider signs users in, from the environment. Whatever is half-said stops the start with a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

CALLBACK_PATH = "/callback"
GROUPS_CLAIM = "https://papyrus/roles"
RENEWAL_SECONDS = 600
# What the provider took away is gone here after this time, whatever happens.
MOST_SECONDS = 900
LOOPBACK = ("127.0.0.1", "localhost", "::1")
# The process starts only after this.
TIMEOUTS = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 2, "mode": "standard"})


@dataclass(frozen=True, kw_only=True)
class Provider:
    """An OpenID Connect provider and what it knows this application as; the secret is in no representation.

    `issuer` has no slash at its end. `roles` says which role a group of the provider's stands for; when it is empty,
    groups are called as roles are. After `renewal_seconds` the roles are asked for anew.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    callback_url: str
    groups_claim: str = GROUPS_CLAIM
    roles: Mapping[str, str] = field(default_factory=dict)
    renewal_seconds: int = RENEWAL_SECONDS

    @property
    def limit_seconds(self) -> float:
        """How old roles may be while the provider cannot be asked."""
        return min(MOST_SECONDS, self.renewal_seconds * 1.5)

    @property
    def is_plain(self) -> bool:
        """Whether the provider may be spoken to without TLS, as on a development machine."""
        return self.issuer.startswith("http:")

    @property
    def signed_out_url(self) -> str:
        """Our page to which the provider sends users back after it signed them out."""
        return self.callback_url.removesuffix(CALLBACK_PATH) + "/logout"


def in_use() -> Provider:
    """Return the provider of this process. Raises ImproperlyConfigured where users sign in by local accounts only."""
    found: Provider | None = settings.PROVIDER
    if found is None:
        raise ImproperlyConfigured("No provider signs users in here. Set the AUTH0_ variables.")
    return found


def provider(environ: Mapping[str, str], *, https: bool) -> Provider | None:
    """Return the provider that `environ` names; None when it names none at all.

    Raises ImproperlyConfigured when a part is missing, malformed, or the callback address cannot be read from SSM.
    """
    given = _given(environ)
    parameter = environ.get("AUTH0_CALLBACK_URL_SSM", "").strip()
    if not parameter and not any(given.values()):
        return None
    _require_all(given, parameter=parameter)
    return Provider(
        issuer=_issuer(given["AUTH0_DOMAIN"], https=https),
        client_id=given["AUTH0_CLIENT_ID"],
        client_secret=given["AUTH0_CLIENT_SECRET"],
        callback_url=_callback_url(given["AUTH0_CALLBACK_URL"] or _read(parameter), https=https),
        groups_claim=environ.get("OIDC_GROUPS_CLAIM", "").strip() or GROUPS_CLAIM,
        roles=_roles(environ.get("OIDC_ROLES", "")),
        renewal_seconds=_renewal_seconds(environ.get("OIDC_RENEWAL_SECONDS", "").strip() or str(RENEWAL_SECONDS)),
    )


def _given(environ: Mapping[str, str]) -> dict[str, str]:
    return {
        "AUTH0_DOMAIN": environ.get("AUTH0_DOMAIN", "").strip(),
        "AUTH0_CLIENT_ID": environ.get("AUTH0_CLIENT_ID", "").strip(),
        "AUTH0_CLIENT_SECRET": environ.get("AUTH0_CLIENT_SECRET", "").strip(),
        "AUTH0_CALLBACK_URL": environ.get("AUTH0_CALLBACK_URL", "").strip(),
    }


def _require_all(given: Mapping[str, str], *, parameter: str) -> None:
    if given["AUTH0_CALLBACK_URL"] and parameter:
        raise ImproperlyConfigured("AUTH0_CALLBACK_URL and AUTH0_CALLBACK_URL_SSM are both set. Unset one of them.")
    missing = [name for name, value in given.items() if not value and not (name.endswith("_URL") and parameter)]
    if missing:
        raise ImproperlyConfigured(
            f"Sign-in through a provider is half configured: {', '.join(missing)} is missing. Set it, or unset every "
            "AUTH0_ variable to sign users in by local accounts."
        )


def _issuer(domain: str, *, https: bool) -> str:
    issuer = (domain if "://" in domain else f"https://{domain}").rstrip("/")
    if not _is_address(issuer, https=https):
        raise ImproperlyConfigured(
            f"AUTH0_DOMAIN is {domain}. It must be a domain such as tenant.eu.auth0.com or an https address; plain "
            "http is for this machine only, with PAPYRUS_HTTPS=0."
        )
    return issuer


def _callback_url(url: str, *, https: bool) -> str:
    if not _is_address(url, https=https) or urlsplit(url).path != CALLBACK_PATH:
        raise ImproperlyConfigured(
            f"AUTH0_CALLBACK_URL is {url}. It must be the https address of this service with the path "
            f"{CALLBACK_PATH}, such as https://papyrus.example{CALLBACK_PATH}."
        )
    return url


def _is_address(url: str, *, https: bool) -> bool:
    parts = urlsplit(url)
    if parts.query or parts.fragment or parts.username or not parts.hostname or any(map(str.isspace, url)):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and not https and parts.hostname in LOOPBACK)


def _roles(text: str) -> dict[str, str]:
    """Read `group=role,group=role`; a group's name may hold an equals sign."""
    pairs = [pair.rpartition("=") for pair in text.split(",") if pair.strip()]
    if any(not group.strip() or not role.strip() for group, _, role in pairs):
        raise ImproperlyConfigured(f"OIDC_ROLES is {text}. Write it as group=role,group=role.")
    return {group.strip(): role.strip() for group, _, role in pairs}


def _renewal_seconds(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_SECONDS:
        raise ImproperlyConfigured(
            f"OIDC_RENEWAL_SECONDS is {text}; it must be a whole number from 1 to {MOST_SECONDS}."
        )
    return int(text)


def _read(parameter: str) -> str:
    try:
        found = boto3.client("ssm", config=TIMEOUTS).get_parameter(Name=parameter)
    except (BotoCoreError, ClientError) as error:
        raise ImproperlyConfigured(
            f"AUTH0_CALLBACK_URL_SSM names the parameter {parameter}, which cannot be read ({_reason(error)}). Create "
            "it, let this task's role read it (ssm:GetParameter), or set AUTH0_CALLBACK_URL instead."
        ) from None
    return str(found["Parameter"]["Value"]).strip()


def _reason(error: Exception) -> str:
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "ClientError"))
    return type(error).__name__
