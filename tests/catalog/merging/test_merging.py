"""Two products that are one: the SKU of one finds the other."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from catalog import selectors
from catalog.loads import applying, previews, writing
from catalog.loads.applying import Outcome
from catalog.merging import services
from catalog.models import Product, ProductAlias
from papyrus_site.roles import Role
from tests.catalog.factories import ProductFactory
from tests.catalog.loads.loading import counts, loaded, messages, previewed
from tests.invoices.factories import clerk, issued_note, line, user_of
from tests.invoices.test_concurrency import at_once
from tests.opening import opened

pytestmark = pytest.mark.django_db

LIST = "/admin/catalog/product/"
MERGE = f"{LIST}merge/"
ALIAS = "insert into product_aliases (alias_id, product_id, was_active) values ('%s', '%s', false)"


@pytest.fixture
def products() -> None:
    ProductFactory.create(sku="OLD", name="緑茶 旧", unit_price=90, jan="49123456")
    ProductFactory.create(sku="NEW", name="緑茶", unit_price=100)


@pytest.fixture
def merged(products: None) -> None:
    services.merge(["OLD"], into="NEW")


@pytest.mark.usefixtures("merged")
@pytest.mark.parametrize("typed", ["OLD", "ｏｌｄ", "49123456"])
def test_typed_old_code_finds_the_new_product(typed: str) -> None:
    assert [product.sku for product in selectors.suggest(typed)] == ["NEW"]


@pytest.mark.usefixtures("merged")
def test_old_code_means_the_new_product_in_notes_and_for_other_systems(client: Client) -> None:
    client.force_login(clerk())

    assert {code: each.sku for code, each in selectors.products_meant({"OLD", "ｏｌｄ", "NEW"}).items()} == {
        "OLD": "NEW",
        "ｏｌｄ": "NEW",
        "NEW": "NEW",
    }
    assert client.get("/api/product_by_sku", {"sku": "OLD"}).json()["sku"] == "NEW"
    assert selectors.product_by_name("緑茶 旧") is None


@pytest.mark.usefixtures("merged")
def test_old_code_in_a_file_changes_the_new_product() -> None:
    loaded(("品番", "単価"), ("OLD", "120"))

    assert Product.objects.get(sku="NEW").unit_price == Decimal(120)
    assert Product.objects.get(sku="OLD").unit_price == Decimal(90)
    again = previewed(("品番", "単価"), ("OLD", "130"))
    assert [(each.merged_sku, each.sku) for each in previews.differences(again)] == [("OLD", "NEW")]
    doubled = previewed(("品番", "単価"), ("OLD", "1"), ("NEW", "2"))
    assert counts(doubled) == (0, 0, 0, 2)
    assert "“NEW” stands in rows 2 (OLD), 3." in messages(doubled)[0][3]


@pytest.mark.parametrize("happens", [lambda: services.separate("OLD"), lambda: services.merge(["NEW"], into="THIRD")])
def test_file_is_compared_anew_when_its_old_code_means_another_product_meanwhile(
    merged: None, happens: Callable[[], object]
) -> None:
    ProductFactory.create(sku="THIRD")
    load = previewed(("品番", "単価"), ("OLD", "120"))
    happens()
    meant = selectors.products_meant({"OLD"})["OLD"].sku

    assert applying.apply(load.pk) is Outcome.OUTDATED

    load.refresh_from_db()
    assert [each.sku for each in previews.differences(load)] == [meant]
    assert applying.apply(load.pk) is Outcome.APPLIED
    assert list(Product.objects.filter(unit_price=120).values_list("sku", flat=True)) == [meant]


def test_file_is_compared_anew_when_a_code_of_it_was_merged_meanwhile(products: None) -> None:
    Product.objects.filter(sku="OLD").update(is_active=False)
    load = previewed(("品番", "単価"), ("OLD", "120"))
    services.merge(["OLD"], into="NEW")

    assert applying.apply(load.pk) is Outcome.OUTDATED
    assert applying.apply(load.pk) is Outcome.APPLIED
    assert Product.objects.get(sku="NEW").unit_price == 120


@pytest.mark.usefixtures("merged")
def test_merged_product_is_not_exported() -> None:
    assert [row[0] for row in writing.product_rows(Product.objects.all())][1:] == ["NEW"]


def test_old_notes_stay_and_print(products: None) -> None:
    note = issued_note(clerk(), lines=(line(product_sku="OLD", code="OLD", name="緑茶 旧"),))
    before = (note.pdf_sha256, list(note.lines.values()))

    services.merge(["OLD"], into="NEW")

    note.refresh_from_db()
    assert (note.pdf_sha256, list(note.lines.values())) == before


def test_aliases_move_along_when_their_product_is_merged(merged: None) -> None:
    ProductFactory.create(sku="NEWEST")

    services.merge(["NEW"], into="NEWEST")

    assert dict(ProductAlias.objects.values_list("alias", "product")) == {"OLD": "NEWEST", "NEW": "NEWEST"}


def test_merging_is_undone(merged: None) -> None:
    services.separate("OLD")

    assert (Product.objects.get(sku="OLD").is_active, ProductAlias.objects.count()) == (True, 0)
    assert [product.sku for product in selectors.suggest("OLD")] == ["OLD"]


def test_inactive_product_stays_so_when_its_merging_is_undone(products: None) -> None:
    Product.objects.filter(sku="OLD").update(is_active=False)
    services.merge(["OLD"], into="NEW")

    services.separate("OLD")

    assert Product.objects.get(sku="OLD").is_active is False


@pytest.mark.parametrize(("skus", "into", "words"), [(["OLD"], "NEW", "merged already"), (["NO"], "NEW", "“NO”")])
def test_merging_is_refused_when_it_makes_no_sense(merged: None, skus: list[str], into: str, words: str) -> None:
    with pytest.raises(services.MergeRefused, match=words):
        services.merge(skus, into=into)

    assert ProductAlias.objects.count() == 1


@pytest.mark.usefixtures("merged")
@pytest.mark.parametrize(
    "statement",
    [
        ALIAS % ("THIRD", "THIRD"),
        f"update products set is_active = false where sku = 'NEW'; {ALIAS % ('NEW', 'THIRD')}",
        ALIAS % ("THIRD", "OLD"),
        ALIAS % ("ACTIVE", "NEW"),
        "update product_aliases set product_id = 'OLD'",
        "update products set is_active = true where sku = 'OLD'",
        "delete from products where sku = 'OLD'; set constraints all immediate",
        "delete from products where sku = 'NEW'; set constraints all immediate",
    ],
)
def test_database_refuses_what_would_make_an_alias_wrong(statement: str) -> None:
    ProductFactory.create(sku="THIRD", is_active=False)
    ProductFactory.create(sku="ACTIVE")

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_duplicates_are_compared_and_merged_on_a_page(signed_in: Client, products: None) -> None:
    answer = signed_in.post(LIST, {"action": "merge_selected", "_selected_action": ["OLD", "NEW"]})
    assert answer["Location"] == f"{MERGE}?sku=NEW&sku=OLD"
    page = signed_in.get(answer["Location"])
    assert ("Unit price", ["100", "90"], True) in page.context["rows"]
    assert ("used", ["no", "no"], False) in page.context["rows"]

    undecided = signed_in.post(MERGE, {"sku": ["OLD", "NEW"]})
    done = signed_in.post(MERGE, {"sku": ["OLD", "NEW"], "kept": "NEW"}, follow=True)

    assert "Choose the product that stays." in undecided.content.decode()
    assert [str(each) for each in done.context["messages"]] == [
        "1 product was merged into “NEW”. Its SKU finds “NEW” from now on."
    ]
    assert "Also found by:" in done.content.decode()
    for sku in ("OLD", "NEW"):
        assert "added Merged SKU" in recorded(signed_in, sku)


def recorded(client: Client, sku: str) -> str:
    entries = client.get(f"{LIST}{sku}/history/").context["entries"]
    return "; ".join(f"{each.label.label} {each.kind}" for each in entries)


def test_merging_is_undone_on_the_page_of_the_merged_product(signed_in: Client, merged: None) -> None:
    page = signed_in.get(f"{LIST}OLD/change/").content.decode()
    assert f'formaction="{LIST}OLD/separate/"' in page

    done = signed_in.post(f"{LIST}OLD/separate/", follow=True)
    again = signed_in.post(f"{LIST}OLD/separate/", follow=True)

    assert [str(each) for each in done.context["messages"]] == ["“OLD” is a product of its own again."]
    assert [str(each) for each in again.context["messages"]] == ["The product “OLD” is not merged."]


def test_merged_product_is_not_switched_on(signed_in: Client, merged: None) -> None:
    sent: dict[str, Any] = {
        "name": "茶",
        "unit_price": "1",
        "unit": "個",
        "tax_category": "standard",
        "is_active": "on",
    }

    answer = signed_in.post(f"{LIST}OLD/change/", sent)
    action = signed_in.post(LIST, {"action": "activate", "_selected_action": ["OLD"]}, follow=True)
    row = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-sku": "OLD", "form-0-is_active": "on"}
    in_list = signed_in.post(LIST, row | {"_save": "1", "form-0-unit_price": "90", "_opened": opened(signed_in, LIST)})

    sentence = "This product is merged into “NEW”, so it stays inactive. Undo the merging first."
    assert answer.context["adminform"].form.errors == {"is_active": [sentence]}
    assert [str(each) for each in action.context["messages"]] == ["0 products are active now."]
    assert sentence in in_list.content.decode()
    assert Product.objects.get(sku="OLD").is_active is False


@pytest.mark.parametrize("count", [1, 11])
def test_selection_is_refused_when_it_is_none_to_merge(signed_in: Client, count: int) -> None:
    skus = [product.sku for product in ProductFactory.create_batch(count)]

    answer = signed_in.post(LIST, {"action": "merge_selected", "_selected_action": skus}, follow=True)

    assert [str(each) for each in answer.context["messages"]] == ["Select 2 to 10 products that are the same."]


def test_who_may_only_look_merges_nothing(client: Client, products: None) -> None:
    client.force_login(user_of(Role.AUDITOR))

    assert client.post(MERGE, {"sku": ["OLD", "NEW"], "kept": "NEW"}).status_code == 403
    assert client.post(f"{LIST}OLD/separate/").status_code == 403
    assert ProductAlias.objects.count() == 0


@pytest.mark.usefixtures("committed")
def test_no_alias_stands_for_an_alias_when_two_merge_at_once() -> None:
    for sku in ("A", "B", "C"):
        ProductFactory.create(sku=sku)

    def merge(which: int) -> bool:
        try:
            return bool(services.merge(["A"], into="B") if which else services.merge(["B"], into="C"))
        except services.MergeRefused:
            return False

    done = at_once(merge, workers=2)

    aliases = dict(ProductAlias.objects.values_list("alias", "product"))
    assert not set(aliases) & set(aliases.values())
    assert done.count(True) in (1, 2)
    assert len(aliases) == done.count(True)
