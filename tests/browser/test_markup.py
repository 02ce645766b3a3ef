"""Markup that somebody typed stays text in a real browser: on pages, in suggestions, and in what refuses it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Dialog, Page, expect

from catalog.models import Product
from invoices.models import Customer
from tests.browser.conftest import sign_in
from tests.browser.test_note_form import OPTION, new_note
from tests.invoices.factories import draft_note, issued_note, line

# Would be an element of ours, and would run.
TYPED = "<img data-zz src=x onerror=alert(1)>"
INJECTED = "[data-zz]"


@pytest.fixture
def quiet_page(clerk_page: Page) -> Page:
    """A clerk's page on which no window may open."""

    def fail(dialog: Dialog) -> None:
        dialog.dismiss()
        pytest.fail(f"a script ran: {dialog.message}")

    clerk_page.on("dialog", fail)
    return clerk_page


@pytest.fixture
def hostile(office: User) -> User:
    """The office, with markup in every text that is shown; returns the clerk."""
    Customer.objects.update(name=TYPED, department=TYPED, person=TYPED, note=TYPED)
    Product.objects.filter(sku="JAN-1").update(name=TYPED, unit=TYPED[:20], note=TYPED)
    return office


def test_pages_show_markup_as_text(quiet_page: Page, hostile: User, server: str) -> None:
    customer = Customer.objects.get()
    texts = {"customer": customer, "subject": TYPED, "order_number": TYPED, "notes": f"</textarea>{TYPED}"}
    typed = line(code=TYPED, name=TYPED, unit=TYPED[:20], note=TYPED)
    draft, issued = draft_note(hostile, lines=(typed,), **texts), issued_note(hostile, lines=(typed,), **texts)

    for path in ("/", "/?q=" + TYPED, f"/notes/{draft.pk}/edit", f"/notes/{draft.pk}/delete", f"/notes/{issued.pk}"):
        quiet_page.goto(server + path)
        assert TYPED in quiet_page.content().replace("&lt;", "<").replace("&gt;", ">")
        assert quiet_page.locator(INJECTED).count() == 0
    quiet_page.goto(f"{server}/notes/{draft.pk}/edit")
    expect(quiet_page.get_by_label("備考", exact=True).last).to_have_value(f"</textarea>{TYPED}")


def test_suggestions_and_refusals_show_markup_as_text(quiet_page: Page, hostile: User, server: str) -> None:
    keys = new_note(quiet_page, server)
    keys.type("JAN-1")
    expect(quiet_page.locator(OPTION).first).to_contain_text(TYPED)
    assert quiet_page.locator(INJECTED).count() == 0
    keys.press("Enter")
    expect(quiet_page.locator("[name=lines-0-name]")).to_have_value(TYPED)
    keys.type(TYPED)
    keys.press("Control+s")
    expect(quiet_page.locator("#lines .errors")).to_contain_text("<img data-zz")
    assert quiet_page.locator(INJECTED).count() == 0


def test_admin_shows_markup_as_text(quiet_page: Page, hostile: User, server: str) -> None:
    User.objects.create_superuser("root")
    quiet_page.context.clear_cookies()
    sign_in(quiet_page, server, username="root")
    product = Product.objects.get(sku="JAN-1")
    for path in ("product/", f"product/{product.pk}/change/", f"product/{product.pk}/delete/"):
        quiet_page.goto(f"{server}/admin/catalog/{path}")
        assert quiet_page.locator(INJECTED).count() == 0
        assert TYPED in quiet_page.content().replace("&lt;", "<").replace("&gt;", ">")
