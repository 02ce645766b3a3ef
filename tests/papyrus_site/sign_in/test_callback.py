"""What the way to the provider and back admits, and above all what it does not."""

from __future__ import annotations

import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from papyrus_site.sign_in.models import Grant, Identity
from tests.papyrus_site.conftest import Log
from tests.papyrus_site.sign_in.chosen_provider import CLIENT_ID, ChosenProvider, public_pem
from tests.papyrus_site.sign_in.conftest import CALLBACK, begin, come_back, is_signed_in, sign_in

Forge = Callable[[ChosenProvider], str]


def _encoded(part: dict[str, Any] | bytes) -> str:
    content = part if isinstance(part, bytes) else json.dumps(part).encode()
    return urlsafe_b64encode(content).decode().rstrip("=")


def _unsigned(provider: ChosenProvider) -> str:
    return f"{_encoded({'alg': 'none', 'kid': 'key-1'})}.{provider.token().split('.')[1]}."


def _signed_with_the_public_key(provider: ChosenProvider) -> str:
    """As HS256 with the public key for a secret; PyJWT refuses to make such a token."""
    signed = f"{_encoded({'alg': 'HS256', 'kid': 'key-1'})}.{provider.token().split('.')[1]}"
    return f"{signed}.{_encoded(hmac.digest(public_pem(), signed.encode(), sha256))}"


def _changed_after_signing(provider: ChosenProvider) -> str:
    head, _, signature = provider.token().split(".")
    return f"{head}.{provider.token(sub='auth0|admin').split('.')[1]}.{signature}"


FORGED: dict[str, tuple[Forge, str]] = {
    "wrong key": (lambda provider: provider.token(signed_by="forger"), "InvalidSignatureError"),
    "unknown key id": (lambda provider: provider.token(header={"kid": "key-9"}), "PyJWKSetError"),
    "wrong audience": (lambda provider: provider.token(aud="another-client"), "InvalidAudienceError"),
    "another audience beside ours": (
        lambda provider: provider.token(aud=[CLIENT_ID, "another-client"]),
        "InvalidAudienceError",
    ),
    "issued to another client": (lambda provider: provider.token(azp="another-client"), "InvalidAudienceError"),
    "no audience": (lambda provider: provider.token(aud=None), "MissingRequiredClaimError"),
    "wrong issuer": (lambda provider: provider.token(iss="https://evil.example/"), "InvalidIssuerError"),
    "no issuer": (lambda provider: provider.token(iss=None), "MissingRequiredClaimError"),
    "expired": (lambda provider: provider.token(exp=int(time.time()) - 60), "ExpiredSignatureError"),
    "no expiry": (lambda provider: provider.token(exp=None), "MissingRequiredClaimError"),
    "issued in the future": (lambda provider: provider.token(iat=int(time.time()) + 600), "ImmatureSignatureError"),
    "no time of issue": (lambda provider: provider.token(iat=None), "MissingRequiredClaimError"),
    "no subject": (lambda provider: provider.token(sub=None), "MissingRequiredClaimError"),
    "wrong nonce": (lambda provider: provider.token(nonce="another"), "SuspiciousOperation"),
    "no nonce": (lambda provider: provider.token(nonce=None), "SuspiciousOperation"),
    "another algorithm": (lambda provider: provider.token(algorithm="RS512"), "InvalidAlgorithmError"),
    "no signature": (_unsigned, "InvalidAlgorithmError"),
    "signed with the public key": (_signed_with_the_public_key, "InvalidAlgorithmError"),
    "changed after signing": (_changed_after_signing, "InvalidSignatureError"),
    "no token": (lambda _: "", "DecodeError"),
    "no JWT": (lambda _: "a.b.c", "DecodeError"),
}


def test_sign_in_asks_for_a_code_with_pkce_state_and_nonce(client: Client, provider: ChosenProvider) -> None:
    asked = begin(client, provider)

    fixed = {name: value for name, value in asked.items() if name not in ("state", "nonce", "code_challenge")}
    assert fixed == {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": CALLBACK,
        "scope": "openid profile email offline_access",
        "code_challenge_method": "S256",
    }
    assert [len(asked[name]) for name in ("state", "nonce", "code_challenge")] == [32, 32, 43]


