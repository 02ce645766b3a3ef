from __future__ import annotations

import html
import io
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from catalog.loads import forms, staging
from catalog.loads.models import LoadState, ProductLoad
from catalog.models import Product
from papyrus_site.roles import Role
from tests.catalog.factories import ProductFactory
from tests.catalog.loads.files import csv_bytes, xlsx_bytes
from tests.catalog.loads.loading import counts, rows_of_products
from tests.invoices.factories import user_of

pytestmark = pytest.mark.django_db

IMPORT = "/admin/catalog/product/import/"
EXPORT = "/admin/catalog/product/export/"
LOADS = "/admin/catalog/productload/"
TABLE = (("品番", "品名", "単価", "色"), ("A", "茶", "200", "緑"), ("00123", "表ソ構", "", ""))


def upload(client: Client, content: bytes, *, name: str = "list.csv", encoding: str = "") -> Any:
    return client.post(IMPORT, {"file": SimpleUploadedFile(name, content), "encoding": encoding})


def previewed(client: Client, *rows: tuple[str, ...]) -> ProductLoad:
    answer = upload(client, csv_bytes(rows, encoding="cp932"))
    load = ProductLoad.objects.latest("pk")
    assert (answer.status_code, answer["Location"]) == (302, f"{LOADS}{load.pk}/change/")
    return load


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def saved(answer: Any) -> bytes:
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def permitted(*codes: str) -> User:
    """A user whom a role lets into the admin, with these permissions alone."""
    user = user_of(Role.PRODUCT_STAFF)
    [group] = user.groups.all()
    group.permissions.set(Permission.objects.filter(codename__in=codes))
    return user


def test_file_is_previewed_confirmed_and_undone(signed_in: Client) -> None:
    ProductFactory.create(sku="A", name="茶", unit_price=100)
    before = rows_of_products()

    load = previewed(signed_in, *TABLE)

    assert rows_of_products() == before
    shown = page(signed_in, f"{LOADS}{load.pk}/change/")
    for part in ("Shift_JIS (CP932)", "色", "<del>100</del> → <ins>200</ins>", "表ソ構", "00123", "Load these changes"):
        assert part in shown
    assert signed_in.post(f"{LOADS}{load.pk}/apply/").status_code == 302
    load.refresh_from_db()
    assert (load.state, load.started_by, Product.objects.count()) == (LoadState.APPLIED, User.objects.get(), 2)

    shown = page(signed_in, f"{LOADS}{load.pk}/change/")
    assert ("Undo this load" in shown, "Load these changes" in shown) == (True, False)
    signed_in.post(f"{LOADS}{load.pk}/undo/")
    assert [row["sku"] for row in rows_of_products()] == ["A"]
    assert page(signed_in, LOADS).count("undone") >= 1


def test_second_confirmation_is_refused(signed_in: Client) -> None:
    load = previewed(signed_in, *TABLE)
    signed_in.post(f"{LOADS}{load.pk}/apply/")
    before = rows_of_products()
    answer = signed_in.post(f"{LOADS}{load.pk}/apply/", follow=True)
    assert "This load is loaded already." in answer.content.decode()
    assert rows_of_products() == before


def test_wrong_rows_are_shown_and_must_be_skipped_on_purpose(signed_in: Client) -> None:
    load = previewed(signed_in, ("品番", "品名", "単価"), ("A", "茶", "千円"), ("B", "水", "1"))
    shown = page(signed_in, f"{LOADS}{load.pk}/change/")
    assert "The unit price “千円” is not a number." in shown
    assert "Load without the 1 wrong rows" in shown

    answer = signed_in.post(f"{LOADS}{load.pk}/apply/", follow=True)
    assert "1 rows are wrong, so nothing was written." in answer.content.decode()
    assert rows_of_products() == []

    signed_in.post(f"{LOADS}{load.pk}/apply/", {"skip_wrong": "1"})
    assert [row["sku"] for row in rows_of_products()] == ["B"]
    book = load_workbook(io.BytesIO(saved(signed_in.get(f"{LOADS}{load.pk}/wrong.xlsx"))))
    assert [cell.value for cell in book.active[2]][:3] == ["A", "茶", "千円"]
    assert (
        saved(signed_in.get(f"{LOADS}{load.pk}/wrong.csv")).decode("utf-8-sig").startswith("品番,品名,単価,エラー理由")
    )


def test_differences_come_as_a_file(signed_in: Client) -> None:
    ProductFactory.create(sku="A", name="茶", unit_price=100)
    load = previewed(signed_in, ("品番", "単価"), ("A", ""))
    content = saved(signed_in.get(f"{LOADS}{load.pk}/differences.csv")).decode("utf-8-sig")
    assert content.splitlines() == ["row,品番,品名,column,old value,new value", "2,A,茶,単価,100,"]


def test_refused_file_is_told_on_the_form_and_listed_as_failed(signed_in: Client) -> None:
    answer = upload(signed_in, b"%PDF-1.7")
    assert "The file is a PDF." in html.unescape(answer.content.decode())
    assert "The file is a PDF." in page(signed_in, f"{LOADS}{ProductLoad.objects.get().pk}/change/")


def test_encoding_can_be_chosen(signed_in: Client) -> None:
    answer = upload(signed_in, "品番,品名\nA,ソ".encode("cp932"), encoding="utf-8")
    assert "is not written in UTF-8" in answer.content.decode()


