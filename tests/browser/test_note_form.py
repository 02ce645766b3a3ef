"""A clerk's morning in a real browser."""

from __future__ import annotations

import io

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import FloatRect, Locator, Page, Route, expect
from pypdf import PdfReader

from catalog.models import Product
from invoices.models import DeliveryNote, NoteState
from papyrus_site.roles import Role, give
from tests.browser.conftest import PASSWORD
from tests.invoices.factories import CustomerFactory, draft_note

OPTION = ".suggestions:not([hidden]) [role=option]"


class Keys:
    """A keyboard that counts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.pressed += len(text)

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.pressed += 1


def row(page: Page, place: int, name: str) -> str:
    return page.locator(f"[name=lines-{place}-{name}]").input_value()


def new_note(page: Page, server: str) -> Keys:
    page.goto(f"{server}/notes/new")
    keys = Keys(page)
    keys.type("C001")
    expect(page.locator(OPTION)).to_have_count(1)
    keys.press("Enter")
    return keys


def choose(keys: Keys, typed: str, quantity: str) -> None:
    keys.type(typed)
    # No waiting: Enter pressed before the list is there takes its first entry.
    keys.press("Enter")
    expect(keys.page.locator("[name$=-quantity]:focus")).to_have_count(1)
    keys.type(quantity)
    keys.press("Enter")


def pdf_text(page: Page, address: str) -> str:
    content = page.request.get(address).body()
    return "".join(part.extract_text() for part in PdfReader(io.BytesIO(content)).pages)


def test_ten_lines_are_written_and_issued_without_a_mouse(clerk_page: Page, server: str) -> None:
    page = clerk_page
    keys = new_note(page, server)
    keys.pressed = 0
    products = [("KB", "2"), ("EM", "1"), ("ST", "4"), ("TE", "9"), ("WA", "3"), ("CB", "8"), ("KB", "1"), ("EM", "2"),
                ("TE", "1"), ("WA", "6")]  # fmt: skip
    for typed, quantity in products:
        choose(keys, typed, quantity)
    assert keys.pressed <= 60

    expect(page.locator("#totals")).to_contain_text("合計")
    keys.press("Control+Enter")
    page.wait_for_url(lambda address: address.rsplit("/", 1)[-1].isdigit())

    note = DeliveryNote.objects.get()
    assert (note.state, note.lines.count(), note.number is not None) == (NoteState.ISSUED, 10, True)
    assert [str(item.code)[:2] for item in note.lines.all()] == [typed for typed, _ in products]
    text = pdf_text(page, f"{server}/notes/{note.pk}/pdf")
    for shown in (note.number, "株式会社サンプル商店", "メカニカルキーボード", "深蒸し煎茶", f"{note.total:,}"):
        assert str(shown) in text
    expect(page.locator("iframe.viewer")).to_be_visible()


def test_choosing_fills_price_unit_and_tax_category(clerk_page: Page, server: str) -> None:
    keys = new_note(clerk_page, server)
    choose(keys, "TE", "12")
    filled = [row(clerk_page, 0, name) for name in ("code", "name", "unit", "unit_price", "tax_category", "quantity")]
    assert filled == ["TE-007", "深蒸し煎茶 100g", "袋", "1080", "reduced", "12"]
    expect(clerk_page.locator("#lines-0-amount")).to_have_text("¥12,960")
    expect(clerk_page.locator("#totals")).to_contain_text("¥13,996")


def test_arrows_choose_and_a_scanned_jan_is_taken_at_once(clerk_page: Page, server: str) -> None:
    keys = new_note(clerk_page, server)
    keys.type("mo-")
    expect(clerk_page.locator(OPTION).nth(2)).to_be_visible()
    keys.press("ArrowDown")
    keys.press("Enter")
    keys.type("1")
    keys.press("Enter")
    choose(keys, "4901234567894", "5")
    assert [row(clerk_page, place, "code") for place in (0, 1)] == ["MO-004", "JAN-1"]


def test_line_without_a_product_can_be_typed(clerk_page: Page, server: str) -> None:
    keys = new_note(clerk_page, server)
    choose(keys, "特注の看板", "1")
    assert (row(clerk_page, 0, "name"), row(clerk_page, 0, "code")) == ("特注の看板", "")


def test_lines_move_duplicate_and_delete_by_keys(clerk_page: Page, server: str) -> None:
    page = clerk_page
    keys = new_note(page, server)
    for typed in ("KB", "EM", "ST"):
        choose(keys, typed, "1")
    page.locator("[name=lines-2-quantity]").focus()
    keys.press("Alt+ArrowUp")
    assert [row(page, place, "code") for place in range(3)] == ["KB-001", "ST-006", "EM-002"]
    keys.press("Alt+d")
    assert [row(page, place, "code") for place in range(4)] == ["KB-001", "ST-006", "ST-006", "EM-002"]
    page.locator("[name=lines-0-quantity]").focus()
    keys.press("Alt+Delete")
    assert [row(page, place, "code") for place in range(3)] == ["ST-006", "ST-006", "EM-002"]
    keys.press("Control+s")
    expect(page.locator(".messages")).to_contain_text("下書きを保存しました。")
    assert [item.code for item in DeliveryNote.objects.get().lines.all()] == ["ST-006", "ST-006", "EM-002"]


def test_deactivated_product_is_not_offered(clerk_page: Page, server: str) -> None:
    Product.objects.filter(sku="KB-001").update(is_active=False)
    keys = new_note(clerk_page, server)
    keys.type("KB-001")
    expect(clerk_page.locator(OPTION)).to_have_count(1)
    expect(clerk_page.locator(OPTION)).to_contain_text("商品マスタにない品名として使う")


def test_second_tab_is_told_that_the_draft_changed_and_keeps_its_typing(clerk_page: Page, server: str) -> None:
    first = clerk_page
    keys = new_note(first, server)
    choose(keys, "KB", "1")
    keys.press("Control+s")
    first.wait_for_url("**/edit")
    second = first.context.new_page()
    second.goto(first.url)

    first.get_by_label("件名").fill("一枚目")
    first.keyboard.press("Control+s")
    expect(first.locator(".messages")).to_contain_text("下書きを保存しました。")
    second.get_by_label("件名").fill("二枚目")
    second.get_by_label("備考", exact=True).fill("消えないはずの備考")
    second.keyboard.press("Control+s")

    expect(second.get_by_role("alert")).to_contain_text("clerk さんが保存しました")
    expect(second.get_by_label("件名")).to_have_value("二枚目")
    expect(second.get_by_label("備考", exact=True)).to_have_value("消えないはずの備考")
    assert DeliveryNote.objects.get().subject == "一枚目"


def test_double_click_on_issue_makes_one_note(clerk_page: Page, server: str) -> None:
    keys = new_note(clerk_page, server)
    choose(keys, "KB", "1")
    clerk_page.get_by_role("button", name="発行して PDF を開く").dblclick()
    clerk_page.wait_for_url(lambda address: address.rsplit("/", 1)[-1].isdigit())
    assert list(DeliveryNote.objects.values_list("number", "state")) == [
        (DeliveryNote.objects.get().number, NoteState.ISSUED)
    ]


def test_wrong_entry_is_pointed_at_and_typing_is_kept(clerk_page: Page, server: str) -> None:
    keys = new_note(clerk_page, server)
    choose(keys, "KB", "0")
    keys.press("Control+s")
    wrong = clerk_page.locator("[name=lines-0-quantity]")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_be_focused()
    expect(clerk_page.locator("#id_lines-0-quantity-error")).to_have_text(
        "数量は 0 より大きくしてください（0 が入力されました）。"
    )
    assert (row(clerk_page, 0, "code"), DeliveryNote.objects.count()) == ("KB-001", 0)


def test_void_asks_for_a_reason_and_the_pdf_says_muko(clerk_page: Page, server: str) -> None:
    page = clerk_page
    keys = new_note(page, server)
    choose(keys, "KB", "1")
    keys.press("Control+Enter")
    page.get_by_role("link", name="無効にする").click()
    page.get_by_label("無効にする理由").fill("数量の誤り")
    page.get_by_role("button", name="無効にする").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("無効")
    expect(page.locator(".story")).to_contain_text("数量の誤り")
    note = DeliveryNote.objects.get()
    assert note.state == NoteState.VOID
    assert "無効" in pdf_text(page, f"{server}/notes/{note.pk}/pdf")


def test_session_that_ended_leads_back_after_sign_in(clerk_page: Page, server: str) -> None:
    clerk_page.context.clear_cookies()
    clerk_page.goto(f"{server}/notes/new")
    clerk_page.get_by_label("ユーザー名").fill("clerk")
    clerk_page.get_by_label("パスワード").fill(PASSWORD)
    clerk_page.keyboard.press("Enter")
    clerk_page.wait_for_url(f"{server}/notes/new")


def test_save_without_a_session_keeps_the_typing_and_goes_on_after_sign_in(clerk_page: Page, server: str) -> None:
    page = clerk_page
    keys = new_note(page, server)
    choose(keys, "KB", "3")
    page.context.clear_cookies()
    keys.press("Control+s")
    expect(page.locator("#expired")).to_be_visible()
    assert (row(page, 0, "quantity"), DeliveryNote.objects.count()) == ("3", 0)

    with page.context.expect_page() as opened:
        page.get_by_role("link", name="新しいタブでログインして").click()
    opened.value.get_by_label("ユーザー名").fill("clerk")
    opened.value.get_by_label("パスワード").fill(PASSWORD)
    opened.value.keyboard.press("Enter")
    opened.value.wait_for_url(f"{server}/")
    keys.press("Control+s")

    expect(page.locator(".messages")).to_contain_text("下書きを保存しました。")
    assert [str(item.quantity) for item in DeliveryNote.objects.get().lines.all()] == ["3.000"]


def test_keys_typed_ahead_of_the_answer_go_where_they_belong(clerk_page: Page, server: str) -> None:
    page = clerk_page
    keys = new_note(page, server)
    # A scanner and a quick hand do not wait for the list.
    for scanned, quantity in (("4901234567894", "12"), ("KB-001", "3")):
        keys.type(scanned)
        keys.press("Enter")
        keys.type(quantity)
        keys.press("Enter")
    expect(page.locator("[name=lines-2-code]")).to_be_focused()
    assert [(row(page, place, "code"), row(page, place, "quantity")) for place in (0, 1)] == [
        ("JAN-1", "12"),
        ("KB-001", "3"),
    ]


def test_free_text_forgets_the_product_that_stood_there(clerk_page: Page, server: str) -> None:
    page = clerk_page
    keys = new_note(page, server)
    choose(keys, "TE", "1")
    page.locator("[name=lines-0-rate_override]").evaluate("field => { field.value = '5'; }")
    page.locator("[name=lines-0-code]").fill("手作りの看板")
    expect(page.locator(OPTION)).to_have_count(1)
    page.keyboard.press("Enter")
    kept = [row(page, 0, name) for name in ("name", "unit", "unit_price", "tax_category", "rate_override")]
    assert kept == ["手作りの看板", "", "", "standard", ""]


def test_form_says_when_prices_contain_the_tax(clerk_page: Page, server: str) -> None:
    page = clerk_page
    CustomerFactory.create(code="C002", name="内税株式会社", price_basis="inclusive")
    new_note(page, server)
    expect(page.locator("#price-basis")).to_have_text("税抜")
    page.get_by_label("得意先").fill("C002")
    expect(page.locator(OPTION)).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#price-basis")).to_have_text("税込")


@pytest.mark.parametrize("width", [1360, 700, 400])
def test_form_does_not_widen_the_page(clerk_page: Page, server: str, width: int) -> None:
    page = clerk_page
    keys = new_note(page, server)
    choose(keys, "KB", "9999999")
    page.locator("[name=lines-0-unit_price]").fill("99999999")
    expect(page.locator("#totals")).to_contain_text("¥1,099,999,879,000,001")
    page.set_viewport_size({"width": width, "height": 800})
    assert width_of(page) <= width


@pytest.mark.parametrize("width", [1360, 1000, 390])
def test_errors_of_a_line_stand_under_it_and_leave_its_columns_as_they_are(
    clerk_page: Page, server: str, width: int
) -> None:
    page = clerk_page
    page.set_viewport_size({"width": width, "height": 800})
    keys = new_note(page, server)
    choose(keys, "KB", "0")
    page.locator("[name=lines-0-unit_price]").fill("1,5")
    name = page.locator("[name=lines-0-name]")
    before = box(name)
    keys.press("Control+s")
    shown = page.locator("#id_lines-0-quantity-error")
    expect(shown).to_be_visible()
    assert page.locator("[name=lines-0-quantity]").get_attribute("aria-describedby") == "id_lines-0-quantity-error"
    expect(page.locator("#id_lines-0-unit_price-error")).to_contain_text("（「1,5」が入力されました）")

    after, error = box(name), box(shown)
    assert (after["width"], after["width"] >= 12 * 16, width_of(page) <= width) == (before["width"], True, True)
    assert (error["y"] > after["y"] + after["height"], error["x"] + error["width"] <= width) == (True, True)


def test_line_tools_draw_their_own_signs(clerk_page: Page, server: str) -> None:
    clerk_page.goto(f"{server}/notes/new")
    for tool in ("up", "down", "duplicate", "delete"):
        drawn = clerk_page.locator(f"[data-do={tool}] svg").first
        assert box(drawn)["width"] == 16
        assert drawn.evaluate("svg => svg.getBBox().height") > 0


def test_list_is_readable_on_a_narrow_screen(clerk_page: Page, office: User, server: str) -> None:
    customer = CustomerFactory.create(code="C900", name="見本食品工業株式会社 大阪中央物流センター")
    draft_note(office, customer=customer, subject="オフィス備品・来客用飲料")
    clerk_page.set_viewport_size({"width": 390, "height": 800})
    clerk_page.goto(f"{server}/")
    cells = [clerk_page.get_by_role("cell", name=text) for text in (customer.name, "2026-11-23", "¥26,400", "下書き")]
    for cell in cells:
        expect(cell.last).to_be_in_viewport(ratio=1)
    assert (box(cells[0])["width"] > 300, box(cells[0])["height"] < 60, width_of(clerk_page)) == (True, True, 390)


def box(shown: Locator) -> FloatRect:
    found = shown.bounding_box()
    assert found is not None
    return found


def width_of(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth"))


def end_session(page: Page) -> None:
    """End the session and nothing else, as time or another sign-in does."""
    page.context.clear_cookies(name="sessionid")


def hold_products(page: Page) -> list[Route]:
    """Keep requests for products unanswered; returns them as they come."""
    held: list[Route] = []
    page.route("**/products/suggest?*", lambda route: held.append(route))
    return held


def wait_for_one(page: Page, held: list[Route]) -> Route:
    for _ in range(100):
        if held:
            return held[0]
        page.wait_for_timeout(20)
    raise AssertionError("no request came")


def test_totals_asked_for_without_a_session_say_so_and_leave_the_focus(clerk_page: Page, server: str) -> None:
    page = clerk_page
    keys = new_note(page, server)
    choose(keys, "KB", "3")
    expect(page.locator("#totals")).to_contain_text("¥39,600")
    end_session(page)
    page.get_by_label("備考", exact=True).click()
    keys.type("続き")
    expect(page.locator("#expired")).to_be_visible()
    keys.type("がある")
    expect(page.get_by_label("備考", exact=True)).to_be_focused()
    expect(page.get_by_label("備考", exact=True)).to_have_value("続きがある")
    expect(page.locator("#totals")).to_contain_text("¥39,600")
    expect(page.get_by_label("パスワード")).to_have_count(0)


def test_notice_goes_once_the_clerk_has_signed_in_again(clerk_page: Page, server: str) -> None:
    page = clerk_page
    keys = new_note(page, server)
    choose(keys, "KB", "3")
    end_session(page)
    page.get_by_label("備考", exact=True).fill("続き")
    expect(page.locator("#expired")).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="新しいタブでログインして").click()
    opened.value.get_by_label("ユーザー名").fill("clerk")
    opened.value.get_by_label("パスワード").fill(PASSWORD)
    opened.value.keyboard.press("Enter")
    opened.value.wait_for_url(f"{server}/")

    page.locator("[name=lines-0-quantity]").fill("4")

    expect(page.locator("#expired")).to_be_hidden()
    expect(page.locator("#totals")).to_contain_text("¥52,800")


def test_picker_names_what_was_typed_ahead_and_works_on_when_its_request_failed(clerk_page: Page, server: str) -> None:
    page = clerk_page
    keys = new_note(page, server)
    held = hold_products(page)
    keys.type("KB")
    keys.press("Enter")
    keys.type("12")
    wait_for_one(page, held).abort()
    shown = page.locator(".suggestions:not([hidden])")
    expect(shown).to_have_text(
        "候補を読み込めません。接続を確認して、もう一度入力してください。 その間に打たれた「12」は入力されていません。"
    )

    page.unroute("**/products/suggest?*")
    keys.type("-")
    expect(page.locator(OPTION).first).to_contain_text("KB-001")
    keys.press("Enter")
    assert (row(page, 0, "code"), row(page, 0, "quantity")) == ("KB-001", "")


def test_picker_works_on_when_the_focus_left_before_the_answer(clerk_page: Page, server: str) -> None:
    page = clerk_page
    keys = new_note(page, server)
    held = hold_products(page)
    keys.type("KB")
    keys.press("Enter")
    wait_for_one(page, held)
    page.get_by_label("件名").click()
    page.locator("[name=lines-0-code]").focus()
    keys.press("End")
    keys.type("-0")
    assert row(page, 0, "code") == "KB-0"


def test_picker_asks_for_sign_in_when_the_session_ended(clerk_page: Page, server: str) -> None:
    page = clerk_page
    keys = new_note(page, server)
    end_session(page)
    keys.type("KB")
    expect(page.locator("#expired")).to_be_visible()
    expect(page.locator(".suggestions:not([hidden])")).to_have_count(0)
    expect(page.locator("[name=lines-0-code]")).to_be_focused()


def test_copied_line_forgets_its_product_as_the_first_one_does(clerk_page: Page, server: str) -> None:
    page = clerk_page
    keys = new_note(page, server)
    choose(keys, "TE", "1")
    page.locator("[name=lines-0-quantity]").focus()
    keys.press("Alt+d")
    page.locator("[name=lines-1-code]").fill("手作りの看板")
    expect(page.locator(OPTION)).to_have_count(1)
    keys.press("Enter")
    kept = [row(page, 1, name) for name in ("name", "quantity", "unit", "unit_price", "tax_category")]
    assert kept == ["手作りの看板", "1", "", "", "standard"]


def test_preview_opens_one_pdf_in_a_tab_of_its_own_and_the_form_stays(clerk_page: Page, server: str) -> None:
    page = clerk_page
    keys = new_note(page, server)
    choose(keys, "KB", "2")
    answers: list[str] = []
    page.context.on("response", lambda response: answers.append(response.headers.get("content-type", "")))
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="PDF プレビュー").dblclick()
    opened.value.wait_for_load_state()
    page.wait_for_timeout(300)
    assert (len(page.context.pages), answers.count("application/pdf")) == (2, 1)

    keys.press("Control+s")
    expect(page.locator(".messages")).to_contain_text("下書きを保存しました。")
    assert len(page.context.pages) == 2


def test_preview_shows_errors_in_the_same_tab_and_keeps_the_draft(clerk_page: Page, server: str) -> None:
    page = clerk_page
    keys = new_note(page, server)
    choose(keys, "KB", "2")
    keys.press("Control+s")
    page.wait_for_url("**/edit")
    note = DeliveryNote.objects.get()
    page.get_by_label("件名").fill("消えない件名")
    page.locator("[name=lines-0-quantity]").fill("0")
    page.get_by_role("button", name="PDF プレビュー").click()

    expect(page.locator("#id_lines-0-quantity-error")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"下書き {note.pk}")
    expect(page.get_by_label("件名")).to_have_value("消えない件名")
    assert len(page.context.pages) == 1
    page.locator("[name=lines-0-quantity]").fill("5")
    keys.press("Control+s")
    expect(page.locator(".messages")).to_contain_text("下書きを保存しました。")
    saved = DeliveryNote.objects.get()
    assert (saved.pk, saved.subject, saved.revision) == (note.pk, "消えない件名", 2)


def test_preview_without_a_session_keeps_the_typing(clerk_page: Page, server: str) -> None:
    page = clerk_page
    keys = new_note(page, server)
    choose(keys, "KB", "3")
    end_session(page)
    page.get_by_role("button", name="PDF プレビュー").click()
    expect(page.locator("#expired")).to_be_visible()
    assert (row(page, 0, "quantity"), len(page.context.pages)) == ("3", 1)


def test_menu_and_tabs_break_no_word_on_a_narrow_screen(clerk_page: Page, office: User, server: str) -> None:
    give(office, Role)
    clerk_page.set_viewport_size({"width": 390, "height": 800})
    clerk_page.goto(f"{server}/")
    links = clerk_page.locator("nav a").all()
    assert len(links) == 12
    assert [link.text_content() for link in links if box(link)["height"] > 40] == []
    assert width_of(clerk_page) == 390
