"""Staff at work in the list of products: from the start page through a filter to the end, also on a small screen."""

from __future__ import annotations

from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from catalog.models import Product
from papyrus_site.roles import Role
from tests.browser.conftest import sign_in
from tests.invoices.factories import user_of

# How much of the page stands out over its right edge; the row of saved filters is scrolled by itself.
CUT_OFF = """
    [...document.querySelectorAll('#content :is(input, select, td, th, a)')].filter(each =>
        each.checkVisibility() && !each.closest('.saved') && each.getBoundingClientRect().right > innerWidth
    ).map(each => each.outerHTML)
"""
ROWS = "#result_list tbody tr"
PATHS = (
    "/admin/",
    "/admin/catalog/product/",
    "/admin/catalog/product/?price=missing",
    "/admin/catalog/product/Z-001/change/",
)


def test_filtered_list_is_paged_to_its_end_and_fits_a_narrow_screen(page: Page, office: User, server: str) -> None:
    user_of(Role.PRODUCT_STAFF, username="staff")
    Product.objects.bulk_create(Product(sku=f"Z-{number:03d}", name="長い名前の商品" * 9) for number in range(120))
    sign_in(page, server, username="staff")

    page.goto(f"{server}/admin/")
    page.get_by_role("link", name="単価が未設定の商品").click()
    expect(page.locator(".saved [aria-current]")).to_have_text("単価なし")
    expect(page.locator(ROWS)).to_have_count(50)
    page.get_by_role("link", name="最後").click()
    expect(page.locator(ROWS).last).to_contain_text("Z-119")
    page.get_by_role("link", name="前へ").click()
    expect(page.locator(ROWS).last).to_contain_text("Z-069")

    page.locator("summary", has_text="JANコード").click()
    page.get_by_role("link", name="あり", exact=True).click()
    expect(page.locator(".standing").first).to_have_text("0件")
    page.get_by_role("link", name="絞り込みをすべて解除").click()
    expect(page.locator(".saved [aria-current]")).to_have_text("すべて")

    page.set_viewport_size({"width": 390, "height": 800})
    page.emulate_media(color_scheme="dark")
    for path in PATHS:
        page.goto(server + path)
        assert page.evaluate("document.documentElement.scrollWidth") == 390, path
        assert page.evaluate(CUT_OFF) == [], path
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(21, 27, 25)", path
