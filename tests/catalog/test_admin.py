from __future__ import annotations

import html
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalog.models import Product, TaxCategory, TaxRate
from papyrus_site.roles import Role
from tests import inline_rows
from tests.catalog.factories import ProductFactory
from tests.invoices.factories import user_of

pytestmark = pytest.mark.django_db

LIST = "/admin/catalog/product/"
ADD = "/admin/catalog/product/add/"

VALID = {
    "sku": "A-1",
    "name": "茶",
    "unit_price": "1080",
    "unit": "袋",
    "tax_category": "reduced",
    "jan": "",
    "note": "",
    "is_active": "on",
    **inline_rows.OF_PRODUCT,
}


def errors(client: Client, address: str, **changes: str) -> dict[str, list[str]]:
    answer = client.post(address, {**VALID, **changes})
    assert answer.status_code == 200
    return dict(answer.context["adminform"].form.errors)


def unescaped(answer: Any) -> str:
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def listed(client: Client, **query: str) -> list[str]:
    answer = client.get(LIST, query)
    assert answer.status_code == 200
    return [product.sku for product in answer.context["cl"].result_list]


def test_product_is_saved_plainly_when_typed_in_full_width(signed_in: Client) -> None:
    answer = signed_in.post(
        ADD,
        {
            **VALID,
            "sku": "\u3000007 ",
            "name": " か\u3099ーせ\u3099 ",
            "unit_price": "￥１２，０００．５０",
            "jan": "４９０１２３４-５６７８９４",
            "note": " メモ\n二行目 ",
        },
    )

    assert answer.status_code == 302
    product = Product.objects.get()
    assert (product.sku, product.name, product.unit_price) == ("007", "がーぜ", Decimal("12000.5"))
    assert (product.jan, product.unit, product.tax_category_id) == ("4901234567894", "袋", "reduced")
    assert product.note.splitlines() == ["メモ", "二行目"]


def test_price_stays_unset_when_left_empty(signed_in: Client) -> None:
    signed_in.post(ADD, {**VALID, "unit_price": " "})

    assert Product.objects.get().unit_price is None


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("sku", " ", "The SKU is empty. Enter the code that names the product."),
        ("sku", "A\0B", "SKU contains the control character U+0000. Remove it."),
        ("jan", "49\0", "Null characters are not allowed."),
        ("sku", "A\tB", "SKU contains the control character U+0009. Remove it."),
        ("sku", "x" * 65, f"The SKU “{'x' * 65}” has 65 characters. Enter at most 64."),
        ("sku", "OLD", "The SKU “OLD” exists already. Choose another one, or change that product."),
        ("name", "\u3000", "The product name is empty. Enter the name to print on delivery notes."),
        ("name", "あ" * 201, "The product name has 201 characters. Enter at most 200."),
        ("unit_price", "千円", "The unit price “千円” is not a number. Enter digits such as 1200 or 42.5, or nothing."),
        ("unit_price", "NaN", "The unit price “NaN” is not a number. Enter digits such as 1200 or 42.5, or nothing."),
        ("unit_price", "1e3", "The unit price “1e3” is not a number. Enter digits such as 1200 or 42.5, or nothing."),
        (
            "unit_price",
            "1,10円",
            "The unit price “1,10円” has a comma that separates no thousands. Enter it without, as in 1200.",
        ),
        ("unit_price", "１．２８０円", "“１．２８０円” may mean 1280 yen or 1.28 yen. Enter 1280 or 1.28."),
        ("unit_price", "-1", "The unit price “-1” is negative. Enter 0 or more, or leave it empty."),
        ("unit_price", "10000000000", "The unit price “10000000000” is too large. Enter less than 10,000,000,000."),
        ("unit_price", "0.00001", "The unit price “0.00001” has too many decimals. Enter at most 4."),
        ("unit", "", "The unit is empty. Enter the unit the product is sold in, such as 個."),
        ("jan", "123", "The JAN “123” is not 8 or 13 digits. Enter all of them, or leave it empty."),
        (
            "jan",
            "4901234567890",
            "The last digit of the JAN “4901234567890” should be 4. Compare it with the package.",
        ),
    ],
)
def test_product_is_refused_with_a_sentence_when_a_value_is_wrong(
    signed_in: Client, field: str, typed: str, message: str
) -> None:
    ProductFactory.create(sku="OLD")

    found = errors(signed_in, ADD, **{field: typed})

    assert found == {field: [message]}
    assert list(Product.objects.values_list("sku", flat=True)) == ["OLD"]


def test_sku_stays_when_a_product_is_changed(signed_in: Client) -> None:
    ProductFactory.create(sku="A/1", name="旧", unit_price="42.5")
    address = f"{LIST}A_2F1/change/"

    page = signed_in.get(address).content.decode()
    answer = signed_in.post(address, {**VALID, "sku": "OTHER", "name": "新"})

    assert 'name="sku"' not in page
    assert 'value="42.5"' in page
    assert answer.status_code == 302
    assert list(Product.objects.values_list("sku", "name")) == [("A/1", "新")]


