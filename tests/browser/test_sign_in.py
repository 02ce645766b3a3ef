"""Signing in through a real provider, with a real browser, in a server that knows no local accounts."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, Page, expect

from invoices.models import DeliveryNote
from papyrus_site.roles import Role, roles_of
from tests.browser.conftest import answers, serving
from tests.browser.test_note_form import choose, new_note
from tests.conftest import held_port, wait_until

# Short, so that a role that was taken away is gone while the test waits.
RENEWAL_SECONDS = "2"
CLAIM = "https://papyrus/roles"


class Provider:
    """`oidc-provider-mock` in a process of its own; it prints deprecations of its own making."""

    def __init__(self, port: int, printed: Path) -> None:
        self.url = f"http://127.0.0.1:{port}"
        with printed.open("wb") as file:
            command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce"]
            self.process = subprocess.Popen(command, stdout=file, stderr=file)
        wait_until(lambda: answers(f"{self.url}/.well-known/openid-configuration"))

    def knows(self, subject: str, **changes: Any) -> None:
        """Let `subject` be somebody with a verified address, or with what `changes` says."""
        claims = {"email": f"{subject}@papyrus.example", "email_verified": True, CLAIM: ["clerk"]} | changes
        self._send("PUT", f"/users/{subject}", claims)

    def revoke(self, subject: str) -> None:
        self._send("POST", f"/users/{subject}/revoke-tokens", {})

    def _send(self, method: str, path: str, content: dict[str, Any]) -> None:
        request = urllib.request.Request(  # noqa: S310 - our own provider
            self.url + path, json.dumps(content).encode(), {"Content-Type": "application/json"}, method=method
        )
        urllib.request.urlopen(request, timeout=30).close()  # noqa: S310


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    with held_port() as port:
        made = Provider(port, tmp_path_factory.mktemp("provider") / "printed")
        yield made
        made.process.terminate()
        made.process.wait(60)


@pytest.fixture(scope="module")
def site(
    django_db_setup: None, static_files: Path, provider: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a gunicorn that signs users in through the provider."""
    with held_port() as port:
        told = {
            "AUTH0_DOMAIN": provider.url,
            "AUTH0_CLIENT_ID": "papyrus",
            "AUTH0_CLIENT_SECRET": "only-for-tests",
            "AUTH0_CALLBACK_URL": f"http://127.0.0.1:{port}/callback",
            "OIDC_RENEWAL_SECONDS": RENEWAL_SECONDS,
        }
        yield from serving(port, tmp_path_factory.mktemp("site"), told)


@pytest.fixture(autouse=True)
def nothing_from_outside(context: BrowserContext) -> None:
    """The provider's pages name a style sheet of the internet, for which the browser would wait."""
    context.route(re.compile("^https:"), lambda route: route.abort())


@pytest.fixture
def enter(page: Page, office: User, site: str, provider: Provider) -> Callable[..., Page]:
    """A function that signs a subject in, whose claims it is given, and returns the page where that led."""

    def entered(subject: str, *, path: str = "/", **changes: Any) -> Page:
        provider.knows(subject, **changes)
        page.goto(site + path)
        authorize(page, subject)
        return page

    return entered


def authorize(page: Page, subject: str) -> None:
    """Be `subject` on the provider's page."""
    page.get_by_placeholder("sub").fill(subject)
    page.get_by_role("button", name="Authorize").click()


@pytest.mark.parametrize(
    ("role", "heading"),
    [
        (Role.CLERK, "納品書"),
        (Role.APPROVER, "納品書"),
        (Role.AUDITOR, "納品書"),
        (Role.PRODUCT_STAFF, "商品マスタ・設定"),
        (Role.ADMINISTRATOR, "納品書"),
    ],
)
def test_role_opens_its_pages(enter: Callable[..., Page], role: Role, heading: str) -> None:
    page = enter(f"somebody-{role}", **{CLAIM: [role.value]})

    expect(page.get_by_role("heading", name=heading, exact=True).first).to_be_visible()
    assert roles_of(User.objects.get(username=f"somebody-{role}@papyrus.example")) == {role}


def test_user_is_led_on_to_the_page_asked_for(enter: Callable[..., Page], site: str) -> None:
    page = enter("clerk-1", path="/notes/new")
    page.wait_for_url(f"{site}/notes/new")
    expect(page.get_by_text("clerk-1@papyrus.example")).to_be_visible()


