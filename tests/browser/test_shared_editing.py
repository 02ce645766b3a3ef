"""Two people on one product, each in a browser of their own."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, ViewportSize, expect

from catalog.models import Product
from papyrus_site.roles import Role
from tests.browser.conftest import PATIENCE_MILLISECONDS, breaches, sign_in
from tests.invoices.factories import user_of

SKU = "JAN-1"
NARROW: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture
def colleagues(office: User) -> None:
    for name, last_name in (("hanako", "花子"), ("taro", "太郎")):
        user_of(Role.PRODUCT_STAFF, username=name, last_name=last_name)


def fits(page: Page) -> bool:
    """Whether the page is no wider than the screen."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.usefixtures("colleagues")
def test_second_to_save_decides_and_loses_nothing(page: Page, browser: Browser, server: str) -> None:
    change = f"{server}/admin/catalog/product/{SKU}/change/"
    sign_in(page, server, username="hanako")
    page.goto(change)
    with (
        browser.new_context(locale="ja-JP", viewport=NARROW, color_scheme="dark") as narrow,
        breaches(narrow) as broken,
    ):
        narrow.set_default_timeout(PATIENCE_MILLISECONDS)
        other = narrow.new_page()
        sign_in(other, server, username="taro")
        other.goto(change)

        page.locator("[name=unit_price]").fill("520")
        page.get_by_label("備考").fill("新しい箱")
        page.get_by_role("button", name="保存", exact=True).click()
        page.wait_for_url(f"{server}/admin/catalog/product/")
        other.locator("[name=unit_price]").fill("550")
        other.get_by_label("単位").fill("箱")
        other.get_by_role("button", name="保存", exact=True).click()

        panel = other.get_by_role("region", name=re.compile("編集中に花子が"))
        expect(panel).to_contain_text("失われていません")
        row = panel.get_by_role("row", name=re.compile("単価"))
        expect(row).to_contain_text("500")
        expect(panel.get_by_role("row", name=re.compile("備考"))).to_contain_text("新しい箱")
        expect(other.get_by_label("単位")).to_have_value("箱")
        expect(other.get_by_role("textbox", name="備考")).to_have_value("新しい箱")
        assert fits(other)
        row.get_by_label("550").check()
        other.get_by_role("button", name="保存", exact=True).click()
        other.wait_for_url(f"{server}/admin/catalog/product/")

        other.goto(f"{server}/admin/catalog/product/{SKU}/history/")
        expect(other.locator(".changes tbody tr").first).to_contain_text(re.compile(r"単価\s*520 → 550"))
        assert fits(other)
        other.goto(f"{server}/admin/changes/")
        expect(other.locator(".changes tbody tr").first).to_contain_text("太郎")
        assert fits(other)
        assert broken == []
    product = Product.objects.get(sku=SKU)
    assert (product.unit_price, product.unit, product.note) == (Decimal(550), "箱", "新しい箱")