def test_unit_is_suggested_when_a_product_is_added(signed_in: Client) -> None:
    page = signed_in.get(ADD).content.decode()

    assert 'list="unit-suggestions"' in page
    assert 'name="unit" value="個"' in page
    assert "DatabaseDefault" not in page
    assert '<datalist id="unit-suggestions"><option value="個"></option><option value="台"></option>' in page


def test_tax_categories_are_offered_with_their_rates_when_a_product_is_added(signed_in: Client) -> None:
    TaxRate.objects.create(category_id="reduced", valid_from="2999-04-01", rate=1)

    form = signed_in.get(ADD).context["adminform"].form

    assert [label for _value, label in form.fields["tax_category"].choices] == [
        "標準税率 10% (from Oct. 1, 2019)",
        "軽減税率 8% (from Oct. 1, 2019), next: 1% (from April 1, 2999)",
        "非課税 0% (from Oct. 1, 2019)",
    ]


def test_list_shows_prices_to_be_changed_when_that_is_allowed(signed_in: Client) -> None:
    ProductFactory.create(sku="A", unit_price="12000")
    ProductFactory.create(sku="B", unit_price=None)

    page = signed_in.get(LIST).content.decode()

    assert 'name="form-0-unit_price" value="12000"' in page
    assert '<input type="text" name="form-1-unit_price" size="10"' in page


