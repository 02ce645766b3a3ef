"""When a session ends by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from papyrus_site.roles import Role
from tests.invoices.factories import user_of
from tests.papyrus_site.sign_in.chosen_provider import ChosenProvider
from tests.papyrus_site.sign_in.conftest import is_signed_in, sign_in

pytestmark = pytest.mark.django_db
LED_TO_SIGN_IN = "/login?next=/"


@pytest.fixture
def signed_in(client: Client) -> Client:
    client.force_login(user_of(Role.CLERK))
    return client


def idle(time: timedelta) -> None:
    Session.objects.update(expire_date=F("expire_date") - time)


def left() -> timedelta:
    return Session.objects.get().expire_date - timezone.now()


def begin_earlier(client: Client, by: timedelta) -> None:
    session = client.session
    session["signed_in_at"] -= by.total_seconds()
    session.save()


def test_session_ends_after_eight_idle_hours(signed_in: Client) -> None:
    idle(timedelta(hours=8))
    assert signed_in.get("/")["Location"] == LED_TO_SIGN_IN


def test_session_is_prolonged_by_work(signed_in: Client) -> None:
    idle(timedelta(hours=7, minutes=59))
    assert signed_in.get("/").status_code == 200
    assert left() > timedelta(hours=7, minutes=59)


def test_session_is_written_at_most_once_a_minute(signed_in: Client) -> None:
    def written() -> int:
        with CaptureQueriesContext(connection) as queries:
            signed_in.get("/notes/new")
        return sum('UPDATE "django_session"' in query["sql"] for query in queries.captured_queries)

    assert (written(), written()) == (0, 0)
    idle(timedelta(minutes=2))
    assert (written(), written()) == (1, 0)


def test_session_ends_twelve_hours_after_the_sign_in_whatever_work_there_is(signed_in: Client) -> None:
    begin_earlier(signed_in, timedelta(hours=11, minutes=59))
    assert signed_in.get("/").status_code == 200
    begin_earlier(signed_in, timedelta(minutes=1))

    assert signed_in.get("/")["Location"] == LED_TO_SIGN_IN

    assert (is_signed_in(signed_in), Session.objects.count()) == (False, 0)


def test_session_that_does_not_know_when_it_began_has_ended(signed_in: Client) -> None:
    session = signed_in.session
    del session["signed_in_at"]
    session.save()
    assert signed_in.get("/")["Location"] == LED_TO_SIGN_IN


def test_cookie_goes_with_the_browser_and_is_out_of_scripts_reach(client: Client, provider: ChosenProvider) -> None:
    sign_in(client, provider)
    cookie = client.cookies["sessionid"]
    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == ("", True, "Lax")


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_what_is_sent_without_a_session_is_told_so_and_not_led_away(client: Client, headers: dict[str, str]) -> None:
    response = client.post("/notes/new", {"subject": "x"}, headers=headers)
    assert (response.status_code, "何も送信されていません。" in response.content.decode()) == (401, True)


def test_anonymous_session_is_not_prolonged(client: Client) -> None:
    session = client.session
    session["x"] = 1
    session.save()
    idle(timedelta(hours=1))
    client.get("/login")
    assert left() < timedelta(hours=7, minutes=1)
