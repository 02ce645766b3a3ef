"""What is done with a note once it is issued: goods come back, it is received, it was wrong."""

from __future__ import annotations

import io
import os
from pathlib import Path

from django.contrib.auth.models import User
from PIL import Image
from playwright.sync_api import Page, expect

from invoices.models import Customer, DeliveryNote
from tests.browser.test_note_form import pdf_text
from tests.invoices.factories import issued_note, line

LINES = (line(quantity=3, unit_price=105), line(code="T-1", name="煎茶", tax_category="reduced"))
# Where pictures of the pages are put, for whoever wants to look at them.
PICTURES = os.environ.get("PICTURES", "")


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def test_goods_come_back_in_part_and_then_all_that_is_left(clerk_page: Page, office: User, server: str) -> None:
    page, original = clerk_page, issued_note(office, customer=Customer.objects.get(), lines=LINES)
    page.goto(f"{server}/notes/{original.pk}")
    page.get_by_role("link", name="返品（赤伝）").click()
    page.locator("[name=quantity-1]").fill("4")
    expect(page.locator("#totals")).not_to_contain_text("¥")
    page.get_by_role("button", name="赤伝を発行").click()
    expect(page.locator(".error").first).to_be_visible()
    expect(page.get_by_text("返品できるのは 3 までです")).to_be_visible()
    page.locator("[name=quantity-1]").fill("1")
    expect(page.locator("#totals")).to_contain_text("-¥115")
    picture(page, "return-form")
    page.get_by_role("button", name="赤伝を発行").click()
    expect(page.locator("h1")).to_contain_text("DN-2026-000002")
    expect(page.locator("h1")).to_contain_text("赤伝")
    picture(page, "return-page")

    page.get_by_role("link", name="DN-2026-000001").click()
    page.get_by_role("link", name="返品（赤伝）").click()
    page.get_by_role("link", name="すべて返品").click()
    expect(page.locator("[name=quantity-1]")).to_have_value("2")
    page.get_by_role("button", name="赤伝を発行").click()
    expect(page.locator("h1")).to_contain_text("DN-2026-000003")

    slips = DeliveryNote.objects.filter(original=original).order_by("id")
    assert sum(slip.total or 0 for slip in slips) == -(original.total or 0)
    text = pdf_text(page, f"{server}/notes/{slips[0].pk}/pdf")
    assert [part for part in ("赤伝（返品）", "DN-2026-000001", "返品日", "▲¥115") if part not in text] == []
    page.goto(f"{server}/notes/{original.pk}")
    expect(page.locator(".related").first).to_contain_text("DN-2026-000003")
    picture(page, "returned-note")
    if PICTURES:
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size({"width": 390, "height": 800})
        picture(page, "returned-note-390")
        page.goto(f"{server}/notes/{original.pk}/returns/new")
        picture(page, "return-form-390")
        page.goto(f"{server}/corrections")
        picture(page, "log-390")


def test_wrong_note_is_corrected_in_one_step_and_the_right_one_received(
    clerk_page: Page, office: User, server: str
) -> None:
    page, wrong = clerk_page, issued_note(office, customer=Customer.objects.get())
    page.goto(f"{server}/notes/{wrong.pk}")
    page.get_by_role("link", name="訂正", exact=True).click()
    page.get_by_label("訂正の理由").fill("数量の誤り")
    picture(page, "correction-reason")
    page.get_by_role("button", name="訂正を作成").click()
    expect(page.locator("#correction")).to_contain_text("DN-2026-000001 の訂正：数量の誤り")
    page.locator("[name=lines-0-quantity]").fill("3")
    picture(page, "correction-form")
    page.locator("button[name=issue]").click()
    expect(page.locator("h1")).to_contain_text("DN-2026-000002")
    expect(page.locator(".story")).to_contain_text("DN-2026-000001")
    assert "訂正前の番号" in pdf_text(page, f"{server}/notes/{DeliveryNote.objects.get(corrects=wrong).pk}/pdf")

    page.get_by_role("link", name="受領を記録").click()
    page.get_by_label("受領者").fill("田中")
    scan = io.BytesIO()
    Image.new("RGB", (40, 60), "white").save(scan, "PNG")
    page.locator("[name=scan]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": scan.getvalue()})
    picture(page, "receipt-form")
    page.get_by_role("button", name="受領を記録").click()
    expect(page.locator(".story")).to_contain_text("田中")
    with page.expect_popup() as opening:
        page.get_by_role("link", name="スキャン").click()
    expect(opening.value.locator("img")).to_have_js_property("naturalWidth", 40)
    picture(page, "corrected")

    page.get_by_role("link", name="訂正・無効の記録").click()
    expect(page.locator("table.list")).to_contain_text("DN-2026-000002 に訂正、合計 26,400 → 39,600")
    picture(page, "log")
    page.get_by_role("link", name="DN-2026-000001", exact=True).click()
    expect(page.locator(".story")).to_contain_text("DN-2026-000002")
    expect(page.locator(".state.void")).to_be_visible()
    picture(page, "wrong-note")
    if PICTURES:
        page.goto(f"{server}/notes/{DeliveryNote.objects.get(corrects=wrong).pk}/send")
        picture(page, "send-form")
