"""Where each role lands after signing in."""

from __future__ import annotations

import pytest
from django.test import Client

from papyrus_site.roles import Role
from tests.invoices.factories import UserFactory, user_of

pytestmark = pytest.mark.django_db


def test_clerk_starts_at_the_delivery_notes(client: Client) -> None:
    client.force_login(user_of(Role.CLERK))
    assert client.get("/").status_code == 200


def test_product_staff_start_in_the_admin(client: Client) -> None:
    client.force_login(user_of(Role.PRODUCT_STAFF, is_staff=True))
    assert client.get("/")["Location"] == "/admin/"


def test_approvers_start_at_what_waits_and_can_see_everything(client: Client) -> None:
    client.force_login(user_of(Role.APPROVER))
    assert client.get("/")["Location"] == "/?state=waiting"
    body = client.get("/?state=waiting").content.decode()
    assert 'href="?state=all"' in body
    assert client.get("/?state=all").status_code == 200


def test_approvers_who_write_too_start_at_the_list(client: Client) -> None:
    client.force_login(user_of(Role.APPROVER, Role.CLERK))
    assert client.get("/").status_code == 200


def test_auditors_start_at_the_list(client: Client) -> None:
    client.force_login(user_of(Role.AUDITOR))
    assert client.get("/").status_code == 200


def test_user_without_a_role_is_told_so_and_can_sign_out(client: Client) -> None:
    client.force_login(UserFactory.create())
    response = client.get("/")
    assert response.status_code == 403
    assert 'action="/logout"' in response.content.decode()
