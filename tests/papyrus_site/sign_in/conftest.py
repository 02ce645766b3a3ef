"""A site that signs users in through a provider of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

from papyrus_site import roles
from papyrus_site.sign_in import discovery
from papyrus_site.sign_in.configuration import Provider
from tests.conftest import held_port
from tests.papyrus_site.sign_in import chosen_provider
from tests.papyrus_site.sign_in.chosen_provider import CLIENT_ID, CLIENT_SECRET, CODE, ChosenProvider

CALLBACK = "https://papyrus.example/callback"


@pytest.fixture
def provider(db: None, settings: Settings) -> Iterator[ChosenProvider]:
    """A provider, which the site is configured for, and no local accounts."""
    roles.synchronise()
    with chosen_provider.running() as made:
        configure(settings, made)
        yield made
    discovery.forget()


def configure(settings: Settings, made: ChosenProvider, **changes: Any) -> None:
    facts: dict[str, Any] = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "callback_url": CALLBACK}
    settings.PROVIDER = Provider(issuer=made.issuer, **facts | changes)
    settings.OIDC_RP_CLIENT_ID, settings.OIDC_RP_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
    settings.LOCAL_LOGIN = settings.AXES_ENABLED = False
    settings.AUTHENTICATION_BACKENDS = [
        "axes.backends.AxesStandaloneBackend",
        "papyrus_site.sign_in.backend.ProviderBackend",
    ]


def begin(client: Client, provider: ChosenProvider, path: str = "/login/provider?next=/notes/new") -> dict[str, str]:
    """Be sent to the provider; returns what it is asked."""
    response = client.get(path)
    assert response.status_code == 302, response.content.decode()
    parts = urlsplit(response["Location"])
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{provider.issuer}/authorize"
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    provider.nonce, provider.challenge = asked["nonce"], asked["code_challenge"]
    return asked


def come_back(client: Client, asked: dict[str, str], **changes: str) -> Any:
    """Be sent back by the provider."""
    return client.get("/callback", {"code": CODE, "state": asked["state"]} | changes)


def sign_in(client: Client, provider: ChosenProvider) -> Any:
    return come_back(client, begin(client, provider))


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.fixture
def unused_port() -> Iterator[int]:
    """A port on which nobody listens."""
    with held_port() as port:
        yield port
