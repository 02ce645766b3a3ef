"""No page of ours breaks its own content security policy: clerks' and the admin's are walked in a real Chromium."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.urls import ResolverMatch, resolve
from PIL import Image
from playwright.sync_api import BrowserContext, Error, Page, expect

from catalog.models import Product
from invoices import printing
from invoices.domain.printing import PrintProfile
from invoices.models import Customer, CustomerItemCode, DeliveryNote, Issuer
from invoices.origin import Origin
from papyrus_site.sign_in.models import Identity
from tests.browser.conftest import breaches, serving, sign_in
from tests.conftest import held_port, wait_until
from tests.invoices.factories import draft_note, issued_note

# Chromium's viewer of PDFs is an extension that comes with it.
VIEWER = "chrome-extension://"
OWN_PAGES = {
    *("login", "invoices:note_list", "invoices:note_new", "invoices:note_edit", "invoices:note_detail"),
    *("password_change", "invoices:note_pdf", "invoices:note_delete", "invoices:note_void", "admin:changes"),
    *("invoices:print_day", "invoices:print_pdf"),
    *("invoices:return_new", "invoices:note_correct", "invoices:correction_log"),
    *("invoices:receipt_new", "invoices:note_send"),
    "admin:catalog_product_merge",
}
# Where a button leads and no link.
BY_BUTTON = "/admin/catalog/product/merge/?sku=JAN-1&sku=KB-001"
PAGES = ("changelist", "add", "change", "history", "delete")
# Number series come with the migrations, the company in use stays, users are switched off, and their accounts at the
# provider come by themselves.
ABSENT = {
    *(f"admin:invoices_{page}" for page in ("numberseries_add", "numberseries_delete", "issuer_delete")),
    *(f"admin:invoices_mailtemplate_{page}" for page in ("add", "delete")),
    *(f"admin:sign_in_identity_{page}" for page in ("add", "delete")),
    # Loads have a page of their own.
    *(f"admin:catalog_productload_{page}" for page in ("add", "change", "history", "delete")),
    *(f"admin:catalog_pricerevision_{page}" for page in ("add", "change", "history", "delete")),
    "admin:auth_user_delete",
}


@pytest.fixture
def notes(office: User) -> DeliveryNote:
    """A draft and an issued note that was printed; returns the latter."""
    customer = Customer.objects.get()
    CustomerItemCode.objects.create(customer=customer, product=Product.objects.all()[0], code="K-1")
    Identity.objects.create(user=office, issuer="https://idp.example", subject="1")
    draft_note(office, customer=customer)
    note = issued_note(office, customer=customer)
    printing.print_note(note_id=note.pk, profile=PrintProfile(), key=uuid.uuid4(), by=office, origin=Origin())
    return note


@pytest.fixture
def admin_server(static_files: Path, notes: DeliveryNote, tmp_path: Path) -> Iterator[str]:
    """A server for one test: the admin remembers the numbers of content types, and each test has new ones."""
    with held_port() as port:
        yield from serving(port, tmp_path, {})


@pytest.fixture
def administrator_page(page: Page, admin_server: str) -> Page:
    User.objects.create_superuser("root", password="only-for-tests-1")
    sign_in(page, admin_server, username="root")
    return page


def walked(page: Page, server: str) -> Iterator[ResolverMatch]:
    """Follow the links from the start pages, one for each address of the URLconf, and yield what it leads to."""
    waiting, seen = ["/", "/admin/", "/login", BY_BUTTON], set()
    while waiting:
        address = urlsplit(waiting.pop())
        match = resolve(address.path)
        if match.view_name in seen or address.path.startswith("/static/"):
            continue
        seen.add(match.view_name)
        try:
            page.goto(urljoin(server, address.geturl()))
        except Error as error:
            # A file to be saved is no page.
            if "Download is starting" not in str(error):
                raise
        yield match
        links = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
        waiting += [link.removeprefix(server) for link in links if link.startswith(f"{server}/")]


def test_every_page_keeps_to_the_policy(administrator_page: Page, admin_server: str) -> None:
    found = {match.view_name for match in walked(administrator_page, admin_server)}

    assert OWN_PAGES - found == set()
    models = [model._meta for model in admin.site._registry]
    assert {f"admin:{each.app_label}_{each.model_name}_{page}" for each in models for page in PAGES} - found == ABSENT


def test_widgets_of_the_admin_keep_to_the_policy(administrator_page: Page, admin_server: str) -> None:
    page = administrator_page
    page.goto(f"{admin_server}/admin/catalog/taxcategory/standard/change/")
    page.locator(".date-icon:visible").first.click()
    page.locator(".calendarbox:visible td a").first.click()
    page.locator(".theme-toggle:visible").first.click()
    page.locator(".add-row a").click()

    page.goto(f"{admin_server}/admin/catalog/product/add/")
    with page.expect_popup() as opening:
        page.locator("#add_id_tax_category").click()
    opening.value.locator("#id_code").fill("sample")
    opening.value.locator("#id_name").fill("見本")
    opening.value.locator("#id_kind").select_option("exempt")
    opening.value.locator("[name=_save]").click()
    expect(page.locator("#id_tax_category option", has_text="見本")).to_have_count(1)

    page.goto(f"{admin_server}/admin/catalog/product/?is_active__exact=1")
    page.locator("#action-toggle").check()
    page.locator("select[name=action]").select_option("print_labels")
    page.locator("button[name=index]").click()
    with page.expect_download() as labels:
        page.get_by_role("button", name="ラベルを作る").click()
    assert labels.value.suggested_filename.endswith(".pdf")

    page.goto(f"{admin_server}/admin/catalog/product/?is_active__exact=1")
    page.locator("#action-toggle").check()
    page.locator("select[name=action]").select_option("deactivate")
    page.locator("button[name=index]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()

    page.goto(f"{admin_server}/admin/invoices/issuer/{Issuer.objects.get().pk}/change/")
    page.locator("[name=seal_image]").set_input_files({"name": "seal.png", "mimeType": "image/png", "buffer": png()})
    page.locator("[name=_continue]").click()
    expect(page.locator(".field-present_seal img")).to_have_js_property("naturalWidth", 8)


def test_pdf_is_shown_in_the_page_and_alone_and_never_again_after_signing_out(
    notes: DeliveryNote, clerk_page: Page, server: str
) -> None:
    for path in ("", "/pdf"):
        clerk_page.goto(f"{server}/notes/{notes.pk}{path}")
        wait_for(clerk_page, lambda: any(frame.url.startswith(VIEWER) for frame in clerk_page.frames))

    clerk_page.goto(f"{server}/")
    clerk_page.get_by_role("button", name="ログアウト").click()
    clerk_page.wait_for_url(f"{server}/login")
    for _ in ("list", "PDF", "page"):
        clerk_page.go_back()
        clerk_page.wait_for_url(lambda address: "/login?next=" in address)


def test_breach_of_the_policy_is_heard_of(context: BrowserContext, server: str) -> None:
    with breaches(context) as said:
        page = context.new_page()
        page.goto(f"{server}/login")
        page.evaluate("document.body.setAttribute('style', 'color: red')")
        page.evaluate("document.head.append(Object.assign(document.createElement('script'), {textContent: '1'}))")
        wait_for(page, lambda: len(said) == 2)


def wait_for(page: Page, condition: Callable[[], bool]) -> None:
    """Wait as wait_until does, but let the page's events come in meanwhile."""

    def holds() -> bool:
        page.wait_for_timeout(50)
        return condition()

    wait_until(holds)


def png() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGBA", (8, 8), "red").save(drawn, "PNG")
    return drawn.getvalue()
