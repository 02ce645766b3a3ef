"""What happens to a session when the provider has to be asked again."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import F
from django.test import Client
from django.utils import timezone

from papyrus_site.roles import Role, roles_of
from papyrus_site.sign_in import renewal
from papyrus_site.sign_in.models import Grant
from papyrus_site.sign_in.renewal import Standing
from tests.papyrus_site.conftest import Log
from tests.papyrus_site.sign_in.chosen_provider import ChosenProvider
from tests.papyrus_site.sign_in.conftest import begin, come_back, is_signed_in, sign_in

GROUPS = "https://papyrus/roles"
PAGE = {"Sec-Fetch-Dest": "document"}
DUE, OVER = timedelta(minutes=10), timedelta(minutes=15)


def age(by: timedelta) -> None:
    """Let `by` pass since the last renewal."""
    Grant.objects.update(renewed_at=F("renewed_at") - by, tried_at=F("tried_at") - by)


def renewals(provider: ChosenProvider) -> int:
    return sum(form.get("grant_type") == "refresh_token" for _, form in provider.asked)


@pytest.fixture
def signed_in(client: Client, provider: ChosenProvider) -> Client:
    sign_in(client, provider)
    return client


@pytest.fixture
def without_refresh(provider: ChosenProvider, client: Client) -> Client:
    provider.refresh_token = None
    sign_in(client, provider)
    return client


def test_provider_is_not_asked_while_the_roles_are_fresh(signed_in: Client, provider: ChosenProvider) -> None:
    age(DUE - timedelta(seconds=10))
    assert signed_in.get("/").status_code == 200
    assert renewals(provider) == 0


@pytest.mark.parametrize("renews_id_token", [True, False])
@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.get("/notes/new"),
        lambda client: client.post("/notes/new", {}),
        lambda client: client.post("/notes/totals", {}, headers={"HX-Request": "true"}),
        lambda client: client.get("/customers/suggest?q=a", headers={"Accept": "application/json"}),
    ],
    ids=["page", "form", "fragment", "json"],
)
def test_role_is_gone_at_the_next_request_when_the_provider_took_it_away(
    signed_in: Client, provider: ChosenProvider, renews_id_token: bool, ask: Callable[[Client], Any]
) -> None:
    provider.renews_id_token = renews_id_token
    provider.person[GROUPS] = []
    age(DUE)

    assert ask(signed_in).status_code == 403

    assert roles_of(User.objects.get()) == set()
    assert renewals(provider) == 1


def test_role_is_there_at_the_next_request_when_the_provider_gave_it(
    signed_in: Client, provider: ChosenProvider
) -> None:
    provider.person[GROUPS] = ["auditor"]
    age(DUE)
    signed_in.get("/")
    assert roles_of(User.objects.get()) == {Role.AUDITOR}


def test_refresh_token_is_used_once_and_its_successor_next(signed_in: Client, provider: ChosenProvider) -> None:
    for _ in range(3):
        age(DUE)
        assert signed_in.get("/").status_code == 200
    used = [form["refresh_token"] for _, form in provider.asked if "refresh_token" in form]
    assert used == ["refresh-1", "refresh-2", "refresh-3"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda provider: setattr(provider, "refresh_token", "revoked-9"),
        lambda provider: provider.person.update(email_verified=False),
        lambda provider: provider.person.update(sub="auth0|2"),
        lambda provider: provider.person.update(iss="https://evil.example"),
        lambda provider: User.objects.update(is_active=False),
    ],
    ids=["revoked", "unverified", "somebody else", "forged", "inactive"],
)
def test_session_ends_when_the_provider_no_longer_vouches(
    signed_in: Client, provider: ChosenProvider, spoil: Callable[[ChosenProvider], None]
) -> None:
    spoil(provider)
    age(DUE)

    assert signed_in.get("/")["Location"] == "/login?next=/"

    assert not is_signed_in(signed_in)


def test_work_goes_on_while_the_provider_is_down_and_ends_at_the_limit(
    signed_in: Client, provider: ChosenProvider, log: Log
) -> None:
    provider.fails["/token"] = 503
    age(DUE)

    assert [signed_in.get("/", headers=PAGE).status_code for _ in range(3)] == [200, 200, 200]
    assert renewals(provider) == 1  # not with every request
    age(OVER - DUE)

    page = signed_in.get("/", headers=PAGE)
    assert (page.status_code, page["Retry-After"]) == (503, "30")
    assert "ログインサービスが応答しません。" in page.content.decode()
    assert signed_in.get("/api/product_by_sku?sku=A", headers={"Accept": "application/json"}).status_code == 401
    form = signed_in.post("/notes/new", {})
    assert (form.status_code, "何も送信されていません。" in form.content.decode()) == (401, True)
    assert "sign_in.renewal_failed" in [line["msg"] for line in log.lines]

    provider.fails.clear()
    age(timedelta(minutes=1))
    assert signed_in.get("/", headers=PAGE).status_code == 200


def test_page_is_renewed_through_the_browser_when_there_is_no_refresh_token(
    without_refresh: Client, provider: ChosenProvider
) -> None:
    key = without_refresh.session.session_key
    began = without_refresh.session["signed_in_at"]
    provider.person[GROUPS] = ["auditor"]
    age(DUE)

    response = without_refresh.get("/?q=a", headers=PAGE)
    asked = begin(without_refresh, provider, response["Location"])
    assert asked["prompt"] == "none"
    back = come_back(without_refresh, asked)

    assert back["Location"] == "/?q=a"
    assert roles_of(User.objects.get()) == {Role.AUDITOR}
    # Neither the forms that are open nor the end of the session are touched by what nobody noticed.
    assert (without_refresh.session.session_key, without_refresh.session["signed_in_at"]) == (key, began)


def test_provider_that_has_to_ask_the_user_may_do_so(without_refresh: Client, provider: ChosenProvider) -> None:
    age(DUE)
    asked = begin(without_refresh, provider, without_refresh.get("/?q=a", headers=PAGE)["Location"])

    response = without_refresh.get("/callback", {"error": "login_required", "state": asked["state"]})

    assert response["Location"] == "/login/provider?next=%2F%3Fq%3Da"


def test_what_is_sent_is_not_lost_to_a_renewal_through_the_browser(without_refresh: Client) -> None:
    age(DUE)
    assert without_refresh.post("/notes/totals", {}, headers={"HX-Request": "true"}).status_code == 200
    age(OVER - DUE)
    assert without_refresh.post("/notes/totals", {}, headers={"HX-Request": "true"}).status_code == 401
    assert without_refresh.post("/notes/new", {}).status_code == 401
    assert is_signed_in(without_refresh)  # and the next page that is opened renews it
    assert without_refresh.get("/", headers=PAGE)["Location"].startswith("/login/provider")


def test_session_whose_tokens_are_gone_has_ended(signed_in: Client) -> None:
    Grant.objects.all().delete()
    assert signed_in.get("/")["Location"] == "/login?next=/"
    assert not is_signed_in(signed_in)


@pytest.mark.usefixtures("committed")
def test_refresh_token_is_used_once_when_requests_come_at_once(provider: ChosenProvider) -> None:
    sign_in(Client(), provider)
    age(DUE)
    grant = Grant.objects.get()

    def renew(_: int) -> Standing:
        try:
            return renewal.renew(grant.pk, now=timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(renew, range(4))) == [Standing.GOOD] * 4
    assert renewals(provider) == 1
