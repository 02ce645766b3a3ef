"""Local accounts: their form, their passwords, and who guesses them."""

from __future__ import annotations

import getpass
import io
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db.models import F
from django.test import Client, RequestFactory
from pytest_django import Settings

from papyrus_site.roles import Role
from papyrus_site.sign_in.lockout import client_address
from tests.invoices.factories import user_of
from tests.papyrus_site.conftest import Log
from tests.papyrus_site.sign_in.chosen_provider import ChosenProvider
from tests.papyrus_site.sign_in.conftest import is_signed_in, sign_in

pytestmark = pytest.mark.django_db
NOTICE = "ローカルモード"
PASSWORD = "right-password-1"
WRONG = "wrong-password-1"
NEW = "another-long-password-7"


@pytest.fixture
def clerk() -> User:
    user = user_of(Role.CLERK, username="clerk")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def both(provider: ChosenProvider, settings: Settings) -> ChosenProvider:
    """A provider, and local accounts beside it, as LOCAL_LOGIN=1 has it."""
    settings.LOCAL_LOGIN = settings.AXES_ENABLED = True
    settings.AUTHENTICATION_BACKENDS = [
        *settings.AUTHENTICATION_BACKENDS,
        "django.contrib.auth.backends.ModelBackend",
    ]
    return provider


def attempt(client: Client, password: str = WRONG, *, username: str = "clerk", **headers: str) -> Any:
    return client.post("/login", {"username": username, "password": password}, **headers)  # type: ignore[arg-type]


def text_of(response: Any) -> str:
    return str(response.content.decode())


def test_form_says_that_this_is_local_mode(client: Client) -> None:
    assert NOTICE in text_of(client.get("/login"))


def test_user_is_signed_in_and_led_on(client: Client, clerk: User) -> None:
    response = client.post("/login", {"username": "clerk", "password": PASSWORD, "next": "/notes/new"})
    assert (response["Location"], client.get("/").status_code) == ("/notes/new", 200)


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_address_of_another_site_is_no_way_on(client: Client, clerk: User, target: str) -> None:
    response = client.post("/login", {"username": "clerk", "password": PASSWORD, "next": target})
    assert response["Location"] == "/"


def test_local_password_opens_nothing_when_there_is_a_provider(
    client: Client, clerk: User, provider: ChosenProvider
) -> None:
    attempt(client, PASSWORD)
    client.post("/admin/login/", {"username": "clerk", "password": PASSWORD, "next": "/"})
    assert not is_signed_in(client)


def test_local_session_is_over_when_there_is_a_provider_from_now_on(
    client: Client, clerk: User, request: pytest.FixtureRequest
) -> None:
    attempt(client, PASSWORD)
    request.getfixturevalue("provider")
    assert client.get("/")["Location"] == "/login?next=/"


def test_both_ways_are_offered_when_that_is_asked_for(client: Client, clerk: User, both: ChosenProvider) -> None:
    page = text_of(client.get("/login?next=/notes/new"))
    assert ('href="/login/provider?next=%2Fnotes%2Fnew"' in page, NOTICE in page) == (True, False)

    attempt(client, PASSWORD)
    other = Client()
    sign_in(other, both)

    assert (is_signed_in(client), is_signed_in(other)) == (True, True)
    assert (client.get("/").status_code, other.get("/").status_code) == (200, 200)


def test_account_is_locked_after_five_failures_and_the_page_says_until_when(
    client: Client, clerk: User, log: Log
) -> None:
    statuses = [attempt(client).status_code for _ in range(5)]
    locked = attempt(client, PASSWORD)

    assert statuses == [200, 200, 200, 200, 429]
    assert (locked.status_code, locked["Retry-After"], is_signed_in(client)) == (429, "900", False)
    assert "15分後にもう一度お試しください。" in text_of(locked)
    assert log.lines[-1]["reason"] == "sign-in: locked out"


def test_lock_ends_by_itself_and_is_not_prolonged_by_further_attempts(client: Client, clerk: User) -> None:
    for _ in range(5):
        attempt(client)
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=14))
    assert "1分後に" in text_of(attempt(client, PASSWORD))
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=1))

    assert attempt(client, PASSWORD).status_code == 302


def test_lock_ends_with_the_new_password_that_its_page_says_to_ask_for(client: Client, clerk: User) -> None:
    for name in ("clerk", "other"):
        for _ in range(5):
            attempt(client, username=name)
    administrator = Client()
    administrator.force_login(user_of(Role.ADMINISTRATOR))
    form = f"/admin/auth/user/{clerk.pk}/password/"
    weak, new = ({"usable_password": "true", "password1": each, "password2": each} for each in ("short", NEW))

    assert administrator.post(form, weak).status_code == 200
    assert attempt(client, PASSWORD).status_code == 429
    assert administrator.post(form, new).status_code == 302
    assert attempt(client, NEW).status_code == 302
    assert attempt(Client(), username="other").status_code == 429


