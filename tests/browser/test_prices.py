"""Prices that follow the delivery date, and those that a clerk typed."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from catalog.models import ListPrice
from invoices.models import Customer, CustomerPercentage
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
