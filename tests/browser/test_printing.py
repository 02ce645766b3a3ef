"""A clerk prints: a set of one note, then the notes of a day, in a real browser."""

from __future__ import annotations

from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from invoices.models import Customer, DeliveryNote, NotePrinting, PrintRun
from tests.browser.test_note_form import pdf_text
from tests.invoices.factories import CustomerFactory, draft_note, issued_note


def test_set_is_printed_and_printed_again(clerk_page: Page, server: str) -> None:
    author = User.objects.get(username="clerk")
    note = issued_note(author, customer=Customer.objects.get())
    page = clerk_page
    page.goto(f"{server}/notes/{note.pk}")
    expect(page.locator("h1")).to_contain_text("未印刷")

    page.get_by_role("button", name="印刷", exact=True).click()

    story = page.locator(".story")
    expect(story).to_contain_text("clerk が印刷")
    expect(story).to_contain_text("納品書 × 1、控 × 1、物品受領書 × 1")
    expect(page.locator("h1")).not_to_contain_text("未印刷")
    run = PrintRun.objects.get()
    expect(page.locator("iframe.viewer")).to_have_attribute("src", f"/prints/{run.pk}/pdf#navpanes=0&view=FitH")
    text = pdf_text(page, f"{server}/prints/{run.pk}/pdf")
    assert [title in text for title in ("納品書（控）", "物品受領書", "再発行")] == [True, True, False]

    page.get_by_text("印刷する内容").click()
    page.get_by_label("納品書", exact=True).fill("０")
    page.get_by_label("控", exact=True).fill("0")
    page.get_by_role("button", name="再発行").click()
    expect(story).to_contain_text("再発行 1")
    again = pdf_text(page, f"{server}/prints/{PrintRun.objects.latest('pk').pk}/pdf")
    assert [title in again for title in ("納品書（控）", "物品受領書", "再発行 (1)")] == [False, True, True]

    page.go_back()
    page.go_forward()
    page.reload()
    expect(story).to_contain_text("再発行 1")
    assert PrintRun.objects.count() == 2


def test_ticked_notes_and_a_route_are_printed_with_one_press(clerk_page: Page, server: str) -> None:
    author = User.objects.get(username="clerk")
    east = CustomerFactory.create(delivery_route="東コース")
    notes = [issued_note(author, customer=Customer.objects.get(code="C001")) for _ in range(2)]
    notes += [issued_note(author, customer=east), draft_note(author, customer=east)]
    page = clerk_page
    page.goto(f"{server}/?state=unprinted")
    expect(page.locator("tbody tr")).to_have_count(3)
    page.get_by_role("checkbox", name=f"{notes[0].number} を印刷").check()
    page.get_by_role("checkbox", name=f"{notes[1].number} を印刷").check()
    expect(page.locator("#ticked")).to_have_text("2")
    page.get_by_role("button", name="選んだ納品書を印刷").click()
    expect(page.locator(".story .big")).to_have_text("2")
    text = pdf_text(page, f"{server}/prints/{PrintRun.objects.get().pk}/pdf")
    assert text.count("1 / 1 ページ") == 6

    page.goto(f"{server}/")
    page.get_by_role("link", name="1日分を印刷").click()
    page.get_by_label("納品日").fill("2026-11-23")
    page.get_by_role("button", name="表示").click()
    page.locator("section.route", has_text="東コース").get_by_role("button", name="このコースを印刷").click()
    expect(page.locator(".story [role=alert]")).to_contain_text("1件を印刷できませんでした")
    run = PrintRun.objects.latest("pk")
    text = pdf_text(page, f"{server}/prints/{run.pk}/pdf")
    assert "まだ発行されていません。" in text
    assert list(NotePrinting.objects.filter(run=run).values_list("delivery_note", flat=True)) == [notes[2].pk]

    page.goto(f"{server}/?state=unprinted")
    expect(page.locator(".empty")).to_be_visible()
    page.goto(f"{server}/?state=all")
    page.get_by_label("このページのすべて").check()
    expect(page.locator("#ticked")).to_have_text("3")
    assert DeliveryNote.objects.filter(awaits_printing=True).count() == 0
