"""Prices that follow the delivery date and the customer, and bulk changes of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from catalog.models import ListPrice
from invoices.models import Customer, CustomerPercentage
from papyrus_site.roles import Role, give
from tests.browser.conftest import PASSWORD, sign_in
from tests.browser.test_note_form import choose, new_note, row


def test_offered_prices_follow_the_delivery_date_and_typed_ones_stay(clerk_page: Page, server: str) -> None:
    page = clerk_page
    later = timezone.localdate() + timedelta(days=30)
    ListPrice.objects.create(product_id="TE-007", valid_from=later, unit_price=1200)
    keys = new_note(page, server)
    choose(keys, "TE", "1")
    choose(keys, "TE", "2")
    page.locator("[name=lines-1-unit_price]").fill("1,000")
    rules = page.locator("tbody.line .rule")
    expect(rules.nth(0)).to_have_text("標準単価")
    expect(rules.nth(1)).to_contain_text("手入力（標準単価）")

    page.locator("[name=delivered_on]").fill(later.isoformat())

    expect(page.locator("#repriced")).to_contain_text("1行の単価を変更しました：1")
    expect(rules.nth(0)).to_have_text(f"標準単価 {later}から")
    expect(page.locator("#lines-0-amount")).to_have_text("¥1,200")
    assert (row(page, 0, "unit_price"), row(page, 1, "unit_price")) == ("1200", "1,000")
    customer = Customer.objects.get(code="C001")
    CustomerPercentage.objects.create(customer=customer, percentage=50, valid_from=later + timedelta(days=1))
    page.locator("[name=delivered_on]").fill((later + timedelta(days=1)).isoformat())
    expect(rules.nth(0)).to_have_text(f"掛率 50% {later + timedelta(days=1)}から")
    expect(page.locator("#lines-0-amount")).to_have_text("¥600")
    page.locator("[name=delivered_on]").fill(later.isoformat())
    expect(page.locator("#lines-0-amount")).to_have_text("¥1,200")
    rules.nth(1).get_by_role("button", name="1200円にする").click()
    expect(page.locator("#lines-1-amount")).to_have_text("¥2,400")
    expect(rules.nth(1)).to_have_text(f"標準単価 {later}から")


@pytest.mark.usefixtures("office")
def test_prices_are_changed_at_once_after_a_look_and_taken_back(page: Page, server: str) -> None:
    give(User.objects.create_user("staff", password=PASSWORD), [Role.PRODUCT_STAFF])
    sign_in(page, server, username="staff")
    page.goto(f"{server}/admin/catalog/product/?q=TE-007")
    page.locator("#action-toggle").check()
    page.locator("select[name=action]").select_option(label="選択した商品の単価を一括変更 …")
    page.get_by_role("button", name="実行").click()

    page.get_by_label("値").fill("５")
    page.get_by_label("丸めの単位").select_option(label="10円単位")
    page.get_by_label("端数").select_option(label="切り上げ")
    page.get_by_label("適用開始日").fill("2099-04-01")
    page.get_by_role("button", name="プレビュー").click()
    expect(page.locator("#new-prices tbody tr").first).to_contain_text("1,080 → 1,140")
    assert not ListPrice.objects.exists()
    page.get_by_role("button", name="2099-04-01から1件の単価を変更する").click()
    expect(page.locator(".messagelist")).to_contain_text("単価を変更しました。")
    assert [str(each) for each in ListPrice.objects.all()] == ["TE-007 2099-04-01"]

    page.get_by_role("button", name="この変更を取り消す").click()
    expect(page.locator(".messagelist")).to_contain_text("1件の単価を元に戻しました。")
    assert not ListPrice.objects.exists()
