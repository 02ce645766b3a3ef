"""Users and their roles in the admin."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.test import Client

from papyrus_site import administrators
from papyrus_site.roles import Role, roles_of
from tests.invoices.factories import UserFactory, user_of
from tests.invoices.test_concurrency import at_once
from tests.opening import OpeningClient
from tests.papyrus_site.conftest import Log

pytestmark = pytest.mark.django_db

USERS = "/admin/auth/user/"
PASSWORD = "a-password-for-tests-1"


@pytest.fixture
def administrator(client: Client) -> User:
    user = user_of(Role.ADMINISTRATOR, username="administrator")
    client.force_login(user)
    return user


def address(user: User) -> str:
    return f"{USERS}{user.pk}/change/"


def sent(user: User, *roles: Role, **changes: Any) -> dict[str, Any]:
    return {"username": user.username, "is_active": "on", "roles": [*roles]} | changes


def again(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_new_user_has_the_roles_that_were_ticked(client: Client, administrator: User) -> None:
    typed = {"username": "new", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    response = client.post(f"{USERS}add/", typed | {"roles": ["clerk", "auditor"]})
    user = User.objects.get(username="new")
    assert (response.status_code, response["Location"]) == (302, address(user))
    assert roles_of(user) == {Role.CLERK, Role.AUDITOR}
    assert (user.is_staff, user.is_superuser, user.check_password(PASSWORD)) == (False, False, True)


def test_roles_are_shown_in_plain_words_and_set(client: Client, administrator: User, log: Log) -> None:
    user = user_of(Role.CLERK)
    user.groups.add(Group.objects.create(name="社内"))
    body = client.get(address(user)).content.decode()
    assert "承認者：納品書を閲覧し、承認します" in body
    assert body.count('name="roles"') == 5
    assert body.count("checked") == 2  # active, and clerk
    assert client.post(address(user), sent(user, Role.APPROVER, Role.AUDITOR)).status_code == 302
    assert roles_of(again(user)) == {Role.APPROVER, Role.AUDITOR}
    assert again(user).groups.filter(name="社内").exists()
    assert LogEntry.objects.get().get_change_message() == "役割 を変更しました。"
    given = [each for each in log.lines if each["msg"] == "user.roles_given"]
    assert [(each["of_user_id"], each["roles"]) for each in given] == [(user.pk, ["approver", "auditor"])]


def test_list_shows_roles_and_is_narrowed_by_them(client: Client, administrator: User) -> None:
    UserFactory.create(username="nobody")
    user_of(Role.CLERK, username="one-clerk")
    body = client.get(USERS).content.decode()
    assert ('class="field-roles">納品書担当<' in body, ">nobody<" in body) == (True, True)
    body = client.get(USERS, {"role": "clerk"}).content.decode()
    assert (">one-clerk<" in body, ">nobody<" in body) == (True, False)


@pytest.mark.parametrize("field", ["is_superuser", "is_staff", "user_permissions", "groups"])
def test_nobody_becomes_more_than_a_role_makes_of_them(client: Client, administrator: User, field: str) -> None:
    user = user_of(Role.CLERK)
    group = Group.objects.get(name="管理者")
    client.post(address(user), sent(user, Role.CLERK, **{field: str(group.pk)}))
    assert (again(user).is_superuser, again(user).is_staff) == (False, False)
    assert roles_of(again(user)) == {Role.CLERK}
    assert again(user).user_permissions.count() == 0


def test_superuser_is_above_administrators(client: Client, administrator: User) -> None:
    above = UserFactory.create(is_superuser=True, username="root")
    assert client.get(address(above)).status_code == 200
    assert client.post(address(above), sent(above, username="mine")).status_code == 403
    password = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    assert client.post(f"{USERS}{above.pk}/password/", password).status_code == 403
    assert (again(above).username, again(above).check_password(PASSWORD)) == ("root", False)


@pytest.mark.parametrize("changes", [{"roles": ["clerk"]}, {"is_active": ""}], ids=["role", "active"])
def test_last_administrator_stays(client: Client, administrator: User, changes: dict[str, Any]) -> None:
    user_of(Role.ADMINISTRATOR, is_active=False)
    response = client.post(address(administrator), sent(administrator, Role.ADMINISTRATOR, **changes))
    assert "administrator は最後の管理者です。先に別の人を管理者にしてください。" in response.content.decode()
    assert roles_of(again(administrator)) == {Role.ADMINISTRATOR}


@pytest.mark.parametrize("facts", [{"is_superuser": True}, {}], ids=["superuser", "administrator"])
def test_administrator_may_go_when_another_stays(client: Client, administrator: User, facts: dict[str, Any]) -> None:
    user_of(*([] if facts else [Role.ADMINISTRATOR]), **facts)
    assert client.post(address(administrator), sent(administrator)).status_code == 302
    assert roles_of(again(administrator)) == frozenset()
    assert client.get(USERS).status_code == 403


def test_nobody_is_deleted(client: Client, administrator: User) -> None:
    user = user_of(Role.CLERK)
    assert client.post(f"{USERS}{user.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(USERS, {"action": "delete_selected", "_selected_action": [str(user.pk)], "post": "yes"})
    assert User.objects.filter(pk=user.pk).exists()


@pytest.mark.parametrize("role", [Role.PRODUCT_STAFF, Role.AUDITOR])
def test_only_administrators_give_roles(client: Client, role: Role) -> None:
    user = user_of(role)
    client.force_login(user)
    assert client.post(address(user), sent(user, Role.ADMINISTRATOR)).status_code == 403
    assert roles_of(again(user)) == {role}


@pytest.mark.usefixtures("committed")
def test_one_administrator_stays_when_two_leave_at_once() -> None:
    leaving = [user_of(Role.ADMINISTRATOR) for _ in range(2)]

    def leave(which: int) -> int:
        client = OpeningClient()
        client.force_login(leaving[which])
        return int(client.post(address(leaving[which]), sent(leaving[which])).status_code)

    assert sorted(str(status) for status in at_once(leave, workers=2)) == ["200", "302"]
    assert administrators.present().count() == 1
