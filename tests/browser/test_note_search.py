"""Looking for a note and taking it away as a ZIP, in a real browser."""

from __future__ import annotations

from decimal import Decimal
from zipfile import ZipFile

from playwright.sync_api import Page, expect

from invoices import services
from invoices.models import Customer, DeliveryNote
from tests.invoices.factories import NOW, clerk, draft_note, issued_note, line


def test_note_is_found_by_what_one_knows_and_downloaded_with_its_list(clerk_page: Page, server: str) -> None:
    author, customer = clerk(), Customer.objects.get(code="C001")
    void = issued_note(author, customer=customer)
    services.void(note_id=void.pk, reason="誤記", author=author, now=NOW)
    tea = (line(code="JAN-1", name="深蒸し煎茶", unit_price=Decimal(500)),)
    note = issued_note(author, customer=customer, lines=tea)
    draft_note(author)
    page = clerk_page

    page.get_by_role("link", name="検索・書き出し").click()
    page.get_by_label("得意先").fill("さんぷる")
    page.get_by_label("合計（から）").fill("２，０００")
    page.get_by_role("button", name="検索").click()
    expect(page.locator(".status")).to_have_text("1 件")
    expect(page.locator("td.which")).to_have_text(str(void.number))

    page.get_by_label("合計（から）").fill("")
    page.get_by_label("品目").fill("煎茶")
    page.get_by_label("納品日（から）").fill("2026-11-23")
    page.get_by_label("納品日（まで）").fill("2026-11-23")
    page.get_by_role("button", name="検索").click()
    expect(page.locator("td.which")).to_have_text(str(note.number))
    expect(page.get_by_label("得意先")).to_have_value("さんぷる")

    with page.expect_download() as downloading:
        page.get_by_role("link", name="ZIP で書き出す").click()
    with ZipFile(downloading.value.path()) as zip_file:
        assert zip_file.namelist() == ["notes.csv", f"pdf/{note.number}.pdf"]

    page.locator("td.which a").click()
    expect(page.locator(".story")).to_contain_text("2034-05-31 まで保存が必要です")
    assert DeliveryNote.objects.count() == 3

    page.goto(f"{server}/notes/search?delivered_from=2026-11-24&delivered_to=2026-11-23")
    expect(page.locator("span.error")).to_contain_text("2026-11-24 は 2026-11-23 より後です。")