def test_empty_and_too_large_files_are_refused(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "The file is empty." in upload(signed_in, b"").content.decode()
    monkeypatch.setattr(forms, "MOST_BYTES", 3)
    assert "Choose one of at most 0 MB" in upload(signed_in, b"abcd").content.decode()
    monkeypatch.undo()
    monkeypatch.setattr(staging, "MOST_ROWS_IN_ADMIN", 1)
    shown = html.unescape(upload(signed_in, csv_bytes(TABLE)).content.decode())
    assert "The file has more than 1 rows. Split it into several files, or ask an operator" in shown


def test_undo_that_is_refused_lists_the_products(signed_in: Client, committed: None) -> None:
    signed_in.force_login(User.objects.create_superuser("other", password="only-for-tests"))
    load = previewed(signed_in, *TABLE)
    signed_in.post(f"{LOADS}{load.pk}/apply/")
    Product.objects.filter(pk="A").update(note="x")
    before = rows_of_products()

    answer = signed_in.post(f"{LOADS}{load.pk}/undo/")

    shown = answer.content.decode()
    assert ("The load was not undone" in shown, "changed since the load" in shown) == (True, True)
    assert rows_of_products() == before


def test_file_of_a_former_preview_is_compared_anew(signed_in: Client, committed: None) -> None:
    signed_in.force_login(User.objects.create_superuser("other", password="only-for-tests"))
    ProductFactory.create(sku="A", name="茶", unit_price=100)
    load = previewed(signed_in, *TABLE)
    Product.objects.update(unit_price=150)
    answer = signed_in.post(f"{LOADS}{load.pk}/apply/", follow=True)
    shown = answer.content.decode()
    assert ("somebody changed products of this file" in shown, "<del>150</del>" in shown) == (True, True)
    assert Product.objects.get().unit_price == 150


@pytest.mark.parametrize("form", ["xlsx", "csv", "csv-cp932"])
def test_export_holds_what_the_list_shows_and_changes_nothing_when_loaded(signed_in: Client, form: str) -> None:
    ProductFactory.create(sku="A", name="=茶", unit_price=100)
    ProductFactory.create(sku="B", name="水", is_active=False)
    content = saved(signed_in.post(f"{EXPORT}?is_active__exact=1", {"form": form}))
    upload(signed_in, content)
    assert counts(ProductLoad.objects.get()) == (0, 0, 1, 0)


def test_export_in_cp932_names_the_letter_it_lacks(signed_in: Client) -> None:
    ProductFactory.create(name="𠮷野")
    answer = signed_in.post(EXPORT, {"form": "csv-cp932"})
    assert "lacks the character “𠮷” (U+20BB7)" in answer.content.decode()


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_template_is_offered_and_can_be_loaded(signed_in: Client, suffix: str) -> None:
    address = f"{IMPORT}template.{suffix}"
    assert address in page(signed_in, IMPORT)
    upload(signed_in, saved(signed_in.get(address)))
    assert counts(ProductLoad.objects.get()) == (2, 0, 0, 0)
    assert signed_in.get(f"{IMPORT}template.ods").status_code == 404


def test_workbook_is_loaded(signed_in: Client) -> None:
    upload(signed_in, xlsx_bytes(TABLE), name="list.xlsx")
    assert counts(ProductLoad.objects.get()) == (2, 0, 0, 0)


def test_who_may_only_see_products_may_neither_load_nor_undo(signed_in: Client) -> None:
    load = previewed(signed_in, *TABLE)
    client = Client()
    client.force_login(permitted("view_product", "view_productload"))
    assert client.get(IMPORT).status_code == 403
    assert upload(client, csv_bytes(TABLE)).status_code == 403
    assert client.post(f"{LOADS}{load.pk}/apply/").status_code == 403
    assert client.post(f"{LOADS}{load.pk}/undo/").status_code == 403
    assert "Load these changes" not in page(client, f"{LOADS}{load.pk}/change/")
    assert "import_link" not in page(client, "/admin/catalog/product/")
    assert saved(client.post(EXPORT, {"form": "csv"}))
    assert rows_of_products() == []


def test_who_may_not_delete_products_may_not_undo_their_addition(signed_in: Client) -> None:
    load = previewed(signed_in, *TABLE)
    client = Client()
    client.force_login(permitted("view_product", "add_product", "change_product", "view_productload"))
    assert client.post(f"{LOADS}{load.pk}/apply/").status_code == 302
    assert client.post(f"{LOADS}{load.pk}/undo/").status_code == 403
    assert Product.objects.count() == 2


@pytest.mark.parametrize("address", [f"{LOADS}999/change/", f"{LOADS}999/wrong.csv"])
def test_load_that_is_not_there_is_not_found(signed_in: Client, address: str) -> None:
    assert signed_in.get(address).status_code in (302, 404)


def test_stranger_sees_nothing(client: Client) -> None:
    for address in (IMPORT, EXPORT, LOADS, f"{IMPORT}template.csv"):
        assert client.get(address).status_code == 302


def test_pages_hold_no_inline_script_or_style(signed_in: Client) -> None:
    load = previewed(signed_in, *TABLE)
    for address in (IMPORT, EXPORT, f"{LOADS}{load.pk}/change/"):
        shown = page(signed_in, address)
        content = shown.split('id="content"')[1].split("<footer")[0]
        assert "<script" not in content
        assert ' style="' not in content
        assert " onclick" not in content


@pytest.mark.parametrize("count", [1, 3])
def test_preview_takes_the_same_few_queries(
    signed_in: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for number in range(count):
        ProductFactory.create(sku=f"C{number}", unit_price=1)
    changed = [(f"C{number}", "茶", "2") for number in range(count)]
    added = [(f"N{number}", "水", "2") for number in range(count)]
    wrong = [(f"W{number}", "", "2") for number in range(count)]
    load = previewed(signed_in, ("品番", "品名", "単価"), *changed, *added, *wrong)
    with django_assert_num_queries(9):
        signed_in.get(f"{LOADS}{load.pk}/change/")
