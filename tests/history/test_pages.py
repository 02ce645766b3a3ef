"""The history of one object and the page of all changes."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from catalog.merging import services
from catalog.models import Product, TaxRate
from history import pages
from papyrus_site.roles import Role
from tests import inline_rows
from tests.catalog.factories import ProductFactory
from tests.invoices.factories import CustomerFactory, UserFactory, user_of

pytestmark = pytest.mark.django_db

ALL = "/admin/changes/"
VALID = {"name": "茶", "unit_price": "1200", "unit": "個", "tax_category": "reduced", "jan": "", "note": ""}
VALID |= inline_rows.OF_PRODUCT


def shown(answer: Any) -> list[str]:
    """Each change as one line of text."""
    assert answer.status_code == 200
    _before, _table, listed = answer.content.decode().partition('<table class="changes">')
    rows = re.findall("<tr>(.*?)</tr>", listed.partition("<tbody>")[2], re.DOTALL)
    return [" ".join(unescape(re.sub("<[^>]*>", " ", row)).split()) for row in rows]


def by_nobody(statement: str) -> None:
    """Change something as psql would, whoever was asked for by this test before."""
    with connection.cursor() as cursor:
        cursor.execute("set local pghistory.context_metadata = ''")
        cursor.execute(statement)


def test_history_of_an_object_says_what_became_of_what_and_who_did_it(signed_in: Client, staff: User) -> None:
    User.objects.filter(pk=staff.pk).update(last_name="山田", first_name="花子")
    ProductFactory.create(sku="A/1", name="緑茶", unit_price="1080.5")
    ProductFactory.create(sku="B")

    saved = signed_in.post("/admin/catalog/product/A_2F1/change/", VALID)

    update, insert = shown(signed_in.get("/admin/catalog/product/A_2F1/history/"))
    assert "changed Product name 緑茶 → 茶 Unit price 1,080.5 → 1,200" in update
    assert "Tax category 標準税率 → 軽減税率 Active yes → no" in update
    assert update.endswith(f"山田 花子 {saved['X-Request-Id']}")
    assert "added SKU A/1" in insert


def test_history_stays_when_its_object_is_deleted(signed_in: Client) -> None:
    ProductFactory.create(sku="A")
    signed_in.post("/admin/catalog/product/A/delete/", {"post": "yes"})

    answer = signed_in.get("/admin/catalog/product/A/history/")

    assert "deleted SKU A" in shown(answer)[0]
    assert "It was deleted; this is what remains known of it." in answer.content.decode()
    assert signed_in.get("/admin/catalog/product/NONE/history/").status_code == 302
    assert signed_in.get("/admin/invoices/customer/x/history/").status_code == 302


def test_history_of_a_category_has_its_rates_and_that_of_a_user_the_roles(signed_in: Client) -> None:
    TaxRate.objects.filter(category="reduced").update(rate=7)
    user = user_of(Role.CLERK, username="clerk")

    rates = shown(signed_in.get("/admin/catalog/taxcategory/reduced/history/"))
    roles = shown(signed_in.get(f"/admin/auth/user/{user.pk}/history/"))

    assert "changed Tax rate 軽減税率 2019-10-01 Rate (%) 8 → 7" in rates[0]
    assert "added Role of a user clerk User clerk Group 納品書担当" in roles[1]


def test_changes_are_narrowed_by_person_day_and_kind(signed_in: Client, staff: User) -> None:
    ProductFactory.create(sku="A", name="緑茶")
    CustomerFactory.create(name="株式会社甲")
    signed_in.post("/admin/catalog/product/A/change/", VALID)
    by_nobody("update products set unit_price = 5")

    def found(**query: Any) -> list[str]:
        return [line.split(" ", 2)[2] for line in shown(signed_in.get(ALL, query))]

    assert [line.startswith("Product A 茶 changed Product name 緑茶") for line in found(who=staff.pk)] == [True]
    assert found(who="-", kind="product_changes")[0].startswith(
        "Product A 茶 changed Unit price 1,200 → 5 database role"
    )
    assert len(found(kind="customer_changes")) == 1
    assert found(since="2999-01-01") == found(until="1999-01-01") == []
    assert len(found(since="1999-01-01", until="2999-01-01")) == len(found())


def test_changes_are_narrowed_by_sku_also_of_a_product_that_is_gone_or_merged(signed_in: Client) -> None:
    for sku in ("A", "B", "C"):
        ProductFactory.create(sku=sku)
    Product.objects.filter(sku="A").delete()
    services.merge(["B"], into="C")

    found = {sku: shown(signed_in.get(ALL, {"sku": sku})) for sku in ("A", "B", "C", "NONE")}

    assert {sku: len(lines) for sku, lines in found.items()} == {"A": 2, "B": 3, "C": 2, "NONE": 0}
    assert "deleted SKU A" in found["A"][0]
    assert len(shown(signed_in.get(ALL, {"sku": "B", "kind": "product_alias_changes"}))) == 1


def test_changes_are_paged_without_gaps(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PAGE_LENGTH", 2)
    ProductFactory.create_batch(3)
    CustomerFactory.create_batch(2)
    kinds = ("product_changes", "customer_changes")
    everything = [each for kind in kinds for each in seen_by_pages(signed_in, kind=kind)]

    by_page = [line for line in seen_by_pages(signed_in) if "Product" in line or "Customer" in line]

    assert sorted(by_page) == sorted(everything)
    assert len(by_page) == len(set(by_page)) == 5


def seen_by_pages(client: Client, **query: str) -> list[str]:
    answer = client.get(ALL, query)
    lines = shown(answer)
    while older := answer.context["older"]:
        answer = client.get(f"{ALL}?{older}")
        lines += shown(answer)
    return lines


@pytest.mark.parametrize("after", ["x", "2026-01-01T00:00/a/1", "9999-99-99/a/1", "2026-01-01T00:00:00+09:00/a/x"])
def test_address_that_cannot_be_read_begins_at_the_newest(signed_in: Client, after: str) -> None:
    ProductFactory.create(sku="A")

    assert shown(signed_in.get(ALL, {"after": after})) == shown(signed_in.get(ALL))


def test_person_who_is_gone_is_said_to_be(signed_in: Client) -> None:
    user = UserFactory.create()
    with connection.cursor() as cursor:
        cursor.execute(f"""set local pghistory.context_metadata = '{{"user": {user.pk}}}'""")
        cursor.execute("insert into products (sku, name) values ('A', 'B')")
    User.objects.filter(pk=user.pk).delete()

    assert shown(signed_in.get(ALL, {"kind": "product_changes"}))[0].endswith(f"user {user.pk}, who is gone")


@pytest.mark.parametrize(
    ("role", "kinds"),
    [
        (Role.AUDITOR, {"product_changes", "customer_changes", "user_changes"}),
        (Role.PRODUCT_STAFF, {"product_changes", "customer_changes"}),
    ],
)
def test_each_role_sees_the_changes_of_what_it_may_view(client: Client, role: Role, kinds: set[str]) -> None:
    client.force_login(user_of(role))

    form = client.get(ALL).context["form"]

    offered = {value for value, _label in form.fields["kind"].choices}
    assert offered & {"product_changes", "customer_changes", "user_changes"} == kinds
    assert client.get(ALL, {"kind": "user_changes"}).context["entries"] == [] or "user_changes" in kinds


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("address", [ALL, "/admin/catalog/product/A/history/"])
def test_pages_ask_as_often_when_they_are_longer(
    signed_in: Client, address: str, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    ProductFactory.create(sku="A")
    for number in range(count):
        Product.objects.update(unit_price=number)
        signed_in.post("/admin/catalog/product/A/change/", VALID | {"unit_price": f"1{number}"})

    with django_assert_max_num_queries(10):
        signed_in.get(address)
