"""Two people on one page: the second to save is shown what the first changed, and decides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from catalog.merging import services
from catalog.models import Product, TaxCategory, TaxRate
from invoices.models import Customer, Issuer
from papyrus_site.roles import Role, give, roles_of
from tests import inline_rows
from tests.catalog.factories import ProductFactory, TaxCategoryFactory, TaxRateFactory
from tests.invoices.factories import CustomerFactory, IssuerFactory, user_of
from tests.opening import opened, opened_with

pytestmark = pytest.mark.django_db

LIST = "/admin/catalog/product/"
CHANGE = f"{LIST}A/change/"
TYPED = {
    "name": "茶",
    "unit_price": "100",
    "unit": "個",
    "tax_category": "standard",
    "jan": "",
    "note": "",
    "is_active": "on",
    **inline_rows.OF_PRODUCT,
}


@pytest.fixture
def product() -> Product:
    product: Product = ProductFactory.create(sku="A", name="茶", unit_price=100)
    return product


def token(answer: Any) -> str:
    return opened_with(answer.content.decode())


def differences(answer: Any) -> list[tuple[str, ...]]:
    """Field, then what it was, what was saved meanwhile, what was typed; and whether to decide or taken over."""
    assert answer.status_code == 409
    met = answer.context["meeting"]
    return [(each.label, *each.shown.values(), "decide" if each.is_touched else "taken") for each in met.differences]


def test_second_decides_where_both_changed_and_sees_the_rest(signed_in: Client, product: Product) -> None:
    begun = opened(signed_in, CHANGE)
    Product.objects.update(unit_price=120, note="値上げ")

    answer = signed_in.post(CHANGE, TYPED | {"unit_price": "１３０", "unit": "袋", "_opened": begun})

    assert differences(answer) == [
        ("Unit price", "100", "120", "１３０", "decide"),
        ("Note", "", "値上げ", "", "taken"),
    ]
    page = answer.content.decode()
    assert 'name="unit" value="袋"' in page
    assert 'name="unit_price" value="１３０"' in page
    assert "値上げ</textarea>" in page
    product.refresh_from_db()
    assert (product.unit_price, product.unit) == (Decimal(120), "個")


@pytest.mark.parametrize(("decision", "price"), [("mine", 130), ("theirs", 120)])
def test_decision_is_carried_out(signed_in: Client, product: Product, decision: str, price: int) -> None:
    typed = TYPED | {"unit_price": "130", "unit": "袋", "_opened": opened(signed_in, CHANGE)}
    Product.objects.update(unit_price=120)
    shown = signed_in.post(CHANGE, typed)

    undecided = signed_in.post(CHANGE, typed | {"_opened": token(shown)})
    decided = signed_in.post(CHANGE, typed | {"_opened": token(undecided), "_keep/unit_price": decision})

    assert (undecided.status_code, decided.status_code) == (409, 302)
    product.refresh_from_db()
    assert (product.unit_price, product.unit) == (Decimal(price), "袋")


def test_third_who_saves_meanwhile_is_shown_as_well(signed_in: Client, product: Product) -> None:
    typed = TYPED | {"unit_price": "130", "_opened": opened(signed_in, CHANGE)}
    Product.objects.update(unit_price=120)
    shown = signed_in.post(CHANGE, typed)
    Product.objects.update(unit_price=140)

    again = signed_in.post(CHANGE, typed | {"_opened": token(shown), "_keep/unit_price": "mine"})

    assert differences(again) == [("Unit price", "100", "140", "130", "decide")]


def test_nobody_is_asked_when_both_typed_the_same(signed_in: Client, product: Product) -> None:
    begun = opened(signed_in, CHANGE)
    Product.objects.update(unit_price=120)

    assert signed_in.post(CHANGE, TYPED | {"unit_price": "120", "_opened": begun}).status_code == 302


def test_wrong_value_does_not_hide_what_was_saved_meanwhile(signed_in: Client, product: Product) -> None:
    begun = opened(signed_in, CHANGE)
    wrong = signed_in.post(CHANGE, TYPED | {"unit_price": "千円", "_opened": begun})
    Product.objects.update(unit_price=120)

    answer = signed_in.post(CHANGE, TYPED | {"unit_price": "130", "_opened": token(wrong)})

    assert wrong.status_code == 200
    assert differences(answer) == [("Unit price", "100", "120", "130", "decide")]


@pytest.mark.parametrize("forged", ["", "x", "e30:1:x"])
def test_page_that_was_never_opened_overwrites_nothing(signed_in: Client, product: Product, forged: str) -> None:
    answer = signed_in.post(CHANGE, TYPED | {"unit_price": "130", "_opened": forged})

    assert differences(answer) == [("Unit price", "?", "100", "130", "decide")]
    product.refresh_from_db()
    assert product.unit_price == 100


def test_typed_text_is_shown_when_the_product_was_deleted_meanwhile(signed_in: Client, product: Product) -> None:
    begun = opened(signed_in, CHANGE)
    Product.objects.all().delete()

    answer = signed_in.post(CHANGE, TYPED | {"name": "ほうじ茶", "_opened": begun})

    assert answer.status_code == 409
    assert "<dt>Product name</dt><dd>ほうじ茶</dd>" in answer.content.decode()


def test_who_saved_meanwhile_is_named(signed_in: Client, client: Client, product: Product) -> None:
    begun = opened(signed_in, CHANGE)
    other = Client()
    other.force_login(user_of(Role.PRODUCT_STAFF, username="yamada", last_name="山田"))
    assert other.post(CHANGE, TYPED | {"unit_price": "120", "_opened": opened(other, CHANGE)}).status_code == 302

    answer = signed_in.post(CHANGE, TYPED | {"unit_price": "130", "_opened": begun})

    assert re.search(r"山田 saved meanwhile, at \d\d:\d\d", answer.content.decode())


def rates(*rows: dict[str, str], initial: int, **category: str) -> dict[str, str]:
    sent = {"name": "軽減税率", "kind": "reduced", "sort_order": "2"} | category
    sent |= {"rates-TOTAL_FORMS": str(len(rows)), "rates-INITIAL_FORMS": str(initial)}
    named = [{f"rates-{place}-{name}": value for name, value in row.items()} for place, row in enumerate(rows)]
    return sent | {name: value for row in named for name, value in ({"category": "reduced"} | row).items()}


REDUCED = "/admin/catalog/taxcategory/reduced/change/"


def test_rates_are_compared_row_by_row(signed_in: Client) -> None:
    first = TaxRate.objects.get(category="reduced")
    last = TaxRate.objects.create(category_id="reduced", valid_from="2999-01-01", rate=1)
    rows = [
        {"id": str(first.pk), "valid_from": "2019-10-01", "rate": "9"},
        {"id": str(last.pk), "valid_from": "2999-01-01", "rate": "3"},
    ]
    begun = opened(signed_in, REDUCED)
    TaxRate.objects.filter(pk=first.pk).update(rate=7)
    TaxRate.objects.filter(pk=last.pk).delete()
    TaxRate.objects.create(category_id="reduced", valid_from="2888-01-01", rate=2)

    answer = signed_in.post(REDUCED, rates(*rows, initial=2) | {"_opened": begun})

    assert differences(answer) == [("reduced 7% 2019-10-01 Rate (%)", "8", "7", "9", "decide")]
    assert (answer.context["meeting"].gone, answer.context["meeting"].added) == (
        ["2999-01-01 1"],
        ["2888-01-01 2"],
    )
    decided = {"_opened": token(answer), f"_keep/rates/{first.pk}/rate": "mine"}
    # The row that was deleted by the other and typed into here is a new one.
    kept = [rows[0], rows[1] | {"id": ""}]
    assert signed_in.post(REDUCED, rates(*kept, initial=1) | decided).status_code == 302
    assert [f"{rate:.0f}" for rate in TaxRate.objects.filter(category="reduced").values_list("rate", flat=True)] == [
        "3",
        "2",
        "9",
    ]


def test_untouched_rate_goes_when_the_other_deleted_it(signed_in: Client) -> None:
    first = TaxRate.objects.get(category="reduced")
    last = TaxRate.objects.create(category_id="reduced", valid_from="2999-01-01", rate=1)
    begun = opened(signed_in, REDUCED)
    rows = [
        {"id": str(last.pk), "valid_from": "2999-01-01", "rate": "1.00"},
        {"id": str(first.pk), "valid_from": "2019-10-01", "rate": "8.00"},
    ]
    last.delete()

    answer = signed_in.post(REDUCED, rates(*rows, initial=2, name="軽減") | {"_opened": begun})

    assert differences(answer) == []
    assert answer.context["meeting"].gone == ["2999-01-01 1"]
    assert len(answer.context["inline_admin_formsets"][0].formset.initial_forms) == 1
    assert TaxCategory.objects.get(code="reduced").name == "軽減税率"


def test_customer_issuer_and_roles_are_compared_too(signed_in: Client) -> None:
    customer, issuer, user = CustomerFactory.create(kana="サンプル"), IssuerFactory.create(), user_of(Role.CLERK)
    pages = {
        f"/admin/invoices/customer/{customer.pk}/change/": ("code", customer.code),
        f"/admin/invoices/issuer/{issuer.pk}/change/": ("name", issuer.name),
        f"/admin/auth/user/{user.pk}/change/": ("username", user.username),
    }
    begun = {page: opened(signed_in, page) for page in pages}
    Customer.objects.update(kana="カナ")
    Issuer.objects.update(fax="03-0000-0001")
    give(user, [Role.APPROVER])

    found = [
        [row[0] for row in differences(signed_in.post(page, {name: typed, "_opened": begun[page]}))]
        for page, (name, typed) in pages.items()
    ]

    assert [("Kana" in found[0]), ("Fax" in found[1]), ("Roles" in found[2])] == [True, True, True]
    assert roles_of(User.objects.get(pk=user.pk)) == {Role.APPROVER}


def test_seal_that_was_changed_meanwhile_is_told(signed_in: Client) -> None:
    issuer = IssuerFactory.create()
    page = f"/admin/invoices/issuer/{issuer.pk}/change/"
    begun = opened(signed_in, page)
    with connection.cursor() as cursor:
        cursor.execute("insert into seals (sha256, image) values (repeat('a', 64), '')")
        cursor.execute("update issuers set seal_id = repeat('a', 64)")

    answer = signed_in.post(page, {"name": issuer.name, "is_current": "on", "remove_seal": "on", "_opened": begun})

    assert ("Present seal", "", "a" * 12, "", "taken") in differences(answer)
    issuer.refresh_from_db()
    assert issuer.seal_id == "a" * 64


@pytest.fixture
def impatient() -> Iterator[None]:
    """Wait for a lock for less long than the service does."""
    with connection.cursor() as cursor:
        cursor.execute("set lock_timeout = '200ms'")
        yield
        cursor.execute("reset lock_timeout")


@pytest.mark.usefixtures("committed", "impatient")
def test_nothing_fails_while_somebody_else_keeps_the_product_locked(client: Client) -> None:
    client.force_login(user_of(Role.PRODUCT_STAFF))
    ProductFactory.create(sku="A", name="茶", unit_price=100)
    typed = TYPED | {"unit_price": "130", "_opened": opened(client, CHANGE)}
    listed = TestList.sent(opened(client, LIST), form__0__unit_price="130") | {"form-TOTAL_FORMS": "1"}
    with psycopg.connect(dbname=connection.settings_dict["NAME"]) as other:
        other.execute("update papyrus_schema.products set unit_price = 120")

        answers = [client.post(CHANGE, typed), client.post(LIST, listed | {"form-INITIAL_FORMS": "1"})]

        for answer in answers:
            assert answer.status_code == 409
            assert "Somebody else is writing it right now, so nothing was saved. Save again soon." in str(
                answer.content
            )
            assert b'value="130"' in answer.content
    assert differences(client.post(CHANGE, typed | {"_opened": token(answers[0])})) == [
        ("Unit price", "100", "120", "130", "decide")
    ]


class TestList:
    @pytest.fixture
    def begun(self, signed_in: Client) -> str:
        for sku in ("A", "B"):
            ProductFactory.create(sku=sku, unit_price=100)
        return opened(signed_in, LIST)

    @staticmethod
    def sent(begun: str, **changes: str) -> dict[str, str]:
        rows = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "2", "_save": "1", "_opened": begun}
        for place, sku in enumerate("AB"):
            rows |= {f"form-{place}-sku": sku, f"form-{place}-unit_price": "100", f"form-{place}-is_active": "on"}
        return rows | {name.replace("__", "-"): value for name, value in changes.items()}

    def prices(self) -> list[tuple[str, int]]:
        return [(each.sku, int(each.unit_price or 0)) for each in Product.objects.all()]

    def test_untouched_rows_keep_what_others_saved(self, signed_in: Client, begun: str) -> None:
        Product.objects.filter(sku="B").update(unit_price=120)

        answer = signed_in.post(LIST, self.sent(begun, form__0__unit_price="130"))

        assert answer.status_code == 302
        assert self.prices() == [("A", 130), ("B", 120)]

    def test_touched_row_is_decided_about(self, signed_in: Client, begun: str) -> None:
        Product.objects.filter(sku="B").update(unit_price=120)
        typed = {"form__0__unit_price": "130", "form__1__unit_price": "140"}

        answer = signed_in.post(LIST, self.sent(begun, **typed))

        assert differences(answer) == [
            ("B 商品1 Unit price".replace("商品1", name_of("B")), "100", "120", "140", "decide")
        ]
        assert 'name="form-1-unit_price" value="140"' in answer.content.decode()
        assert self.prices() == [("A", 100), ("B", 120)]
        decided = self.sent(token(answer), **typed) | {"_keep/form/B/unit_price": "theirs"}
        assert signed_in.post(LIST, decided).status_code == 302
        assert self.prices() == [("A", 130), ("B", 120)]

    def test_row_that_was_deleted_is_told(self, signed_in: Client, begun: str) -> None:
        Product.objects.filter(sku="B").delete()

        answer = signed_in.post(LIST, self.sent(begun, form__0__unit_price="130"))

        assert answer.status_code == 409
        assert len(answer.context["meeting"].gone) == 1
        assert self.prices() == [("A", 100)]


def name_of(sku: str) -> str:
    return Product.objects.get(sku=sku).name


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    "address",
    [
        LIST,
        CHANGE,
        f"{LIST}merge/?sku=A&sku=B",
        f"{LIST}A/delete/",
        "/admin/catalog/taxcategory/extra/change/",
        "/admin/invoices/customer/",
        "/admin/invoices/customer/9000/change/",
        "/admin/auth/user/9000/change/",
    ],
)
def test_pages_ask_no_more_often_when_there_are_more_rows(
    client: Client, count: int, address: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(user_of(Role.ADMINISTRATOR, id=9000))
    CustomerFactory.create(id=9000)
    ProductFactory.create(sku="A")
    ProductFactory.create(sku="B")
    category = TaxCategoryFactory.create(code="extra")
    for year in range(count):
        TaxRateFactory.create(category=category, valid_from=f"{2020 + year}-01-01")
        services.merge([ProductFactory.create().sku], into="A")
        CustomerFactory.create()

    with django_assert_max_num_queries(12):
        assert client.get(address).status_code == 200
