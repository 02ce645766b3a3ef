"""Take the pictures of docs/products.md anew: make pictures

Real pages of the real server, in the state that staff meet them in. No test: nothing here is compared.
"""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command
from openpyxl import load_workbook
from PIL import Image
from playwright.sync_api import Page, expect

from papyrus_site.local import ROOT
from papyrus_site.roles import Role
from tests.browser.conftest import PASSWORD, sign_in
from tests.catalog.factories import ProductFactory
from tests.catalog.loads import price_list
from tests.conftest import needed_program
from tests.invoices.factories import user_of

FOLDER = ROOT / "docs" / "pictures"
LIST = "/admin/catalog/product/"


@pytest.fixture
def staff_page(page: Page, committed: None, server: str) -> Page:
    """A page of signed-in product staff; the demo's products are there, and one that a spreadsheet will meet."""
    call_command("load_demo_products", verbosity=0)
    ProductFactory.create(sku="00123", name="消しゴム")
    ProductFactory.create(sku="HB-0001", name="表紙付ノート A4 1", unit_price=350, unit="冊")
    user = user_of(Role.PRODUCT_STAFF, username="staff")
    user.set_password(PASSWORD)
    user.save()
    page.set_viewport_size({"width": 1360, "height": 800})
    sign_in(page, server, username="staff")
    page.goto(f"{server}{LIST}")
    return page


def take(page: Page, name: str, *, whole: bool = False) -> None:
    """Keep what the window shows, or the whole page."""
    save(page.screenshot(full_page=whole, animations="disabled"), name)


def save(png: bytes, name: str) -> None:
    """Keep a picture in 256 colours, which a page has hardly more of."""
    Image.open(io.BytesIO(png)).convert("RGB").quantize(256).save(FOLDER / f"{name}.png", optimize=True)


def test_load(staff_page: Page) -> None:
    page = staff_page
    take(page, "products")
    page.locator(".import_link").click()
    take(page, "load-file")
    page.get_by_label("ファイル").set_input_files(price_list.FILE)
    page.get_by_role("button", name="変わる内容を見る").click()
    expect(page.locator("#faults")).to_be_visible()
    take(page, "load", whole=True)
    with page.expect_download() as download:
        page.locator("#content a", has_text="Excel").first.click()
    book = Path(download.value.path()).read_bytes()
    page.get_by_role("button", name="行を除いて取り込む").click()
    expect(page.locator(".messagelist")).to_be_visible()
    take(page, "load-undo")
    page.set_content(as_table(book))
    save(page.locator("table").screenshot(), "load-wrong-rows")


def as_table(book: bytes) -> str:
    """Return the cells of a workbook as a page, as a spreadsheet shows them."""
    sheet = load_workbook(io.BytesIO(book)).worksheets[0]
    rows = ["".join(f"<td>{cell or ''}</td>" for cell in row) for row in sheet.iter_rows(values_only=True)]
    return f"<table border=1 cellspacing=0 cellpadding=4>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


def test_labels(staff_page: Page) -> None:
    page = staff_page
    for box in page.locator(".action-select").all()[:5]:
        box.check()
    page.locator("select[name=action]").select_option("print_labels")
    page.locator("button[name=index]").click()
    page.get_by_label("各商品の枚数").fill("12")
    page.get_by_label("単価").select_option("including")
    take(page, "labels", whole=True)
    with page.expect_download() as download:
        page.get_by_role("button", name="ラベルを作る").click()
    pdf = Path(download.value.path()).read_bytes()
    command = [needed_program("pdftoppm"), "-r", "80", "-png", "-"]
    save(subprocess.run(command, input=pdf, capture_output=True, check=True).stdout, "labels-sheet")