def test_lock_ends_with_the_new_password_that_is_typed_at_a_desk(
    client: Client, clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        attempt(client)
    monkeypatch.setattr(getpass, "getpass", lambda prompt: NEW)

    call_command("changepassword", "clerk", stdout=io.StringIO())

    assert attempt(client, NEW).status_code == 302


def test_lock_is_not_escaped_by_other_letters_for_the_same_name(client: Client, clerk: User) -> None:
    for name in ("clerk", "ｃlerk", "cｌerk", " clerk", "clerk "):
        attempt(client, username=name)
    assert attempt(client, PASSWORD, username="ｃｌｅｒｋ").status_code == 429


def test_lock_is_for_one_name_from_one_address(client: Client, clerk: User) -> None:
    user_of(Role.CLERK, username="other")
    for _ in range(5):
        attempt(client)
    assert attempt(client, username="other").status_code == 200
    assert attempt(client, PASSWORD, REMOTE_ADDR="192.0.2.9").status_code == 302


def test_lock_is_not_escaped_by_another_browser_or_a_made_up_address(client: Client, clerk: User) -> None:
    for number in range(5):
        attempt(client, HTTP_USER_AGENT=f"browser {number}", HTTP_X_FORWARDED_FOR=f"192.0.2.{number}")
    assert attempt(client, PASSWORD, HTTP_USER_AGENT="another", HTTP_X_FORWARDED_FOR="192.0.2.99").status_code == 429


def test_failures_are_forgotten_after_a_sign_in(client: Client, clerk: User) -> None:
    for _ in range(2):
        for _ in range(4):
            attempt(client)
        assert attempt(client, PASSWORD).status_code == 302
        client.post("/logout")


def test_neither_name_nor_password_nor_address_is_logged_or_kept_in_clear(
    client: Client, clerk: User, log: Log
) -> None:
    for _ in range(6):
        attempt(client, REMOTE_ADDR="192.0.2.7", HTTP_USER_AGENT="browser-x")

    written = log.stream.getvalue()
    assert [value for value in ("clerk", WRONG, "192.0.2.7", "browser-x") if value in written] == []
    kept = AccessAttempt.objects.get()
    assert [value for value in (WRONG, "clerk") if value in kept.post_data + kept.get_data] == []


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "", "192.0.2.1"),
        (0, "203.0.113.5", "192.0.2.1"),
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "198.51.100.66, 203.0.113.5", "203.0.113.5"),
        (2, "198.51.100.66, 203.0.113.5, 192.0.2.2", "203.0.113.5"),
        (2, "203.0.113.5", "192.0.2.1"),
        (1, "nonsense", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        (1, "::ffff:203.0.113.5", "203.0.113.5"),
    ],
)
def test_address_is_the_one_that_the_outermost_trusted_proxy_saw(
    settings: Settings, proxies: int, forwarded: str, address: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert client_address(RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", **headers)) == address  # type: ignore[arg-type]


def test_there_is_no_address_when_a_socket_has_none() -> None:
    assert client_address(RequestFactory().get("/", REMOTE_ADDR="")) is None


class TestPassword:
    def change(self, client: Client, *, old: str = PASSWORD, new: str = NEW) -> Any:
        typed = {"old_password": old, "new_password1": new, "new_password2": new}
        return client.post("/password", typed)

    def test_user_changes_it_and_stays_signed_in(self, client: Client, clerk: User) -> None:
        attempt(client, PASSWORD)
        assert 'href="/password"' in text_of(client.get("/"))

        response = self.change(client)

        clerk.refresh_from_db()
        assert (response["Location"], clerk.check_password(NEW)) == ("/", True)
        assert "パスワードを変更しました。" in text_of(client.get("/"))

    @pytest.mark.parametrize("new", ["short", "password1", "1234567890123"])
    def test_weak_one_is_refused(self, client: Client, clerk: User, new: str) -> None:
        attempt(client, PASSWORD)
        response = self.change(client, new=new)
        clerk.refresh_from_db()
        assert ('role="alert"' in text_of(response), clerk.check_password(PASSWORD)) == (True, True)

    def test_it_needs_the_old_one(self, client: Client, clerk: User) -> None:
        attempt(client, PASSWORD)
        self.change(client, old=WRONG)
        clerk.refresh_from_db()
        assert clerk.check_password(PASSWORD)

    def test_nobody_has_one_here_who_came_through_the_provider(self, client: Client, both: ChosenProvider) -> None:
        sign_in(client, both)
        assert "サインインするサービス" in text_of(client.get("/password", follow=True))
        assert 'href="/password"' not in text_of(client.get("/"))


def test_name_that_is_too_long_is_refused_before_it_is_kept(client: Client) -> None:
    # Failures are counted by names of up to 255 characters.
    assert attempt(client, username="x" * 256).status_code == 200
    assert AccessAttempt.objects.count() == 0
