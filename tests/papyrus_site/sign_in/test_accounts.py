"""Who becomes which user, and with which roles."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from pytest_django import Settings

from papyrus_site.roles import Role, roles_of
from papyrus_site.sign_in.models import Identity
from tests.invoices.factories import UserFactory, user_of
from tests.papyrus_site.conftest import Log
from tests.papyrus_site.sign_in.chosen_provider import ChosenProvider
from tests.papyrus_site.sign_in.conftest import configure, is_signed_in, sign_in

GROUPS = "https://papyrus/roles"


def test_user_is_made_at_the_first_sign_in_and_found_at_the_next(client: Client, provider: ChosenProvider) -> None:
    sign_in(client, provider)
    provider.person |= {"email": "sato@papyrus.example", "name": "佐藤 花子"}
    sign_in(Client(), provider)

    (user,) = User.objects.all()
    assert (user.username, user.email, user.first_name) == (
        "yamada@papyrus.example",
        "sato@papyrus.example",
        "佐藤 花子",
    )
    assert (user.has_usable_password(), user.is_staff, user.is_superuser) == (False, False, False)
    assert Identity.objects.get().issuer == provider.issuer


@pytest.mark.parametrize("verified", [False, None, "true"])
def test_nobody_is_signed_in_or_made_when_the_email_is_not_verified(
    client: Client, provider: ChosenProvider, verified: Any
) -> None:
    user_of(Role.ADMINISTRATOR, username="admin", email="yamada@papyrus.example")
    provider.person["email_verified"] = verified

    response = sign_in(client, provider)

    assert (response.status_code, is_signed_in(client)) == (403, False)
    assert "メールアドレスが確認されていません。" in response.content.decode()
    assert (User.objects.count(), Identity.objects.count()) == (1, 0)


def test_local_account_is_not_taken_over_by_its_email_though_verified(client: Client, provider: ChosenProvider) -> None:
    admin = user_of(Role.ADMINISTRATOR, username="yamada@papyrus.example", email="yamada@papyrus.example")

    sign_in(client, provider)

    assert Identity.objects.get().user.username == "yamada@papyrus.example-2"
    assert roles_of(admin) == {Role.ADMINISTRATOR}
    assert not admin.identities.exists()


def test_same_subject_of_another_provider_is_another_user(
    client: Client, provider: ChosenProvider, settings: Settings
) -> None:
    Identity.objects.create(user=UserFactory.create(), issuer="https://other.example", subject=provider.person["sub"])
    sign_in(client, provider)
    assert set(Identity.objects.values_list("issuer", flat=True)) == {"https://other.example", provider.issuer}
    assert User.objects.count() == 2


def test_names_do_not_collide_when_many_have_the_same(provider: ChosenProvider) -> None:
    for number in range(4):
        provider.person["sub"] = f"auth0|{number}"
        sign_in(Client(), provider)
    assert set(User.objects.values_list("username", flat=True)) == {
        "yamada@papyrus.example",
        *(f"yamada@papyrus.example-{number}" for number in (2, 3, 4)),
    }


def test_long_email_gives_a_name_that_fits(provider: ChosenProvider) -> None:
    for number in range(2):
        provider.person |= {"sub": f"auth0|{number}", "email": f"{'a' * 200}@papyrus.example"}
        sign_in(Client(), provider)
    assert sorted(len(name) for name in User.objects.values_list("username", flat=True)) == [146, 150]


def test_inactive_user_is_not_signed_in(client: Client, provider: ChosenProvider) -> None:
    sign_in(client, provider)
    User.objects.update(is_active=False)

    assert client.get("/")["Location"] == "/login?next=/"
    response = sign_in(Client(), provider)

    assert response.status_code == 403
    assert "このアカウントは無効になっています。" in response.content.decode()


@pytest.mark.parametrize("role", Role)
def test_role_is_the_one_of_the_claim(client: Client, provider: ChosenProvider, role: Role) -> None:
    provider.person[GROUPS] = [role.value]
    sign_in(client, provider)
    assert roles_of(User.objects.get()) == {role}


def test_roles_follow_the_claim_and_other_groups_stay(client: Client, provider: ChosenProvider) -> None:
    provider.person[GROUPS] = "clerk auditor"
    sign_in(client, provider)
    User.objects.get().groups.add(Group.objects.create(name="tennis"))

    provider.person[GROUPS] = ["auditor"]
    sign_in(Client(), provider)

    assert set(User.objects.get().groups.values_list("name", flat=True)) == {"監査", "tennis"}


def test_unknown_groups_are_counted_in_the_log_and_nothing_else(
    client: Client, provider: ChosenProvider, log: Log
) -> None:
    provider.person[GROUPS] = ["clerk", "友の会", "tennis"]
    sign_in(client, provider)

    (line,) = [line for line in log.lines if line["msg"] == "sign_in.unknown_groups"]
    assert (line["count"], line["user_id"]) == (2, User.objects.get().pk)
    for value in ("友の会", "tennis", "yamada", "山田", "auth0|1", "refresh-1", "good-code"):
        assert value not in log.stream.getvalue()


def test_groups_of_another_name_and_claim_are_mapped(
    client: Client, provider: ChosenProvider, settings: Settings
) -> None:
    configure(settings, provider, groups_claim="realm_access.roles", roles={"sales": "clerk"})
    provider.person |= {"realm_access": {"roles": ["sales", "administrator"]}}
    sign_in(client, provider)
    assert roles_of(User.objects.get()) == {Role.CLERK}


def test_user_without_a_role_is_told_so(client: Client, provider: ChosenProvider) -> None:
    del provider.person[GROUPS]
    sign_in(client, provider)
    response = client.get("/")
    assert (response.status_code, 'action="/logout"' in response.content.decode()) == (403, True)


def test_claims_of_userinfo_complete_those_of_the_token(client: Client, provider: ChosenProvider) -> None:
    provider.userinfo = dict(provider.person)
    missing: dict[str, Any] = dict.fromkeys(("email", "email_verified", GROUPS))
    provider.make_token = lambda: provider.token(**missing)
    sign_in(client, provider)
    assert roles_of(User.objects.get()) == {Role.CLERK}


def test_userinfo_does_not_overrule_the_signed_token(client: Client, provider: ChosenProvider) -> None:
    provider.userinfo = provider.person | {GROUPS: ["administrator"]}
    sign_in(client, provider)
    assert roles_of(User.objects.get()) == {Role.CLERK}


def test_administrator_moves_an_identity_to_the_user_who_was_here_before(
    client: Client, provider: ChosenProvider
) -> None:
    sign_in(client, provider)
    before = user_of(Role.CLERK, username="yamada")
    Identity.objects.update(user=before)

    sign_in(client, provider)

    assert client.session["_auth_user_id"] == str(before.pk)
