"""Staff load a supplier's price list in a real browser."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from playwright.sync_api import Page, expect

from catalog.models import Product
from tests.browser.conftest import sign_in
from tests.catalog.factories import ProductFactory
from tests.catalog.loads import price_list


@pytest.fixture
def staff_page(page: Page, committed: None, server: str) -> Page:
    """A page of signed-in product staff, on the list of products; 00123 and the demo's products are there."""
    call_command("load_demo_products", verbosity=0)
    ProductFactory.create(sku="00123", name="消しゴム")
    ProductFactory.create(sku="HB-0001", name="表紙付ノート A4 1", unit_price=350, unit="冊")
    User.objects.create_superuser("staff")
    sign_in(page, server, username="staff")
    page.goto(f"{server}/admin/catalog/product/")
    return page


def test_price_list_is_previewed_loaded_without_wrong_rows_and_undone(staff_page: Page) -> None:
    page = staff_page
    before = list(Product.objects.order_by("sku").values("sku", "name", "unit_price", "jan"))
    page.locator(".import_link").click()
    page.get_by_label("ファイル").set_input_files(price_list.FILE)
    page.get_by_role("button", name="変わる内容を見る").click()

    expect(page.locator(".load-counts")).to_have_text(re.compile(r"48\s*新規\s*1\s*変更\s*0\s*変更なし\s*11\s*誤り"))
    expect(page.locator(".load-facts")).to_contain_text("Shift_JIS (CP932)")
    expect(page.locator("#differences")).to_contain_text("350 → 380")
    expect(page.locator("#faults tbody tr")).to_have_count(14)
    expect(page.locator("#faults")).to_contain_text("品番「123」は新しい品番ですが「00123」が登録されています。")
    expect(page.locator("#additions")).to_contain_text("構造用ビス ①型 3")
    assert Product.objects.count() == len(before)

    with page.expect_download() as download:
        page.locator("#content a", has_text="Excel").first.click()
    assert download.value.suggested_filename.startswith("wrong-rows-")

    page.get_by_role("button", name="誤りのある11行を除いて取り込む").click()
    expect(page.locator(".messagelist")).to_contain_text("ファイルを取り込みました。")
    assert Product.objects.count() == len(before) + 48
    assert Product.objects.get(pk="HB-0001").unit_price == 380

    page.get_by_role("button", name="この取り込みを取り消す").click()
    expect(page.locator(".messagelist")).to_contain_text("49件の商品を元に戻しました。")
    assert list(Product.objects.order_by("sku").values("sku", "name", "unit_price", "jan")) == before
