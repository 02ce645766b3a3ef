from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client

from papyrus_site.roles import Role
from papyrus_site.sign_in.models import Grant
from tests.invoices.factories import user_of
from tests.papyrus_site.sign_in.chosen_provider import CLIENT_ID, ChosenProvider
from tests.papyrus_site.sign_in.conftest import is_signed_in, sign_in

BACK = "https://papyrus.example/logout"


def asked_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_session_ends_here_and_at_the_provider(client: Client, provider: ChosenProvider) -> None:
    provider.document = {"end_session_endpoint": f"{provider.issuer}/end"}
    sign_in(client, provider)
    token = Grant.objects.get().id_token

    response = client.post("/logout")

    url = response["Refresh"].removeprefix("0;url=")
    assert (response.status_code, url.split("?")[0]) == (200, f"{provider.issuer}/end")
    assert asked_of(url) == {"client_id": CLIENT_ID, "post_logout_redirect_uri": BACK, "id_token_hint": token}
    assert (is_signed_in(client), Grant.objects.count()) == (False, 0)


def test_session_ends_at_auth0_when_the_provider_announces_no_end(client: Client, provider: ChosenProvider) -> None:
    sign_in(client, provider)
    url = client.post("/logout")["Refresh"].removeprefix("0;url=")
    assert url.split("?")[0] == f"{provider.issuer}/v2/logout"
    assert asked_of(url) == {"client_id": CLIENT_ID, "returnTo": BACK}


def test_session_ends_here_when_the_provider_is_down_though_it_was_up(client: Client, provider: ChosenProvider) -> None:
    sign_in(client, provider)
    provider.fails["/.well-known/openid-configuration"] = 503

    response = client.post("/logout", follow=True)

    assert "ブラウザを閉じてください" in response.content.decode()
    assert (is_signed_in(client), Grant.objects.count()) == (False, 0)


def test_link_to_logout_asks_first(client: Client, provider: ChosenProvider) -> None:
    sign_in(client, provider)
    response = client.get("/logout")
    assert (response.status_code, "ログアウトしますか？" in response.content.decode()) == (200, True)
    assert is_signed_in(client)


def test_who_comes_back_from_the_provider_is_told_to_be_signed_out(client: Client, provider: ChosenProvider) -> None:
    response = client.get("/logout")
    assert (response.status_code, "ログアウトしました。" in response.content.decode()) == (200, True)


def test_local_account_is_led_to_the_form(client: Client, db: None) -> None:
    client.force_login(user_of(Role.CLERK))
    response = client.post("/logout")
    assert (response["Location"], is_signed_in(client)) == ("/login", False)


@pytest.mark.django_db
def test_logout_needs_the_token_of_the_form() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_user("clerk"))
    assert client.post("/logout").status_code == 403
    assert is_signed_in(client)