def test_user_is_signed_in_and_led_on_when_the_token_is_good(client: Client, provider: ChosenProvider) -> None:
    response = sign_in(client, provider)

    assert (response.status_code, response["Location"]) == (302, "/notes/new")
    assert client.get("/").status_code == 200
    form = dict(provider.asked)["/token"]
    assert (form["redirect_uri"], form["client_id"], form["grant_type"]) == (CALLBACK, CLIENT_ID, "authorization_code")


@pytest.mark.parametrize(
    ("document", "method"),
    [({}, None), ({"token_endpoint_auth_methods_supported": ["client_secret_basic"]}, "basic")],
)
def test_secret_is_sent_as_the_provider_wants_it(
    client: Client, provider: ChosenProvider, document: dict[str, Any], method: str | None
) -> None:
    provider.document = document
    sign_in(client, provider)
    assert is_signed_in(client)
    assert dict(provider.asked)["/token"].get("method") == method


def test_login_leads_to_the_provider_when_there_are_no_local_accounts(client: Client, provider: ChosenProvider) -> None:
    response = client.get("/login?next=/notes/new")
    assert response["Location"] == "/login/provider?next=%2Fnotes%2Fnew"
    assert client.post("/login", {"username": "clerk", "password": "x"}).status_code == 302


@pytest.mark.parametrize(("forge", "reason"), FORGED.values(), ids=FORGED)
def test_nobody_is_signed_in_when_the_token_is_forged(
    client: Client, provider: ChosenProvider, log: Log, forge: Forge, reason: str
) -> None:
    asked = begin(client, provider)
    provider.make_token = lambda: forge(provider)

    response = come_back(client, asked)

    assert (response.status_code, is_signed_in(client), User.objects.count()) == (400, False, 0)
    assert "ログインサービスの応答を受け付けられませんでした。" in response.content.decode()
    reasons = [line["reason"] for line in log.lines if line.get("route") == "callback"]
    assert reasons == [f"sign-in: token not accepted: {reason}"]


def test_token_with_two_audiences_is_good_when_it_says_it_was_issued_to_us(
    client: Client, provider: ChosenProvider
) -> None:
    provider.make_token = lambda: provider.token(aud=[CLIENT_ID, f"{provider.issuer}/userinfo"], azp=CLIENT_ID)
    sign_in(client, provider)
    assert is_signed_in(client)


def test_token_that_names_no_key_is_good_while_there_is_only_one(client: Client, provider: ChosenProvider) -> None:
    provider.make_token = lambda: provider.token(header={"kid": None})
    sign_in(client, provider)
    assert is_signed_in(client)

    other = Client()
    provider.keys.append("key-2")
    assert sign_in(other, provider).status_code == 400
    assert not is_signed_in(other)


def test_token_is_checked_by_the_key_it_names_when_keys_are_rotated(client: Client, provider: ChosenProvider) -> None:
    provider.keys.append("key-2")
    sign_in(client, provider)
    assert is_signed_in(client)


def test_nobody_is_signed_in_when_userinfo_is_about_somebody_else(client: Client, provider: ChosenProvider) -> None:
    provider.userinfo = {"sub": "auth0|2"}
    assert sign_in(client, provider).status_code == 400
    assert not is_signed_in(client)


def test_state_is_refused_when_it_was_used_before(client: Client, provider: ChosenProvider) -> None:
    asked = begin(client, provider)
    come_back(client, asked)
    client.post("/logout")

    response = come_back(client, asked)

    assert (response.status_code, is_signed_in(client)) == (400, False)
    assert "このログインは有効期限が切れました。" in response.content.decode()


@pytest.mark.parametrize(
    "query",
    [{}, {"code": "good-code"}, {"state": "x"}, {"state": ""}, {"code": "good-code", "state": "x"}],
    ids=str,
)
@pytest.mark.parametrize("was_begun", [True, False])
def test_callback_is_refused_when_the_state_is_missing_or_unknown(
    client: Client, provider: ChosenProvider, query: dict[str, str], was_begun: bool
) -> None:
    if was_begun:
        begin(client, provider)
    assert client.get("/callback", query).status_code == 400
    assert (is_signed_in(client), [path for path, _ in provider.asked if path == "/token"]) == (False, [])


def test_state_of_another_browser_is_refused(client: Client, provider: ChosenProvider) -> None:
    asked = begin(Client(), provider)
    begin(client, provider)
    assert come_back(client, asked).status_code == 400


