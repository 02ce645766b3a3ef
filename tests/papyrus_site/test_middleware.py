from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from tests.papyrus_site.conftest import Log

pytestmark = pytest.mark.urls("tests.papyrus_site.urls_for_logs")


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False, enforce_csrf_checks=True)


def without(line: dict[str, object], *names: str) -> dict[str, object]:
    return {name: value for name, value in line.items() if name not in names}


def test_request_line_names_the_route_and_not_the_address_when_a_page_is_shown(client: Client, log: Log) -> None:
    client.get("/notes/4711/?secret=1", headers={"referer": "http://testserver/?secret=2", "user-agent": '{"a":1}'})

    shown, line = log.lines
    assert without(line, "ts", "ms", "request_id") == {
        "lvl": "INFO",
        "logger": "papyrus",
        "msg": "request",
        "route": "notes/<int:pk>/",
        "method": "GET",
        "status": 200,
    }
    assert isinstance(line["ms"], float)
    assert shown["request_id"] == line["request_id"]
    assert "secret" not in log.stream.getvalue()


@pytest.mark.parametrize(
    ("path", "route", "status"),
    [
        ("/nothing/here%0a%22,", "-", 404),
        ("/forbidden", "forbidden", 403),
        ("/bad", "bad", 400),
        ("/own", "own", 302),
    ],
)
def test_request_has_one_line_when_it_is_not_answered_with_a_page(
    client: Client, log: Log, path: str, route: str, status: int
) -> None:
    response = client.get(path)

    (line,) = log.lines
    assert (line["lvl"], line["route"], line["status"], response.status_code) == ("INFO", route, status, status)
    assert line["request_id"] == response.headers["X-Request-Id"]
    assert "山田" not in log.stream.getvalue()


def test_request_has_an_error_line_with_its_id_and_route_when_it_fails(client: Client, log: Log) -> None:
    response = client.get("/failing?name=山田&secret=1")

    error, line = log.lines
    assert response.status_code == 500
    assert without(error, "ts", "exc", "request_id") == {
        "lvl": "ERROR",
        "logger": "django.request",
        "msg": "request failed",
        "route": "failing",
        "method": "GET",
    }
    assert error["exc"].endswith("KeyError")
    assert (line["msg"], line["status"], line["request_id"]) == ("request", 500, error["request_id"])
    assert "secret" not in log.stream.getvalue()
    assert "山田" not in log.stream.getvalue()


def test_request_has_its_line_when_not_even_the_error_page_can_be_made(
    client: Client, log: Log, settings: Settings
) -> None:
    # The error pages name a style sheet that this storage, empty before `collectstatic`, does not have.
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    settings.TEMPLATES = [
        {
            **settings.TEMPLATES[0],
            "APP_DIRS": False,
            "OPTIONS": {
                "loaders": [
                    ("django.template.loaders.locmem.Loader", {"500.html": "{% load static %}{% static 'x' %}"})
                ],
            },
        }
    ]

    with pytest.raises(ValueError, match="Missing staticfiles manifest"):
        client.get("/failing?name=x")

    assert [line["status"] for line in log.lines if line["msg"] == "request"] == [500]


def test_request_is_refused_plainly_in_one_line_when_its_host_is_not_ours(client: Client, log: Log) -> None:
    response = client.get("/notes/1/?secret=1", headers={"host": "evil.example"})

    (line,) = log.lines
    assert response.status_code == 400
    assert b"Traceback" not in response.content
    assert b"evil.example" not in response.content
    assert (line["status"], line["route"], line["reason"]) == (400, "-", "DisallowedHost")


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, "csrf: CSRF cookie not set."),
        ({"origin": "https://evil.example/?secret"}, "csrf: Origin checking failed"),
    ],
)
def test_request_line_says_why_when_the_csrf_check_refuses(
    client: Client, log: Log, headers: dict[str, str], reason: str
) -> None:
    assert client.post("/posted", headers=headers).status_code == 403

    (line,) = log.lines
    assert (line["status"], line["route"], line["reason"]) == (403, "posted", reason)
    assert "evil" not in log.stream.getvalue()


@pytest.mark.parametrize(
    ("headers", "identity"),
    [
        ({"x-amzn-trace-id": "Root=1-67891233-abcdef012345678912345678"}, "1-67891233-abcdef012345678912345678"),
        ({"x-amzn-trace-id": "Self=1-1-a;Root=1-2-b;Sampled=1", "x-request-id": "mine"}, "1-2-b"),
        ({"x-amzn-trace-id": "Self=1-1-a", "x-request-id": "mine"}, "mine"),
        ({"x-request-id": "a=1;b:2.c_d-e"}, "a=1;b:2.c_d-e"),
        ({"x-request-id": "x" * 128}, "x" * 128),
    ],
)
def test_request_id_is_the_callers_when_it_has_a_safe_form(
    client: Client, log: Log, headers: dict[str, str], identity: str
) -> None:
    response = client.get("/notes/1/", headers=headers)

    assert response.headers["X-Request-Id"] == identity
    assert {line["request_id"] for line in log.lines} == {identity}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-request-id": ""},
        {"x-request-id": "x" * 129},
        {"x-request-id": '"},{"msg":"forged"'},
        {"x-request-id": "a b"},
        {"x-request-id": "品番"},
        {"x-request-id": "a\n"},
        {"x-amzn-trace-id": 'Root="'},
        {"x-amzn-trace-id": "Root=" + "x" * 129},
    ],
)
def test_request_id_is_new_when_the_callers_is_missing_or_unsafe(
    client: Client, log: Log, headers: dict[str, str]
) -> None:
    first = client.get("/notes/1/", headers=headers).headers["X-Request-Id"]
    second = client.get("/notes/1/", headers=headers).headers["X-Request-Id"]

    assert re.fullmatch("[0-9a-f]{32}", first)
    assert first != second
    assert [line["request_id"] for line in log.lines] == [first, first, second, second]


@pytest.mark.django_db
def test_request_line_has_the_users_id_and_nothing_else_when_signed_in(client: Client, log: Log) -> None:
    user = User.objects.create_user("yamada", email="yamada@example.com")
    client.force_login(user)

    client.get("/own")

    (line,) = log.lines
    assert (line["status"], line["user_id"]) == (200, user.pk)
    assert "yamada" not in log.stream.getvalue()


@pytest.mark.django_db
def test_request_line_costs_no_query_when_nothing_else_asks_for_the_user(
    client: Client, log: Log, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(User.objects.create_user("yamada"))

    with django_assert_num_queries(0):
        client.get("/nothing/here")

    assert "user_id" not in log.lines[-1]
