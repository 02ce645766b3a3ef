from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from django.core.exceptions import ImproperlyConfigured

from papyrus_site.local import ROOT
from papyrus_site.sign_in.configuration import Provider, provider
from tests.deploy.aws.moto import Moto

WHOLE = {
    "AUTH0_DOMAIN": "tenant.eu.auth0.com",
    "AUTH0_CLIENT_ID": "client",
    "AUTH0_CLIENT_SECRET": "very-secret",
    "AUTH0_CALLBACK_URL": "https://papyrus.example/callback",
}
PARAMETER = "/papyrus/prd/auth0/callback_url"
BY_PARAMETER = WHOLE | {"AUTH0_CALLBACK_URL": "", "AUTH0_CALLBACK_URL_SSM": PARAMETER}


@pytest.fixture
def moto(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Moto]:
    made = Moto(printed=tmp_path / "printed")
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    yield made
    made.stop()


@pytest.mark.parametrize("blank", [{}, dict.fromkeys(WHOLE, " "), {"OIDC_ROLES": "a=clerk"}])
def test_there_is_no_provider_when_nothing_is_set(blank: dict[str, str]) -> None:
    assert provider(blank, https=True) is None


def test_provider_is_what_the_environment_says() -> None:
    assert provider(WHOLE, https=True) == Provider(
        issuer="https://tenant.eu.auth0.com",
        client_id="client",
        client_secret="very-secret",
        callback_url="https://papyrus.example/callback",
    )


def test_provider_shows_no_secret() -> None:
    assert "very-secret" not in repr(provider(WHOLE, https=True))


def test_user_comes_back_from_the_provider_to_our_page_for_signing_out() -> None:
    found = provider(WHOLE, https=True)
    assert found is not None
    assert found.signed_out_url == "https://papyrus.example/logout"


@pytest.mark.parametrize(("seconds", "limit"), [("1", 1.5), ("600", 900), ("900", 900)])
def test_roles_are_never_older_than_fifteen_minutes(seconds: str, limit: float) -> None:
    found = provider(WHOLE | {"OIDC_RENEWAL_SECONDS": seconds}, https=True)
    assert found is not None
    assert found.limit_seconds == limit


def test_roles_of_the_provider_may_be_called_otherwise() -> None:
    found = provider(WHOLE | {"OIDC_ROLES": "営業=clerk, cn=sales=approver ,"}, https=True)
    assert found is not None
    assert found.roles == {"営業": "clerk", "cn=sales": "approver"}


@pytest.mark.parametrize("missing", WHOLE)
def test_start_is_refused_by_the_name_of_what_is_missing(missing: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"half configured: {missing} is missing"):
        provider(WHOLE | {missing: " "}, https=True)


def test_start_names_everything_that_is_missing() -> None:
    with pytest.raises(ImproperlyConfigured, match="AUTH0_DOMAIN, AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET is missing"):
        provider({"AUTH0_CALLBACK_URL_SSM": PARAMETER}, https=True)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"AUTH0_DOMAIN": "http://127.0.0.1:9400"}, "AUTH0_DOMAIN is http://127.0.0.1:9400"),
        ({"AUTH0_DOMAIN": "a b"}, "AUTH0_DOMAIN is a b"),
        ({"AUTH0_DOMAIN": "ftp://idp.example"}, "AUTH0_DOMAIN is ftp"),
        ({"AUTH0_CALLBACK_URL": "http://papyrus.example/callback"}, "AUTH0_CALLBACK_URL is http:"),
        ({"AUTH0_CALLBACK_URL": "https://papyrus.example/oidc/callback/"}, "with the path /callback"),
        ({"AUTH0_CALLBACK_URL": "https://papyrus.example/callback?a=b"}, "AUTH0_CALLBACK_URL is"),
        ({"AUTH0_CALLBACK_URL_SSM": PARAMETER}, "both set"),
        ({"OIDC_ROLES": "sales"}, "OIDC_ROLES is sales"),
        ({"OIDC_RENEWAL_SECONDS": "901"}, "OIDC_RENEWAL_SECONDS is 901"),
        ({"OIDC_RENEWAL_SECONDS": "soon"}, "OIDC_RENEWAL_SECONDS is soon"),
    ],
)
def test_start_is_refused_when_a_value_cannot_be(changes: dict[str, str], said: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=said):
        provider(WHOLE | changes, https=True)


@pytest.mark.parametrize("domain", ["http://127.0.0.1:9400", "http://localhost:9400/", "https://idp.example/realms/x"])
def test_another_provider_is_named_by_its_address(domain: str) -> None:
    found = provider(WHOLE | {"AUTH0_DOMAIN": domain}, https=False)
    assert found is not None
    assert found.issuer == domain.rstrip("/")


def test_plain_http_is_refused_beyond_this_machine() -> None:
    with pytest.raises(ImproperlyConfigured, match="AUTH0_DOMAIN"):
        provider(WHOLE | {"AUTH0_DOMAIN": "http://192.0.2.1"}, https=False)


def test_callback_address_is_read_from_ssm_when_that_is_named(moto: Moto) -> None:
    del moto
    boto3.client("ssm").put_parameter(Name=PARAMETER, Value="https://papyrus.example/callback", Type="String")
    found = provider(BY_PARAMETER, https=True)
    assert found is not None
    assert found.callback_url == "https://papyrus.example/callback"


def test_start_is_refused_when_ssm_lacks_the_parameter(moto: Moto) -> None:
    del moto
    with pytest.raises(ImproperlyConfigured) as refusal:
        provider(BY_PARAMETER, https=True)
    assert str(refusal.value) == (
        f"AUTH0_CALLBACK_URL_SSM names the parameter {PARAMETER}, which cannot be read (ParameterNotFound). Create it, "
        "let this task's role read it (ssm:GetParameter), or set AUTH0_CALLBACK_URL instead."
    )


def test_start_is_refused_when_ssm_is_unreachable(monkeypatch: pytest.MonkeyPatch, unused_port: int) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{unused_port}")
    for name, value in {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")
    with pytest.raises(ImproperlyConfigured, match=r"cannot be read \(EndpointConnectionError\)"):
        provider(BY_PARAMETER, https=True)


def test_process_starts_with_a_provider_that_is_down_and_says_when_a_role_is_unknown(unused_port: int) -> None:
    """The whole start, `check --deploy` with it, in a process of its own."""
    told = WHOLE | {"AUTH0_DOMAIN": f"http://127.0.0.1:{unused_port}", "PAPYRUS_HTTPS": "0"}
    good, bad = (_started(told | {"OIDC_ROLES": f"sales={role}"}) for role in ("clerk", "king"))

    assert (good.returncode, good.stderr) == (0, "")
    assert "OIDC_ROLES names the role king, which does not exist. Choose among product-staff, clerk" in bad.stderr


def _started(told: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "check", "--fail-level", "WARNING"]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **told}, capture_output=True, text=True, timeout=120, check=False
    )
