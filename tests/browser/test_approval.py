"""A note above the limit, by a clerk and an approver in two real browser windows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from invoices.models import DeliveryNote, NoteState
from papyrus_site.roles import Role
from tests.browser.conftest import PATIENCE_MILLISECONDS, sign_in
from tests.browser.test_note_form import choose, new_note, pdf_text
from tests.invoices.factories import limit, user_of


@pytest.fixture
def approver_page(browser: Browser, clerk_page: Page, server: str) -> Iterator[Page]:
    """A window of its own, of a signed-in approver."""
    user_of(Role.APPROVER, username="approver")
    with browser.new_context(locale="ja-JP", viewport={"width": 1360, "height": 900}) as context:
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        page = context.new_page()
        sign_in(page, server, username="approver")
        yield page


def test_note_above_the_limit_is_asked_for_returned_changed_and_approved(
    clerk_page: Page, approver_page: Page, server: str
) -> None:
    limit(26_399)
    clerk, approver = clerk_page, approver_page

    keys = new_note(clerk, server)
    choose(keys, "KB", "1")
    button = clerk.locator("button[name=issue]")
    expect(clerk.locator("#totals")).to_contain_text("¥13,200")
    expect(button).to_have_text("発行して PDF を開く")
    clerk.locator("[name=lines-0-quantity]").fill("2")
    expect(button).to_have_text("承認を依頼")
    expect(clerk.locator("#totals")).to_contain_text("¥26,399 を超えるため")
    button.click()
    expect(clerk.locator(".messages")).to_contain_text("承認を依頼しました。")
    assert DeliveryNote.objects.get().state == NoteState.WAITING

    waiting = approver.get_by_role("navigation", name="メインメニュー").get_by_role("link", name="承認待ち")
    approver.reload()
    expect(waiting.locator(".count")).to_have_text("1")
    waiting.click()
    approver.get_by_role("link", name="下書き").last.click()
    expect(approver.locator("iframe.viewer")).to_be_visible()
    approver.get_by_role("link", name="差し戻す").click()
    approver.get_by_label("差し戻す理由").fill("数量は 3 台です")
    approver.get_by_role("button", name="差し戻す").click()
    expect(approver.locator(".empty")).to_contain_text("承認待ちの納品書はありません。")
    # Who may not write in it reads the draft, on a telephone too: nothing stands beside the screen.
    approver.set_viewport_size({"width": 390, "height": 844})
    approver.goto(f"{server}/notes/{DeliveryNote.objects.get().pk}")
    expect(approver.locator(".items .price")).to_be_in_viewport(ratio=1)
    assert approver.locator(".scroll").evaluate("each => each.scrollWidth - each.clientWidth") == 0
    approver.set_viewport_size({"width": 1360, "height": 900})

    clerk.goto(server)
    expect(clerk.locator(".state.returned")).to_be_visible()
    clerk.locator("td.which a").click()
    expect(clerk.locator("#decision")).to_contain_text("approver が差し戻し（数量は 3 台です）")
    clerk.locator("[name=lines-0-quantity]").fill("3")
    button.click()
    expect(clerk.locator(".messages")).to_contain_text("承認を依頼しました。")

    waiting.click()
    approver.get_by_role("link", name="下書き").last.click()
    # The next stop of the keyboard, before all that is in the PDF.
    approver.get_by_role("link", name="PDF を開く").press("Tab")
    expect(approver.get_by_role("button", name="承認して発行")).to_be_focused()
    approver.get_by_role("button", name="承認して発行").click()
    note = DeliveryNote.objects.get()
    expect(approver.locator(".messages")).to_contain_text(f"承認し、{note.number} として発行しました。")
    expect(waiting.locator(".count")).to_have_count(0)

    clerk.reload()
    expect(clerk.locator("h1")).to_contain_text(str(note.number))
    expect(clerk.locator(".story")).to_contain_text("approver が承認して発行")
    assert "39,600" in pdf_text(clerk, f"{server}/notes/{note.pk}/pdf")
