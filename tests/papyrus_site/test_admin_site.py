"""Who may open the admin, and what it answers."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from catalog.models import Product
from invoices.models import Customer
from papyrus_site.roles import Role, give
from tests.catalog.factories import ProductFactory
from tests.invoices.factories import CustomerFactory, IssuerFactory, UserFactory, user_of

pytestmark = pytest.mark.django_db

PRODUCTS = "/admin/catalog/product/"


def opens(client: Client, user: Any) -> int:
    client.force_login(user)
    return client.get("/admin/").status_code


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.PRODUCT_STAFF, 200),
        (Role.CLERK, 403),
        (Role.APPROVER, 403),
        (Role.AUDITOR, 200),
        (Role.ADMINISTRATOR, 200),
    ],
)
def test_admin_is_opened_by_the_role_whatever_the_staff_box_says(client: Client, role: Role, status: int) -> None:
    assert opens(client, user_of(role)) == status
    assert opens(client, user_of(role, is_staff=True)) == status


def test_admin_opens_to_a_superuser_without_a_role_and_to_nobody_without_either(client: Client) -> None:
    assert opens(client, UserFactory.create(is_superuser=True)) == 200
    assert opens(client, UserFactory.create(is_staff=True)) == 403


def test_role_taken_away_is_gone_at_the_next_request(client: Client) -> None:
    user = user_of(Role.PRODUCT_STAFF, Role.CLERK)
    client.force_login(user)
    assert (client.get(PRODUCTS).status_code, client.get("/notes/new").status_code) == (200, 200)
    give(user, [Role.CLERK])
    assert (client.get(PRODUCTS).status_code, client.get("/notes/new").status_code) == (403, 200)
    give(user, [])
    assert (client.get(PRODUCTS).status_code, client.get("/notes/new").status_code) == (403, 403)


def test_account_switched_off_is_signed_out_at_the_next_request(client: Client) -> None:
    user = user_of(Role.CLERK)
    client.force_login(user)
    assert client.get("/").status_code == 200
    user.is_active = False
    user.save()
    assert client.get("/")["Location"] == "/login?next=/"


def test_staff_write_no_notes_unless_they_are_clerks_too(client: Client) -> None:
    client.force_login(user_of(Role.PRODUCT_STAFF))
    assert (client.get("/notes/new").status_code, client.get("/notes/1").status_code) == (403, 403)
    client.force_login(user_of(Role.PRODUCT_STAFF, Role.CLERK))
    assert (client.get("/notes/new").status_code, client.get("/notes/1").status_code) == (200, 404)


def test_menu_of_the_admin_leads_only_where_the_role_may_go(client: Client) -> None:
    client.force_login(user_of(Role.PRODUCT_STAFF))
    body = client.get("/admin/").content.decode()
    assert ('href="/">' in body, "/admin/auth/user/" in body, "/admin/catalog/product/" in body) == (False, False, True)
    client.force_login(user_of(Role.ADMINISTRATOR))
    body = client.get("/admin/").content.decode()
    assert ('href="/">' in body, "/admin/auth/user/" in body, 'action="/logout"' in body) == (True, True, True)


def test_sign_in_is_the_one_page_of_the_product(client: Client) -> None:
    assert client.get("/admin/")["Location"] == "/admin/login/?next=/admin/"
    assert client.get("/admin/login/?next=/admin/")["Location"] == "/login?next=/admin/"
    assert client.get(PRODUCTS)["Location"] == f"/login?next={PRODUCTS}"


class TestAuditor:
    """Reads everything in the admin and changes nothing there."""

    @pytest.fixture(autouse=True)
    def _signed_in(self, client: Client) -> None:
        client.force_login(user_of(Role.AUDITOR))

    def test_change_form_is_refused_when_sent(self, client: Client) -> None:
        customer = CustomerFactory.create(name="先の名")
        address = f"/admin/invoices/customer/{customer.pk}/change/"
        assert client.get(address).status_code == 200
        assert client.post(address, {"code": "X", "name": "後の名"}).status_code == 403
        assert Customer.objects.get().name == "先の名"

    @pytest.mark.parametrize("action", ["deactivate", "delete_selected"])
    def test_actions_are_not_carried_out(self, client: Client, action: str) -> None:
        ProductFactory.create(sku="A")
        sent = {"action": action, "_selected_action": ["A"], "post": "yes", "index": "0"}
        client.post(PRODUCTS, sent)
        assert Product.objects.get().is_active is True

    def test_list_is_not_saved(self, client: Client) -> None:
        ProductFactory.create(sku="A", name="茶")
        sent = {"_save": "1", "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-sku": "A", "form-0-name": "x"}
        client.post(PRODUCTS, sent)
        assert Product.objects.get().name == "茶"

    def test_issuer_is_shown_without_the_fields_for_another_seal(self, client: Client) -> None:
        issuer = IssuerFactory.create()
        body = client.get(f"/admin/invoices/issuer/{issuer.pk}/change/").content.decode()
        assert (issuer.name in body, "field-present_seal" in body, "field-seal_image" in body) == (True, True, False)

    def test_user_is_shown_without_the_hash_of_the_password(self, client: Client) -> None:
        other = user_of(Role.CLERK)
        other.set_password("only-for-tests")
        other.save()
        body = client.get(f"/admin/auth/user/{other.pk}/change/").content.decode()
        assert (other.username in body, "pbkdf2" in body, "納品書担当" in body) == (True, False, True)