def test_user_without_a_role_can_leave_and_come_back_as_another(enter: Callable[..., Page], site: str) -> None:
    page = enter("nobody", **{CLAIM: []})
    expect(page.get_by_text("403")).to_be_visible()

    page.get_by_role("button", name="ログアウト").click()
    page.get_by_role("button", name="End session").click()
    page.wait_for_url(f"{site}/logout")
    page.get_by_role("link", name="ログイン").click()
    authorize(page, "clerk-1")

    expect(page.get_by_role("heading", name="納品書", exact=True)).to_be_visible()


def test_unverified_address_is_refused_with_a_way_back(enter: Callable[..., Page], provider: Provider) -> None:
    page = enter("new-here", email="clerk@papyrus.example", email_verified=False)
    expect(page.get_by_role("heading", name="メールアドレスが確認されていません。")).to_be_visible()

    provider.knows("new-here")
    page.get_by_role("link", name="もう一度試す").click()
    authorize(page, "new-here")

    expect(page.get_by_role("heading", name="納品書", exact=True)).to_be_visible()


def test_refusal_at_the_provider_is_a_page(page: Page, office: User, site: str) -> None:
    page.goto(f"{site}/login")
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_role("heading", name="ログインできませんでした。")).to_be_visible()


def test_sign_out_ends_the_session_here_and_asks_the_provider_to(
    enter: Callable[..., Page], site: str, provider: Provider
) -> None:
    page = enter("clerk-1")
    page.get_by_role("button", name="ログアウト").click()

    page.wait_for_url(f"{provider.url}/oauth2/end_session?**")
    asked = page.locator("dd").all_text_contents()
    assert f"{site}/logout" in asked
    assert any(text.count(".") == 2 and text.startswith("eyJ") for text in asked), "no ID token"

    page.goto(site)
    expect(page.get_by_placeholder("sub")).to_be_visible()


def test_role_taken_away_is_gone_at_the_next_page(enter: Callable[..., Page], site: str, provider: Provider) -> None:
    page = enter("clerk-2", path="/notes/new")
    page.wait_for_url(f"{site}/notes/new")
    provider.knows("clerk-2", **{CLAIM: []})

    wait_until(lambda: page.goto(f"{site}/notes/new").status == 403)  # type: ignore[union-attr]

    assert roles_of(User.objects.get(username="clerk-2@papyrus.example")) == frozenset()


def test_note_is_not_lost_when_the_provider_ends_the_session_while_it_is_typed(
    page: Page, enter: Callable[..., Page], site: str, provider: Provider
) -> None:
    enter("clerk-3", path="/notes/new")
    page.wait_for_url(f"{site}/notes/new")
    keys = new_note(page, site)
    choose(keys, "KB", "3")
    provider.revoke("clerk-3")
    wait_until(lambda: page.request.get(f"{site}/customers/suggest?q=").status == 401)
    keys.press("Control+s")
    expect(page.locator("#expired")).to_be_visible()
    assert not DeliveryNote.objects.exists()

    with page.context.expect_page() as opened:
        page.locator("#expired").get_by_role("link").click()
    authorize(opened.value, "clerk-3")
    expect(opened.value.get_by_role("heading", name="納品書", exact=True)).to_be_visible()
    keys.press("Control+s")

    expect(page.locator(".messages")).to_contain_text("下書きを保存しました。")
    assert [str(item.quantity) for item in DeliveryNote.objects.get().lines.all()] == ["3.000"]


def test_server_says_so_when_the_provider_is_not_there(page: Page, office: User, tmp_path: Path) -> None:
    with held_port() as port, held_port() as nobody:
        told = {
            "AUTH0_DOMAIN": f"http://127.0.0.1:{nobody}",
            "AUTH0_CLIENT_ID": "papyrus",
            "AUTH0_CLIENT_SECRET": "only-for-tests",
            "AUTH0_CALLBACK_URL": f"http://127.0.0.1:{port}/callback",
        }
        for site in serving(port, tmp_path, told):
            page.goto(site)
            expect(page.get_by_role("heading", name="ログインサービスが応答しません。")).to_be_visible()
            assert (
                '"reason":"sign-in: provider unreachable: discovery, ConnectionError"' in (tmp_path / "log").read_text()
            )
