"""Accounts at the provider in the admin."""

from __future__ import annotations

import pytest
from django.test import Client

from papyrus_site.roles import Role
from papyrus_site.sign_in.models import Identity
from tests.invoices.factories import UserFactory, user_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrators_own(client: Client) -> Identity:
    """The account of the administrator who is signed in."""
    administrator = user_of(Role.ADMINISTRATOR, username="administrator")
    client.force_login(administrator)
    return Identity.objects.create(user=administrator, issuer="https://tenant.example/", subject="sub|1")


def address(identity: Identity) -> str:
    return f"/admin/sign_in/identity/{identity.pk}/change/"


def owner_of(identity: Identity) -> str:
    return Identity.objects.select_related("user").get(pk=identity.pk).user.username


def test_identity_is_moved_to_a_user_who_was_here_before(client: Client, administrators_own: Identity) -> None:
    before = user_of(Role.CLERK, username="before")
    assert client.post(address(administrators_own), {"user": before.pk}).status_code == 302
    assert owner_of(administrators_own) == "before"


def test_administrator_becomes_no_superuser_by_moving_an_identity(client: Client, administrators_own: Identity) -> None:
    above = UserFactory.create(username="above", is_superuser=True)
    assert client.post(address(administrators_own), {"user": above.pk}).status_code == 200
    assert owner_of(administrators_own) == "administrator"


def test_administrator_takes_no_identity_from_a_superuser(client: Client, administrators_own: Identity) -> None:
    above = UserFactory.create(username="above", is_superuser=True)
    theirs = Identity.objects.create(user=above, issuer="https://tenant.example/", subject="sub|2")
    assert client.post(address(theirs), {"user": administrators_own.user.pk}).status_code == 403
    assert owner_of(theirs) == "above"


@pytest.mark.parametrize("typed", [":", "abc", "-1", "1.5", "9" * 40])
def test_identity_stays_when_it_is_moved_to_what_is_no_user(
    client: Client, administrators_own: Identity, typed: str
) -> None:
    assert client.post(address(administrators_own), {"user": typed}).status_code == 200
    assert owner_of(administrators_own) == "administrator"
