"""Requests that brought the product down once."""

from __future__ import annotations

from urllib.parse import quote

from tests.abuse.judge import Attempt, Judge
from tests.abuse.sending import FORM_TYPE

NUL_SESSION = r'"\000\000\000\000\000\000\000\000\000"'
CHARSETS = [
    *(f"{FORM_TYPE}; charset={name}" for name in ("hex", "zlib", "rot13", "idna", "punycode", "undefined")),
    *(f"text/plain; charset={name}" for name in ("unicode_escape", "raw_unicode_escape", "utf-7", "utf-8\0")),
    *("text/plain; charset*=nowhere''x", "multipart/form-data; boundary*=u''%"),
]


def posted(path: str, body: str) -> Attempt:
    return Attempt(path=path, method="POST", body=body.encode(), content_type=FORM_TYPE)


def test_page_is_answered_when_the_body_claims_another_charset(judge: Judge) -> None:
    for content_type in CHARSETS:
        for method in ("GET", "POST"):
            attempt = Attempt(
                path="/login?next=%5Cud800%ff",
                method=method,
                body=b"username=%ff",
                content_type=content_type,
                is_signed_in=False,
            )
            assert judge.try_out(attempt).status in (200, 403), content_type


def test_query_is_read_as_utf_8_whatever_is_claimed(judge: Judge) -> None:
    attempt = Attempt(path="/api/product_by_sku?sku=%5Cu0041-1", content_type="text/plain; charset=unicode_escape")
    assert judge.try_out(attempt).body == b"{}"


def test_cookie_with_a_nul_is_no_cookie(judge: Judge) -> None:
    for name in ("sessionid", "csrftoken", "messages", "__Host-sessionid", "__Host-csrftoken"):
        attempt = Attempt(path="/", headers={"Cookie": f"{name}={NUL_SESSION}"}, is_signed_in=False)
        assert judge.try_out(attempt).status == 302, name


def test_admin_refuses_a_path_or_filter_with_a_nul(judge: Judge) -> None:
    models = ("catalog/product", "catalog/taxcategory", "invoices/numberseries")
    paths = [f"{model}/%00/{page}/" for model in models for page in ("change", "delete", "history")]
    filters = [f"catalog/product/?{query}" for query in ("sku=%00", "sku__exact=a%00", "tax_category__code__exact=%00")]
    for path in (*paths, *filters):
        assert judge.try_out(Attempt(path=f"/admin/{path}")).status == 400, path


def test_action_of_the_admin_refuses_a_row_that_cannot_be(judge: Judge) -> None:
    chosen = "action=delete_selected&index=0&_selected_action="
    assert judge.try_out(posted("/admin/catalog/product/", f"{chosen}%00")).status == 400
    assert judge.try_out(posted("/admin/invoices/customer/", f"{chosen}abc")).status == 400
    assert judge.try_out(posted("/admin/invoices/customer/", f"{chosen}1&_selected_action=%00")).status == 400
    # A row that could be, but is not there.
    assert judge.try_out(posted("/admin/invoices/customer/", chosen + "9" * 40)).status == 200


def test_page_of_the_admin_refuses_to_choose_by_a_field_without_a_name(judge: Judge) -> None:
    path = "/admin/catalog/product/A-1/change/"
    assert judge.try_out(Attempt(path=f"{path}?_to_field=")).status == 400
    assert judge.try_out(posted(path, "_to_field=")).status == 400


def test_export_leads_back_to_the_list_for_a_filter_that_is_none(judge: Judge) -> None:
    for query in ("=&", "sku__x=1"):
        answer = judge.try_out(Attempt(path=f"/admin/catalog/product/export/?{query}"))
        assert answer.headers.get("Location") == "/admin/catalog/product/?e=1", query


def test_letters_that_fold_to_many_are_searched_in_few_steps(judge: Judge) -> None:
    for path in ("/products/suggest?q=", "/api/product_by_name?name=", "/admin/catalog/product/?q="):
        for letter in "ﷺ㍿":
            assert judge.try_out(Attempt(path=path + quote(letter * 195))).status == 200


def test_tax_category_claims_no_million_rates(judge: Judge) -> None:
    claimed = "code=zz&name=z&kind=standard&sort_order=1&rates-TOTAL_FORMS=1000000000&rates-INITIAL_FORMS=0"
    assert judge.try_out(posted("/admin/catalog/taxcategory/add/", claimed)).text.count('name="rates-') < 1000