def test_list_shows_prices_in_yen_and_rates_when_the_user_may_only_look(client: Client) -> None:
    client.force_login(user_of(Role.AUDITOR))
    for sku, price in (("A", "12000"), ("B", "42.5"), ("C", None)):
        ProductFactory.create(sku=sku, unit_price=price)

    page = client.get(LIST).content.decode()

    lacking = '<span class="lacking">not set</span>'
    assert re.findall('<td class="field-price">(.*?)</td>', page) == ["¥12,000", "¥42.5", lacking]
    assert page.count('<td class="field-taxation">標準税率 10%</td>') == 3


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_as_often_when_it_is_longer(
    signed_in: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ProductFactory.create_batch(count)

    # Session, user, the filter's tax categories, the count, the page's SKUs, its rows and their rates.
    with django_assert_num_queries(7):
        assert len(listed(signed_in)) == count


def test_list_is_searched_folded_when_something_is_typed(signed_in: Client) -> None:
    ProductFactory.create(sku="A-1", name="ガーゼ", is_active=False)
    ProductFactory.create(sku="B-1", name="タオル", jan="49123456")

    assert listed(signed_in, q="がーぜ") == ["A-1"]
    assert listed(signed_in, q="ｂ-") == ["B-1"]
    assert listed(signed_in, q="４９１２３４５６") == ["B-1"]
    assert listed(signed_in, q="%") == []
    assert listed(signed_in, q="") == ["A-1", "B-1"]
    assert signed_in.get(LIST, {"q": "\0"}).status_code == 200


def test_list_is_narrowed_when_filtered(signed_in: Client) -> None:
    ProductFactory.create(sku="A", unit_price=None, jan="49123456")
    ProductFactory.create(sku="B", is_active=False, tax_category_id="reduced")

    assert listed(signed_in, price="missing") == ["A"]
    assert listed(signed_in, price="present") == ["B"]
    assert listed(signed_in, jan="missing") == ["B"]
    assert listed(signed_in, jan="present") == ["A"]
    assert listed(signed_in, is_active__exact="1") == ["A"]
    assert listed(signed_in, tax_category__code__exact="reduced") == ["B"]


def test_products_are_switched_when_an_action_is_run(signed_in: Client) -> None:
    for sku in ("A", "B", "C"):
        ProductFactory.create(sku=sku)

    answer = signed_in.post(LIST, {"action": "deactivate", "_selected_action": ["A", "B"]}, follow=True)

    assert [str(message) for message in answer.context["messages"]] == ["2 products are inactive now."]
    assert list(Product.objects.filter(is_active=True).values_list("sku", flat=True)) == ["C"]

    answer = signed_in.post(LIST, {"action": "activate", "_selected_action": ["B"]}, follow=True)

    assert [str(message) for message in answer.context["messages"]] == ["1 product is active now."]
    assert list(Product.objects.filter(is_active=True).values_list("sku", flat=True)) == ["B", "C"]


def test_actions_are_missing_when_the_user_may_only_look(client: Client) -> None:
    viewer = User.objects.create_user("viewer", password="only-for-tests", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_product"))
    client.force_login(viewer)
    ProductFactory.create(sku="A")

    client.post(LIST, {"action": "deactivate", "_selected_action": ["A"]})

    assert Product.objects.get().is_active is True


def reduced(*rates: dict[str, str]) -> dict[str, str]:
    """What the page of the reduced category sends: its present rate, changed by the first of `rates`, and new ones."""
    present = {"id": str(TaxRate.objects.get(category="reduced").pk), "valid_from": "2019-10-01", "rate": "8"}
    rows = [present | (rates[0] if rates else {}), *rates[1:]]
    sent = {"name": "軽減税率", "kind": "reduced", "sort_order": "2"}
    sent |= {"rates-TOTAL_FORMS": str(len(rows)), "rates-INITIAL_FORMS": "1"}
    for place, row in enumerate(rows):
        sent |= {f"rates-{place}-{name}": value for name, value in ({"category": "reduced"} | row).items()}
    return sent


REDUCED = "/admin/catalog/taxcategory/reduced/change/"


def test_rate_is_added_when_entered_beside_its_category(signed_in: Client) -> None:
    answer = signed_in.post(REDUCED, reduced({}, {"valid_from": "2027-04-01", "rate": "1"}))

    assert answer.status_code == 302
    assert list(TaxRate.objects.filter(category="reduced").values_list("rate", flat=True)) == [
        Decimal("1.00"),
        Decimal("8.00"),
    ]


def test_rate_is_refused_with_a_sentence_when_its_day_is_entered_twice(signed_in: Client) -> None:
    answer = signed_in.post(REDUCED, reduced({}, {"valid_from": "2019-10-01", "rate": "1"}))

    assert "This category already has a rate from that day. Change that rate or choose another day." in unescaped(
        answer
    )
    assert "valid_from" not in str(answer.context["errors"])
    assert TaxRate.objects.filter(category="reduced").count() == 1


@pytest.mark.parametrize("typed_day", ["2019-10-01", "2999-01-01"])
def test_rate_is_kept_when_deleted_after_it_began(signed_in: Client, typed_day: str) -> None:
    answer = signed_in.post(REDUCED, reduced({"DELETE": "on", "valid_from": typed_day}))

    assert (
        "The rate of 8 % began on 2019-10-01 and notes are priced by it, so it cannot be deleted. Where it ends, add "
        "the next rate with its first day."
    ) in unescaped(answer)
    assert TaxRate.objects.get(category="reduced").valid_from.isoformat() == "2019-10-01"


def test_rate_is_deleted_when_it_begins_in_the_future(signed_in: Client) -> None:
    TaxRate.objects.filter(category="reduced").update(valid_from=timezone.localdate() + timedelta(days=1))

    answer = signed_in.post(REDUCED, reduced({"DELETE": "on"}))

    assert (answer.status_code, TaxRate.objects.filter(category="reduced").count()) == (302, 0)


def test_tax_category_is_kept_when_deletion_is_confirmed_but_it_is_used(signed_in: Client) -> None:
    signed_in.post("/admin/catalog/taxcategory/reduced/delete/", {"post": "yes"})

    assert TaxCategory.objects.filter(code="reduced").exists()


def test_adopted_product_is_refused_with_a_sentence_when_its_sku_breaks_the_rules(signed_in: Client) -> None:
    with_bad_sku(" X")

    found = errors(signed_in, f"{LIST}%20X/change/")
    answer = signed_in.post(LIST, {"action": "deactivate", "_selected_action": [" X"]}, follow=True)

    assert found == {
        "__all__": [
            "The SKU “ X” of this product is not allowed and cannot be changed. Enter the product anew with a SKU of 1 "
            "to 64 characters without spaces at its ends, then delete this one."
        ]
    }
    assert [str(message) for message in answer.context["messages"]] == [
        "Nothing was changed: among the selected products is an old one with a name, SKU or price that is no longer "
        "allowed. Open the products one by one and mend that one."
    ]
    assert Product.objects.get().is_active is True


def with_bad_sku(sku: str) -> None:
    """Write a row as adoption leaves it: older than the rule it breaks."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_get_constraintdef(oid) from pg_constraint where conname = 'products_sku_valid'")
        [(rule,)] = cursor.fetchall()
        cursor.execute("alter table stored_products drop constraint products_sku_valid")
        cursor.execute("insert into products (sku, name) values (%s, '旧')", [sku])
        cursor.execute("set constraints all immediate")
        cursor.execute(f"alter table stored_products add constraint products_sku_valid {rule} not valid")


@pytest.mark.parametrize("address", [f"{LIST}?tax_category__pk=%00", f"{LIST}a%00b/change/"])
def test_address_with_a_nul_is_refused_and_not_a_failure(signed_in: Client, address: str) -> None:
    assert signed_in.get(address).status_code == 400


def test_action_on_a_nul_is_refused_and_changes_nothing(signed_in: Client) -> None:
    product = ProductFactory.create()
    answer = signed_in.post(LIST, {"action": "deactivate", "_selected_action": [product.pk, "a\0"]})
    assert answer.status_code == 400
    product.refresh_from_db()
    assert product.is_active


def test_rate_is_refused_when_its_day_was_taken_after_the_form_was_opened(signed_in: Client) -> None:
    TaxCategory.objects.create(code="new", name="新", kind="standard")
    sent = {"name": "新", "kind": "standard", "sort_order": "0", "rates-TOTAL_FORMS": "1", "rates-INITIAL_FORMS": "0"}
    sent |= {"rates-0-category": "new", "rates-0-valid_from": "2027-04-01", "rates-0-rate": "8"}
    TaxRate.objects.create(category_id="new", valid_from="2027-04-01", rate=10)

    body = signed_in.post("/admin/catalog/taxcategory/new/change/", sent).content.decode()

    assert "already has a rate from that day" in body
    assert [rate.rate for rate in TaxRate.objects.filter(category="new")] == [10]