def test_made_up_error_signs_nobody_out(client: Client, provider: ChosenProvider) -> None:
    sign_in(client, provider)
    assert client.get("/callback?error=access_denied").status_code == 403
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("error", "status", "heading"),
    [
        ("access_denied", 403, "ログインできませんでした。"),
        ("temporarily_unavailable", 503, "ログインサービスが応答しません。"),
        ("unauthorized_client", 502, "ログインサービスがこのシステムを受け付けません。"),
        ("login_required", 502, "ログインサービスがこのシステムを受け付けません。"),
    ],
)
def test_error_of_the_provider_is_a_page_with_a_way_back(
    client: Client, provider: ChosenProvider, log: Log, error: str, status: int, heading: str
) -> None:
    asked = begin(client, provider)

    response = client.get("/callback", {"error": error, "error_description": "秘密", "state": asked["state"]})

    page = response.content.decode()
    assert (response.status_code, heading in page) == (status, True)
    assert 'href="/login/provider?next=%2Fnotes%2Fnew&amp;prompt=login"' in page
    assert "秘密" not in page + log.stream.getvalue()
    assert log.lines[-1]["reason"].startswith("sign-in: ")


def test_code_that_the_provider_refuses_is_a_page(client: Client, provider: ChosenProvider) -> None:
    response = come_back(client, begin(client, provider), code="expired-code")
    assert (response.status_code, is_signed_in(client)) == (400, False)


def test_code_is_refused_by_the_provider_when_the_verifier_is_another(client: Client, provider: ChosenProvider) -> None:
    asked = begin(client, provider)
    provider.challenge = "of-another-browser"
    assert come_back(client, asked).status_code == 400


@pytest.mark.parametrize("path", ["/token", "/jwks", "/userinfo"])
def test_provider_that_fails_on_the_way_back_is_a_page(
    client: Client, provider: ChosenProvider, log: Log, path: str
) -> None:
    provider.fails[path] = 503

    response = sign_in(client, provider)

    assert (response.status_code, response["Retry-After"], is_signed_in(client)) == (503, "30", False)
    assert "ログインサービスが応答しません。" in response.content.decode()
    assert log.lines[-1]["reason"].startswith("sign-in: provider unreachable")


def test_wrong_client_secret_is_told_to_the_administrator(
    client: Client, provider: ChosenProvider, settings: Settings
) -> None:
    settings.OIDC_RP_CLIENT_SECRET = "another"
    assert sign_in(client, provider).status_code == 502


@pytest.mark.parametrize(
    ("document", "status"),
    [
        ({"issuer": "https://evil.example"}, 502),
        ({"token_endpoint": "ftp://127.0.0.1/token"}, 502),
        ({"jwks_uri": None}, 502),
    ],
)
def test_provider_that_describes_another_is_refused(
    client: Client, provider: ChosenProvider, document: dict[str, Any], status: int
) -> None:
    provider.document = document
    assert client.get("/login/provider").status_code == status


def test_provider_that_is_down_is_a_page_and_holds_up_nothing_else(client: Client, provider: ChosenProvider) -> None:
    provider.fails["/.well-known/openid-configuration"] = 500
    assert client.get("/login/provider").status_code == 503
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "http:///evil.example"],
)
def test_address_of_another_site_is_no_way_on(client: Client, provider: ChosenProvider, target: str) -> None:
    asked = begin(client, provider, f"/login/provider?next={target}")
    assert come_back(client, asked)["Location"] == "/"


def test_address_of_another_site_is_not_passed_on_by_login(client: Client, provider: ChosenProvider) -> None:
    assert client.get("/login?next=https://evil.example/")["Location"] == "/login/provider?next="


def test_session_has_a_new_key_after_the_sign_in(client: Client, provider: ChosenProvider) -> None:
    asked = begin(client, provider)
    before = client.session.session_key

    come_back(client, asked)
    first = client.session.session_key
    come_back(client, begin(client, provider))

    assert len({before, first, client.session.session_key}) == 3


def test_tokens_of_the_former_session_are_forgotten_when_somebody_signs_in_again(
    client: Client, provider: ChosenProvider
) -> None:
    sign_in(client, provider)
    provider.person["sub"] = "auth0|2"
    sign_in(client, provider)
    assert (Grant.objects.count(), Identity.objects.count()) == (1, 2)
    assert client.get("/").status_code == 200


def test_callback_and_provider_lead_to_the_form_when_no_provider_is_configured(client: Client, db: None) -> None:
    assert client.get("/callback?code=x&state=y")["Location"] == "/login"
    assert client.get("/login/provider")["Location"] == "/login"
