"""What somebody sees who may not."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from papyrus_site.roles import Role
from tests.invoices.factories import UserFactory, user_of

pytestmark = pytest.mark.django_db


def test_user_without_a_role_is_told_whom_to_ask(client: Client, settings: Settings) -> None:
    settings.CONTACT = "総務部 <内線 12>"
    client.force_login(UserFactory.create(username="neu"))
    response = client.get("/")
    body = response.content.decode()
    assert response.status_code == 403
    assert "このアカウントにはまだ役割がありません。" in body
    assert "neu としてログインしています" in body
    assert "お問い合わせ先：総務部 &lt;内線 12&gt;" in body
    assert 'action="/logout"' in body


def test_user_without_a_role_is_told_to_ask_an_administrator_when_no_contact_is_set(client: Client) -> None:
    client.force_login(UserFactory.create())
    assert "必要な役割を管理者に依頼するか" in client.get("/").content.decode()


def test_user_with_a_role_is_told_that_this_is_not_theirs(client: Client) -> None:
    client.force_login(user_of(Role.APPROVER))
    response = client.get("/notes/new")
    assert (response.status_code, "この操作を行う権限がありません。" in response.content.decode()) == (403, True)


@pytest.mark.parametrize(
    ("roles", "error"),
    [
        ((), "このアカウントにはまだ役割がありません。管理者に依頼してください。"),
        ((Role.APPROVER,), "このアカウントではこの操作はできません。必要な役割を管理者に依頼してください。"),
    ],
    ids=["none", "another"],
)
def test_refusal_is_json_to_who_prefers_that(client: Client, roles: tuple[Role, ...], error: str) -> None:
    client.force_login(user_of(*roles))
    response = client.get("/notes/new", headers={"Accept": "application/json"})
    assert (response.status_code, response.json()) == (403, {"error": error})


def test_browser_finds_an_icon_and_does_not_ask_for_one_that_is_not_there(client: Client) -> None:
    client.force_login(user_of(Role.ADMINISTRATOR))
    for path in ("/", "/admin/", "/admin/auth/user/", "/nothing"):
        assert 'rel="icon" href="/static/papyrus/icon.svg"' in client.get(path).content.decode(), path
