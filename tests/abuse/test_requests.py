"""Requests that brought the product down once."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.abuse.judge import Attempt, Judge
from tests.abuse.sending import FORM_TYPE

NUL_SESSION = r'"\000\000\000\000\000\000\000\000\000"'


@pytest.mark.parametrize(
    "content_type",
    [
        *(f"{FORM_TYPE}; charset={name}" for name in ("hex", "zlib", "rot13", "idna", "punycode", "undefined")),
        *(f"text/plain; charset={name}" for name in ("unicode_escape", "raw_unicode_escape", "utf-7", "utf-8\0")),
        "text/plain; charset*=nowhere''x",
        "multipart/form-data; boundary*=u''%",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_page_is_answered_when_the_body_claims_another_charset(judge: Judge, content_type: str, method: str) -> None:
    attempt = Attempt(
        path="/login?next=%5Cud800%ff",
        method=method,
        body=b"username=%ff",
        content_type=content_type,
        is_signed_in=False,
    )
    assert judge.try_out(attempt).status in (200, 302, 403)


def test_query_is_read_as_utf_8_whatever_is_claimed(judge: Judge) -> None:
    attempt = Attempt(path="/api/product_by_sku?sku=%5Cu0041-1", content_type="text/plain; charset=unicode_escape")
    assert judge.try_out(attempt).body == b"{}"


@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "messages", "__Host-sessionid", "__Host-csrftoken"])
def test_cookie_with_a_nul_is_no_cookie(judge: Judge, name: str) -> None:
    attempt = Attempt(path="/", headers={"Cookie": f"{name}={NUL_SESSION}"}, is_signed_in=False)
    assert judge.try_out(attempt).status == 302


@pytest.mark.parametrize("page", ["change", "delete", "history"])
@pytest.mark.parametrize("model", ["catalog/product", "catalog/taxcategory", "invoices/numberseries"])
def test_path_with_a_nul_is_refused(judge: Judge, model: str, page: str) -> None:
    assert judge.try_out(Attempt(path=f"/admin/{model}/%00/{page}/")).status == 400


@pytest.mark.parametrize("query", ["sku=%00", "sku__exact=a%00", "tax_category__code__exact=%00"])
def test_list_of_the_admin_refuses_a_filter_with_a_nul(judge: Judge, query: str) -> None:
    assert judge.try_out(Attempt(path=f"/admin/catalog/product/?{query}")).status == 400


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/admin/catalog/product/", "%00"),
        ("/admin/invoices/customer/", "abc"),
        ("/admin/invoices/customer/", "1&_selected_action=%00"),
    ],
)
def test_action_of_the_admin_refuses_a_row_that_cannot_be(judge: Judge, path: str, key: str) -> None:
    body = f"action=delete_selected&index=0&_selected_action={key}".encode()
    assert judge.try_out(Attempt(path=path, method="POST", body=body, content_type=FORM_TYPE)).status == 400


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_page_of_the_admin_refuses_to_choose_by_a_field_without_a_name(judge: Judge, method: str) -> None:
    path = "/admin/catalog/product/A-1/change/?_to_field="
    assert judge.try_out(Attempt(path=path, method=method, content_type=FORM_TYPE)).status == 400


@pytest.mark.parametrize("query", ["=&", "sku__x=1", "%00=1"])
def test_export_leads_back_to_the_list_for_a_filter_that_is_none(judge: Judge, query: str) -> None:
    answer = judge.try_out(Attempt(path=f"/admin/catalog/product/export/?{query}"))
    assert answer.status in (302, 400)


@pytest.mark.parametrize(
    "path",
    ["/products/suggest?q=", "/api/product_by_name?name=", "/admin/catalog/product/?q=", "/customers/suggest?q="],
)
def test_letters_that_fold_to_many_are_searched_in_few_steps(judge: Judge, path: str) -> None:
    assert judge.try_out(Attempt(path=path + quote("ﷺ" * 195))).status == 200
    assert judge.try_out(Attempt(path=path + quote("㍿" * 195))).status == 200


def test_action_of_the_admin_passes_by_a_row_that_is_not_there(judge: Judge) -> None:
    body = f"action=delete_selected&index=0&_selected_action={'9' * 40}".encode()
    attempt = Attempt(path="/admin/invoices/customer/", method="POST", body=body, content_type=FORM_TYPE)
    assert judge.try_out(attempt).status == 200


def test_tax_category_claims_no_million_rates(judge: Judge) -> None:
    body = b"code=zz&name=z&kind=standard&sort_order=1&rates-TOTAL_FORMS=1000000000&rates-INITIAL_FORMS=0"
    attempt = Attempt(path="/admin/catalog/taxcategory/add/", method="POST", body=body, content_type=FORM_TYPE)
    assert judge.try_out(attempt).text.count('name="rates-') < 1000
