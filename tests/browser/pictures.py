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
from tests.invoices.factories import CustomerFactory, user_of

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


def test_prices(staff_page: Page) -> None:
    page = staff_page
    customer = CustomerFactory.create(code="C001", name="株式会社青空商店")
    CustomerFactory.create(code="C002", name="みどり文具株式会社")
    page.goto(page.url + "TE-007/change/")
    page.locator("#id_list_prices-0-valid_from").fill("2027-04-01")
    page.locator("#id_list_prices-0-unit_price").fill("1200")
    page.locator("#id_customer_prices-0-customer").fill(customer.code)
    page.locator("#id_customer_prices-0-unit_price").fill("980")
    page.locator("#id_customer_prices-0-valid_from").fill("2026-12-01")
    page.locator("#id_customer_prices-0-valid_until").fill("2027-03-31")
    page.get_by_role("button", name="保存して編集を続ける").click()
    expect(page.locator(".messagelist")).to_be_visible()
    page.locator("#list_prices-group").scroll_into_view_if_needed()
    page.locator("#customer_prices-group").scroll_into_view_if_needed()
    take(page, "prices")
    page.get_by_role("link", name="履歴", exact=True).click()
    take(page, "history")


def test_bulk_prices(staff_page: Page) -> None:
    page = staff_page
    for box in page.locator(".action-select").all()[:12]:
        box.check()
    page.locator("select[name=action]").select_option(label="選択した商品の単価を一括変更 …")
    page.get_by_role("button", name="実行").click()
    page.get_by_label("値").fill("5")
    page.get_by_label("丸めの単位").select_option(label="10円単位")
    page.get_by_label("端数").select_option(label="切り上げ")
    page.get_by_label("適用開始日").fill("2027-04-01")
    page.get_by_role("button", name="プレビュー").click()
    expect(page.locator("#new-prices")).to_be_visible()
    take(page, "prices-many", whole=True)


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
