"""Pages of a clerk, over HTTP."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from catalog.merging import services as merging
from catalog.models import Product
from invoices import services, snapshot
from invoices.models import Customer, DeliveryNote, NoteState
from papyrus_site.roles import Role
from tests.invoices.factories import (
    NOW,
    CustomerFactory,
    IssuerFactory,
    UserFactory,
    draft_note,
    issued_note,
    line,
    user_of,
)

pytestmark = pytest.mark.django_db


def form(customer: Customer | None, *lines: dict[str, str], **head: Any) -> dict[str, Any]:
    """What the browser sends."""
    sent: dict[str, Any] = {
        "creation_key": str(uuid.uuid4()),
        "revision": "",
        "customer_id": "" if customer is None else str(customer.pk),
        "customer": "" if customer is None else str(customer),
        "delivered_on": "2026-11-23",
        "order_number": "",
        "subject": "",
        "notes": "",
        "lines-TOTAL_FORMS": str(len(lines)),
        "lines-INITIAL_FORMS": "0",
    }
    for place, typed in enumerate(lines):
        row = {"name": "品物", "quantity": "2", "unit": "個", "unit_price": "100", "tax_category": "standard"} | typed
        sent |= {f"lines-{place}-{name}": value for name, value in row.items()}
    return sent | head


def text_of(response: Any) -> str:
    return str(response.content.decode())


class TestSignIn:
    @pytest.mark.parametrize("path", ["/", "/notes/new", "/notes/1", "/notes/1/pdf"])
    def test_every_page_asks_for_sign_in_first(self, client: Client, path: str) -> None:
        response = client.get(path)
        assert (response.status_code, response["Location"].split("?")[0]) == (302, "/login")

    def test_customers_are_refused_in_json(self, client: Client) -> None:
        assert client.get("/customers/suggest", {"q": "a"}).status_code == 401
        client.force_login(UserFactory.create())
        refused = client.get("/customers/suggest", {"q": "a"})
        assert (refused.status_code, list(refused.json())) == (403, ["error"])

    @pytest.mark.parametrize("path", ["/", "/notes/new"])
    def test_user_without_a_role_is_told_so(self, client: Client, path: str) -> None:
        client.force_login(UserFactory.create())
        response = client.get(path)
        assert response.status_code == 403
        assert "このアカウントにはまだ役割がありません。" in text_of(response)

    def test_wrong_password_is_said_in_japanese(self, client: Client) -> None:
        response = client.post("/login", {"username": "clerk", "password": "wrong"})
        assert 'role="alert"' in text_of(response)
        assert "ユーザー名" in text_of(response)


class TestList:
    def test_empty_list_invites_to_write_the_first_note(self, signed_in: Client) -> None:
        assert "最初の納品書を作成" in text_of(signed_in.get("/"))

    def test_list_shows_number_customer_date_total_and_state_newest_first(
        self, signed_in: Client, author: User
    ) -> None:
        issued = issued_note(author)
        draft = draft_note(author)
        body = text_of(signed_in.get("/"))
        for shown in (issued.number, issued.customer.name, "2026-11-23", "¥26,400", "発行済み", "下書き"):
            assert str(shown) in body
        assert body.index(f"/notes/{draft.pk}/edit") < body.index(f'href="/notes/{issued.pk}"')

    @pytest.mark.parametrize(
        "typed", ["DN-2026-000001", "dn-2026", "ｻﾝﾌﾟﾙ", "さんぷる", "PO-77", "ｐｏ－７７", "文具 サンプル"]
    )
    def test_search_finds_by_number_customer_order_number_and_subject(
        self, signed_in: Client, author: User, typed: str
    ) -> None:
        customer = CustomerFactory.create(name="見本商店", kana="サンプル")
        found = issued_note(author, customer=customer, order_number="PO-77", subject="文具一式")
        other = issued_note(author, order_number="X-1")
        body = text_of(signed_in.get("/", {"q": typed}))
        assert f'href="/notes/{found.pk}"' in body
        assert (f'href="/notes/{other.pk}"' in body) is (typed == "dn-2026")

    def test_search_without_a_hit_offers_the_way_back(self, signed_in: Client, author: User) -> None:
        issued_note(author)
        assert "該当する納品書はありません。" in text_of(signed_in.get("/", {"q": "%"}))

    def test_state_filter_shows_only_that_state(self, signed_in: Client, author: User) -> None:
        issued, draft = issued_note(author), draft_note(author)
        body = text_of(signed_in.get("/", {"state": "draft"}))
        assert (f"/notes/{draft.pk}/edit" in body, f'href="/notes/{issued.pk}"' in body) == (True, False)

    @pytest.mark.parametrize("query", ["?page=0", "?page=abc", "?page=999", "?state=x", "?q=%00", "?q=" + "あ" * 3000])
    def test_strange_queries_still_show_a_list(self, signed_in: Client, query: str) -> None:
        assert signed_in.get("/" + query).status_code == 200

    @pytest.mark.parametrize("rows", [1, 3])
    def test_list_takes_the_same_queries_for_one_note_and_three(
        self, signed_in: Client, author: User, rows: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for _ in range(rows):
            draft_note(author)
        # Session, user, permissions of user and of groups, count, page, roles for the menu.
        with django_assert_num_queries(7):
            signed_in.get("/")

    def test_second_page_keeps_the_search(self, signed_in: Client, author: User) -> None:
        customer = CustomerFactory.create(name="見本")
        for _ in range(51):
            draft_note(author, customer=customer)
        first = text_of(signed_in.get("/", {"q": "見本"}))
        assert "?q=%E8%A6%8B%E6%9C%AC&amp;page=2" in first
        assert text_of(signed_in.get("/", {"q": "見本", "page": "2"})).count("<tr>") == 2


class TestSave:
    def test_new_form_starts_with_today_in_tokyo(self, signed_in: Client) -> None:
        assert f'value="{timezone.localdate():%Y-%m-%d}"' in text_of(signed_in.get("/notes/new"))

    def test_saved_draft_holds_what_was_typed(self, signed_in: Client) -> None:
        customer = CustomerFactory.create()
        sent = form(
            customer,
            {"quantity": "１，２００", "unit_price": "￥３．５", "note": "摘要"},
            {"name": "", "quantity": "", "unit_price": "", "unit": ""},
            {"name": "二行目", "quantity": "0.125", "unit_price": ""},
            save="1",
        )

        response = signed_in.post("/notes/new", sent)

        note = DeliveryNote.objects.get()
        assert response["Location"] == f"/notes/{note.pk}/edit"
        assert [(row.name, str(row.quantity), row.unit_price and str(row.unit_price)) for row in note.lines.all()] == [
            ("品物", "1200.000", "3.5000"),
            ("二行目", "0.125", None),
        ]

    def test_code_alone_fills_the_line_from_the_product_master(self, signed_in: Client) -> None:
        Product.objects.create(sku="00123", name="煎茶", unit_price="1080", unit="袋", tax_category_id="reduced")
        sent = form(
            CustomerFactory.create(),
            {"code": "00123", "name": "", "unit": "", "unit_price": "", "quantity": "3"},
            save="1",
        )
        signed_in.post("/notes/new", sent)
        row = DeliveryNote.objects.get().lines.get()
        assert (row.product_id, row.code, row.name, row.unit, int(row.unit_price or 0), row.tax_category_id) == (
            "00123",
            "00123",
            "煎茶",
            "袋",
            1080,
            "reduced",
        )

    @pytest.mark.parametrize("typed", ["kb-001", "ＫＢ-００１", "kb‐001"])
    def test_code_in_another_width_or_case_is_the_only_active_product_of_it(
        self, signed_in: Client, typed: str
    ) -> None:
        Product.objects.create(sku="KB-001", name="キーボード", unit_price="12000", unit="台")
        sent = form(CustomerFactory.create(), {"code": typed, "name": "", "unit": "", "unit_price": ""}, save="1")
        signed_in.post("/notes/new", sent)
        row = DeliveryNote.objects.get().lines.get()
        assert (row.product_id, row.code, row.name, row.unit) == ("KB-001", "KB-001", "キーボード", "台")

    def test_code_of_a_merged_product_fills_the_line_from_the_one_that_stayed(self, signed_in: Client) -> None:
        for sku, name in (("OLD", "煎茶 旧"), ("NEW", "煎茶")):
            Product.objects.create(sku=sku, name=name, unit_price="1080")
        merging.merge(["OLD"], into="NEW")
        sent = form(CustomerFactory.create(), {"code": "OLD", "name": "", "unit": "", "unit_price": ""}, save="1")
        signed_in.post("/notes/new", sent)
        row = DeliveryNote.objects.get().lines.get()
        assert (row.product_id, row.code, row.name) == ("NEW", "NEW", "煎茶")

    @pytest.mark.parametrize(
        ("happens", "sentence", "meant"),
        [
            (lambda: merging.merge(["OLD"], into="NEW"), "商品「OLD」は「NEW」に統合されました。", "NEW"),
            (lambda: Product.objects.filter(sku="OLD").update(is_active=False), "商品「OLD」は使用停止に", "OLD"),
        ],
    )
    def test_draft_of_a_product_that_was_merged_or_deactivated_says_so_and_may_stay(
        self, signed_in: Client, author: User, happens: Callable[[], object], sentence: str, meant: str
    ) -> None:
        for sku in ("OLD", "NEW"):
            Product.objects.create(sku=sku, name="煎茶", unit_price="1080")
        note = draft_note(author, lines=(line(product_sku="OLD", code="OLD"),))
        happens()
        assert sentence in text_of(signed_in.get(f"/notes/{note.pk}/edit"))
        sent = form(note.customer, {"product_sku": "OLD", "code": "OLD"}, save="1", revision=str(note.revision))
        assert signed_in.post(f"/notes/{note.pk}/edit", sent).status_code == 302
        row = note.lines.get()
        assert (row.product_id, row.code) == (meant, "OLD")

    def test_code_of_an_inactive_product_is_refused(self, signed_in: Client) -> None:
        Product.objects.create(sku="OFF", name="煎茶", is_active=False)
        sent = form(CustomerFactory.create(), {"code": "OFF", "name": ""}, save="1")
        page = signed_in.post("/notes/new", sent).content.decode()
        assert "商品「OFF」は使用停止です。別の商品を選ぶか、品名を入力してください。" in page
        assert not DeliveryNote.objects.exists()

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ({"quantity": "0"}, "数量は 0 より大きくしてください（0 が入力されました）。"),
            ({"quantity": "-1"}, "数量は 0 より大きくしてください（-1 が入力されました）。"),
            ({"quantity": ""}, "数量を入力してください。"),
            ({"quantity": "abc"}, "（「abc」が入力されました）"),
            ({"quantity": "1,5"}, "（「1,5」が入力されました）"),
            ({"quantity": "1e5"}, "（「1e5」が入力されました）"),
            ({"quantity": "NaN"}, "（「NaN」が入力されました）"),
            ({"quantity": "0.1234"}, "数量の小数点以下は 3 桁までにしてください（0.1234 が入力されました）。"),
            (
                {"quantity": "１２３４５６７８"},
                "数量の整数部分は 7 桁までにしてください（１２３４５６７８ が入力されました）。",
            ),
            ({"unit_price": "1.23456"}, "単価の小数点以下は 4 桁までにしてください（1.23456 が入力されました）。"),
            ({"name": ""}, "品名を入力してください。"),
            ({"name": "", "code": "ZZ-9"}, "品番「ZZ-9」の商品はありません。"),
            ({"rate_override": "8"}, "別の税率にする理由を入力してください。"),
            ({"rate_reason": "経過措置"}, "税率を入力するか、理由を消してください。"),
            (
                {"rate_override": "-1", "rate_reason": "x"},
                "別の税率（%）は 0 以上にしてください（-1 が入力されました）。",
            ),
            ({"tax_category": "none"}, "aria-invalid"),
            ({"name": "あ" * 201}, "品名は 201 文字あります。200 文字以内にしてください。"),
            ({"rate_reason": "あ" * 201}, "別の税率にする理由は 201 文字あります。200 文字以内にしてください。"),
            ({"name": "a\x00b"}, "品名に制御文字 U+0000（NUL）が含まれています。取り除いてください。"),
        ],
    )
    def test_wrong_line_is_named_and_nothing_is_saved_or_lost(
        self, signed_in: Client, typed: dict[str, str], sentence: str
    ) -> None:
        sent = form(CustomerFactory.create(), {"name": "残る品名"}, typed, save="1")
        response = signed_in.post("/notes/new", sent)
        assert response.status_code == 422
        assert sentence in text_of(response)
        assert "残る品名" in text_of(response)
        assert DeliveryNote.objects.count() == 0

    @pytest.mark.parametrize(
        ("head", "sentence"),
        [
            ({"customer": "", "customer_id": ""}, "得意先を入力するか、候補から選んでください。"),
            ({"customer": "ない商店", "customer_id": ""}, "得意先「ない商店」は見つかりません。"),
            ({"customer_id": "999999"}, "見つかりません。候補から選んでください。"),
            ({"delivered_on": ""}, "納品日を 2026-11-24 の形で入力してください。"),
            (
                {"delivered_on": "2026-02-30"},
                "納品日「2026-02-30」は日付ではありません。2026-11-24 の形で入力してください。",
            ),
            ({"notes": "あ\n" * 21}, "備考は 21 行あります。20 行までにしてください。"),
            ({"lines-TOTAL_FORMS": "x"}, 'role="alert"'),
            ({"creation_key": "x"}, 'role="alert"'),
        ],
    )
    def test_wrong_head_is_named_and_nothing_is_saved(
        self, signed_in: Client, head: dict[str, str], sentence: str
    ) -> None:
        response = signed_in.post("/notes/new", form(CustomerFactory.create(), {}, save="1") | head)
        assert (response.status_code, DeliveryNote.objects.count()) == (422, 0)
        assert sentence in text_of(response)

    def test_long_text_is_neither_cut_by_the_browser_nor_lost(self, signed_in: Client) -> None:
        pasted = "長い備考。" * 201
        response = signed_in.post("/notes/new", form(CustomerFactory.create(), {}, notes=pasted, save="1"))
        body = text_of(response)
        assert (pasted in body, "備考は 1005 文字あります。1000 文字以内にしてください。" in body) == (True, True)
        assert "maxlength" not in body

    def test_customer_may_be_typed_out_by_code(self, signed_in: Client) -> None:
        CustomerFactory.create(code="C777")
        sent = form(None, {}, save="1") | {"customer": "C777"}
        assert signed_in.post("/notes/new", sent).status_code == 302
        assert DeliveryNote.objects.get().customer.code == "C777"

    def test_resent_form_makes_one_note(self, signed_in: Client) -> None:
        sent = form(CustomerFactory.create(), {}, save="1")
        answers = {signed_in.post("/notes/new", sent)["Location"] for _ in range(2)}
        assert (len(answers), DeliveryNote.objects.count()) == (1, 1)

    def test_late_save_is_told_of_the_other_and_loses_nothing(self, signed_in: Client, author: User) -> None:
        note = draft_note(author)
        first = form(note.customer, {}, revision="1", subject="先の保存", save="1")
        late = form(note.customer, {"name": "後の品名"}, revision="1", subject="後の保存", save="1")
        signed_in.post(f"/notes/{note.pk}/edit", first)

        response = signed_in.post(f"/notes/{note.pk}/edit", late)

        body = text_of(response)
        assert response.status_code == 409
        assert f"{author.username} さんが保存しました" in body
        assert ("後の保存" in body, "後の品名" in body) == (True, True)
        assert DeliveryNote.objects.get().subject == "先の保存"
        # Whoever saves once more knows what they do.
        assert 'name="revision" value="2"' in body
        assert signed_in.post(f"/notes/{note.pk}/edit", late | {"revision": "2"}).status_code == 302
        assert DeliveryNote.objects.get().subject == "後の保存"

    def test_save_of_a_note_issued_meanwhile_offers_a_new_draft(self, signed_in: Client, author: User) -> None:
        note = issued_note(author)
        late = form(note.customer, {"name": "後の品名"}, revision="1", save="1")
        response = signed_in.post(f"/notes/{note.pk}/edit", late)
        body = text_of(response)
        assert (response.status_code, "DN-2026-000001 として発行された" in body) == (409, True)
        assert ("後の品名" in body, 'action="/notes/new"' in body) == (True, True)
        assert late["creation_key"] not in body

    def test_save_of_a_draft_deleted_meanwhile_offers_a_new_draft(self, signed_in: Client, author: User) -> None:
        note = draft_note(author)
        services.delete_draft(note_id=note.pk)
        response = signed_in.post(f"/notes/{note.pk}/edit", form(note.customer, {"name": "残る品名"}, save="1"))
        assert (response.status_code, "残る品名" in text_of(response)) == (409, True)

    @pytest.mark.parametrize("rows", [1, 3])
    def test_form_takes_the_same_queries_for_one_line_and_three(
        self, signed_in: Client, author: User, rows: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        note = draft_note(author, lines=(line(),) * rows)
        # Session, user, note, lines, permissions of user and of groups, tax categories, rates, roles, decision,
        # what it corrects, limit.
        with django_assert_num_queries(12):
            signed_in.get(f"/notes/{note.pk}/edit")


class TestTotals:
    def test_totals_come_from_the_customers_settings(self, signed_in: Client) -> None:
        customer = CustomerFactory.create(price_basis="inclusive", tax_rounding="half_up")
        sent = form(
            customer,
            {"quantity": "1", "unit_price": "60000"},
            {"quantity": "1", "unit_price": "40000", "tax_category": "reduced"},
        )
        body = text_of(signed_in.post("/notes/totals", sent))
        for shown in ("¥5,455", "¥2,963", "¥100,000", 'id="lines-1-amount"', "¥40,000"):
            assert shown in body
        assert DeliveryNote.objects.count() == 0

    def test_totals_count_what_is_readable_so_far(self, signed_in: Client) -> None:
        sent = form(None, {"quantity": "3", "unit_price": "105"}, {"quantity": "x"}, {"unit_price": ""})
        body = text_of(signed_in.post("/notes/totals", sent))
        assert ("¥315" in body, "¥31<" in body, "¥346" in body) == (True, True, True)

    def test_missing_rate_is_said_instead(self, signed_in: Client) -> None:
        body = text_of(signed_in.post("/notes/totals", form(None, {}, delivered_on="2019-09-30")))
        assert "2019-09-30 時点の税率が登録されていません" in body


class TestIssue:
    def test_new_form_can_be_issued_at_once_and_shows_its_pdf(self, signed_in: Client) -> None:
        IssuerFactory.create()
        response = signed_in.post("/notes/new", form(CustomerFactory.create(), {}, issue="1"), follow=True)
        note = DeliveryNote.objects.get()
        assert (note.state, response.redirect_chain[-1][0]) == (NoteState.ISSUED, f"/notes/{note.pk}")
        assert f'<iframe class="viewer" src="/notes/{note.pk}/pdf#navpanes=0&amp;view=FitH"' in text_of(response)

    def test_request_sent_again_after_a_lost_answer_finds_its_note(self, signed_in: Client) -> None:
        IssuerFactory.create()
        sent = form(CustomerFactory.create(), {}, issue="1")
        answers = [signed_in.post("/notes/new", sent)["Location"] for _ in range(3)]
        assert (len(set(answers)), DeliveryNote.objects.get().number) == (1, "DN-2026-000001")

    def test_what_is_missing_is_said_and_the_draft_is_kept(self, signed_in: Client) -> None:
        response = signed_in.post(
            "/notes/new", form(CustomerFactory.create(), {"unit_price": ""}, issue="1"), follow=True
        )
        assert "まだ発行できません。足りないもの：1行目の単価、使用中の発行者" in text_of(response)
        assert DeliveryNote.objects.get().state == NoteState.DRAFT

    def test_unprintable_character_is_named_with_its_field(self, signed_in: Client) -> None:
        IssuerFactory.create()
        response = signed_in.post(
            "/notes/new", form(CustomerFactory.create(), {"name": "お茶🍵"}, issue="1"), follow=True
        )
        assert "「品名（1行目）」の文字「🍵」（U+1F375）は印刷できません。" in text_of(response)

    def test_pdf_is_inline_under_its_japanese_name(self, signed_in: Client, author: User) -> None:
        note = issued_note(author)
        response = signed_in.get(f"/notes/{note.pk}/pdf")
        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Disposition"].startswith("inline; filename*=utf-8''")
        assert unquote(response["Content-Disposition"]).endswith("納品書_DN-2026-000001.pdf")
        assert (response["X-Content-Type-Options"], response["X-Frame-Options"]) == ("nosniff", "SAMEORIGIN")

    def test_preview_shows_the_pdf_of_what_is_typed_and_saves_nothing(self, signed_in: Client) -> None:
        IssuerFactory.create()
        response = signed_in.post("/notes/preview", form(CustomerFactory.create(), {"name": "試し"}))
        assert response["Content-Type"] == "application/pdf"
        assert ("試し" in pdf_text(response), "下書き" in pdf_text(response)) == (True, True)
        assert DeliveryNote.objects.count() == 0

    def test_preview_says_what_is_wrong(self, signed_in: Client) -> None:
        assert signed_in.post("/notes/preview", form(None, {})).status_code == 422
        body = text_of(signed_in.post("/notes/preview", form(CustomerFactory.create(), {})))
        assert "使用中の発行者" in body

    def test_preview_of_a_saved_draft_with_an_error_stays_its_form(self, signed_in: Client, author: User) -> None:
        note = draft_note(author)
        sent = form(note.customer, {"quantity": "0", "name": "残る品名"}, revision="1", check="1")
        response = signed_in.post(f"/notes/{note.pk}/preview", sent)
        body = text_of(response)
        assert response.status_code == 422
        for kept in (
            f'action="/notes/{note.pk}/edit"',
            f"下書き {note.pk}",
            f'formaction="/notes/{note.pk}/preview"',
            'name="revision" value="1"',
            "残る品名",
        ):
            assert kept in body

    def test_preview_is_only_asked_about_when_checked(self, signed_in: Client) -> None:
        IssuerFactory.create()
        response = signed_in.post("/notes/preview", form(CustomerFactory.create(), {}, check="1"))
        assert (response.status_code, response.content) == (204, b"")

    def test_preview_opened_by_its_address_is_the_form(self, signed_in: Client, author: User) -> None:
        note = draft_note(author)
        answers = [signed_in.get(address) for address in ("/notes/preview", f"/notes/{note.pk}/preview")]
        assert [answer["Location"] for answer in answers] == ["/notes/new", f"/notes/{note.pk}/edit"]

    @pytest.mark.parametrize("name", ["名前\n二行", "名前\r\n二行", "名前\t二行"])
    def test_product_name_that_plain_sql_broke_is_issued_on_one_line(self, signed_in: Client, name: str) -> None:
        Product.objects.create(sku="KB-001", name="名前", unit_price=100)
        Product.objects.update(name=name)
        IssuerFactory.create()
        typed = {"code": "KB-001", "name": "", "unit_price": ""}

        response = signed_in.post("/notes/new", form(CustomerFactory.create(), typed, issue="1"))

        note = DeliveryNote.objects.get()
        assert (response["Location"], note.lines.get().name) == (f"/notes/{note.pk}", "名前 二行")

    def test_product_name_too_long_for_a_note_is_refused_in_its_field(self, signed_in: Client) -> None:
        Product.objects.create(sku="KB-001", name="長" * 201, unit_price=100)
        response = signed_in.post("/notes/new", form(CustomerFactory.create(), {"code": "KB-001", "name": ""}))
        assert ("201" in text_of(response), DeliveryNote.objects.count()) == (True, 0)

    def test_exempt_line_with_another_rate_is_refused_in_its_field(self, signed_in: Client) -> None:
        typed = {"tax_category": "exempt", "rate_override": "8", "rate_reason": "経過措置"}
        response = signed_in.post("/notes/new", form(CustomerFactory.create(), typed))
        assert ("非課税の行に 8 % の税率は指定できません" in text_of(response), response.status_code) == (True, 422)
        assert DeliveryNote.objects.count() == 0

    def test_lines_beyond_what_a_note_can_state_are_saved_and_not_issued(self, signed_in: Client) -> None:
        IssuerFactory.create()
        huge = {"quantity": "9999999", "unit_price": "9999999999"}
        response = signed_in.post("/notes/new", form(CustomerFactory.create(), huge, issue="1"), follow=True)
        note = DeliveryNote.objects.get()
        assert ("複数の納品書に分けてください" in text_of(response), note.total, note.number) == (True, None, None)

    def test_form_of_an_issued_note_shows_its_page(self, signed_in: Client, author: User) -> None:
        note = issued_note(author)
        assert signed_in.get(f"/notes/{note.pk}/edit")["Location"] == f"/notes/{note.pk}"


def pdf_text(response: Any) -> str:
    import io

    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)


class TestVoidCopyDelete:
    def test_void_prints_muko_and_shows_its_reason(self, signed_in: Client, author: User) -> None:
        note = issued_note(author)
        response = signed_in.post(f"/notes/{note.pk}/void", {"reason": "数量違い"}, follow=True)
        assert ("数量違い" in text_of(response), DeliveryNote.objects.get().state) == (True, NoteState.VOID)
        assert "無効" in pdf_text(signed_in.get(f"/notes/{note.pk}/pdf"))

    def test_void_without_reason_changes_nothing(self, signed_in: Client, author: User) -> None:
        note = issued_note(author)
        response = signed_in.post(f"/notes/{note.pk}/void", {"reason": " "})
        assert "無効にする理由を入力してください。理由は納品書とともに保存されます。" in text_of(response)
        assert DeliveryNote.objects.get().state == NoteState.ISSUED

    def test_void_with_a_reason_nobody_can_see_changes_nothing(self, signed_in: Client, author: User) -> None:
        note = issued_note(author)
        response = signed_in.post(f"/notes/{note.pk}/void", {"reason": "\u200b"})
        assert ("無効にする理由" in text_of(response), DeliveryNote.objects.get().state) == (True, NoteState.ISSUED)

    def test_copy_pressed_twice_is_one_draft(self, signed_in: Client, author: User) -> None:
        note = issued_note(author)
        key = re.findall(r'name="creation_key" value="([^"]+)"', text_of(signed_in.get(f"/notes/{note.pk}")))
        answers = [signed_in.post(f"/notes/{note.pk}/copy", {"creation_key": key})["Location"] for _ in range(2)]
        copy = DeliveryNote.objects.get(state=NoteState.DRAFT)
        assert answers == [f"/notes/{copy.pk}/edit"] * 2

    def test_copy_is_a_new_draft_delivered_today(self, signed_in: Client, author: User) -> None:
        note = issued_note(author, delivered_on=date(2026, 1, 5))
        response = signed_in.post(f"/notes/{note.pk}/copy")
        copy = DeliveryNote.objects.get(state=NoteState.DRAFT)
        assert (response["Location"], copy.delivered_on) == (f"/notes/{copy.pk}/edit", timezone.localdate())
        assert snapshot.draft_of(copy).lines == snapshot.draft_of(note).lines

    def test_delete_pressed_twice_ends_at_the_list_both_times(self, signed_in: Client, author: User) -> None:
        note = draft_note(author)
        answers = [signed_in.post(f"/notes/{note.pk}/delete") for _ in range(2)]
        assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, "/")] * 2

    def test_delete_asks_first(self, signed_in: Client, author: User) -> None:
        note = draft_note(author)
        assert "削除しますか？" in text_of(signed_in.get(f"/notes/{note.pk}/delete"))
        assert DeliveryNote.objects.count() == 1
        signed_in.post(f"/notes/{note.pk}/delete")
        assert DeliveryNote.objects.count() == 0

    def test_delete_of_an_issued_note_is_refused(self, signed_in: Client, author: User) -> None:
        note = issued_note(author)
        response = signed_in.post(f"/notes/{note.pk}/delete", follow=True)
        assert ("発行済みのため削除できません" in text_of(response), DeliveryNote.objects.count()) == (True, 1)

    @pytest.mark.parametrize("action", ["copy", "void", "delete", "edit", "pdf", ""])
    def test_unknown_note_is_a_404_in_japanese(self, signed_in: Client, action: str) -> None:
        address = f"/notes/424242/{action}".rstrip("/")
        response = signed_in.post(address) if action == "copy" else signed_in.get(address)
        assert (response.status_code, "ページが見つかりません。" in text_of(response)) == (404, True)

    @pytest.mark.parametrize("action", ["copy", "totals"])
    def test_changes_need_post(self, signed_in: Client, author: User, action: str) -> None:
        note = draft_note(author)
        address = "/notes/totals" if action == "totals" else f"/notes/{note.pk}/{action}"
        response = signed_in.get(address)
        assert (response.status_code, response["Allow"], DeliveryNote.objects.count()) == (405, "POST", 1)
        assert "このページは直接開けません。" in text_of(response)


class TestReading:
    """What somebody sees who reads notes and writes none."""

    @pytest.fixture
    def reader(self, client: Client) -> Client:
        client.force_login(user_of(Role.AUDITOR))
        return client

    def test_draft_shows_what_it_holds_and_nothing_to_press(self, reader: Client, author: User) -> None:
        note = draft_note(author, subject="文具一式", lines=(line(quantity=Decimal(10)),))
        body = text_of(reader.get(f"/notes/{note.pk}"))
        for shown in (
            "メカニカルキーボード",
            "文具一式",
            '<td class="quantity number">10</td>',
            '<td class="price number">12,000</td>',
        ):
            assert shown in body
        assert ("/edit" in body, "/copy" in body, "/notes/new" in body) == (False, False, False)
        assert f'href="/notes/{note.pk}"' in text_of(reader.get("/"))

    def test_issued_note_shows_its_page_and_nothing_to_press(self, reader: Client, author: User) -> None:
        note = issued_note(author)
        body = text_of(reader.get(f"/notes/{note.pk}"))
        assert (str(note.number) in body, "/void" in body, "/copy" in body) == (True, False, False)

    def test_draft_that_cannot_be_printed_says_why_on_its_page(self, reader: Client, author: User) -> None:
        note = draft_note(author, lines=(line(unit_price=None),))
        response = reader.get(f"/notes/{note.pk}/pdf", follow=True)
        assert response.redirect_chain == [(f"/notes/{note.pk}", 302)]
        assert 'class="message error"' in text_of(response)

    @pytest.mark.parametrize("rows", [1, 3])
    def test_draft_takes_the_same_queries_for_one_line_and_three(
        self, reader: Client, author: User, rows: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        note = draft_note(author, lines=(line(),) * rows)
        # Session, user, permissions of user and of groups, note, lines, steps, roles for the menu.
        with django_assert_num_queries(8):
            reader.get(f"/notes/{note.pk}")


class TestCustomerSuggest:
    @pytest.mark.parametrize("typed", ["C9", "ｃ９", "見本", "みほん", "ﾐﾎﾝ"])
    def test_suggests_by_code_name_and_kana(self, signed_in: Client, typed: str) -> None:
        customer = CustomerFactory.create(code="C900", name="見本商店", kana="ミホンショウテン")
        CustomerFactory.create(code="X1", name="別会社")
        CustomerFactory.create(code="C901", name="見本旧社", is_active=False)
        found = signed_in.get("/customers/suggest", {"q": typed}).json()["customers"]
        assert [item["id"] for item in found] == [customer.pk]


class TestArchive:
    @pytest.mark.usefixtures("committed")
    def test_issued_file_is_archived_and_served_from_there(self, client: Client, tmp_path: Any) -> None:
        author = UserFactory.create(is_superuser=True)
        note = issued_note(author)
        note.refresh_from_db()
        files = list((tmp_path / "archive").rglob("*.pdf"))
        assert (note.archived_at is not None, len(files)) == (True, 1)
        client.force_login(author)
        assert client.get(f"/notes/{note.pk}/pdf").content == files[0].read_bytes()

    def test_damaged_file_is_replaced_by_the_same_bytes_made_again(self, signed_in: Client, author: User) -> None:
        note = issued_note(author)
        DeliveryNote.objects.update(archived_at=NOW)
        assert signed_in.get(f"/notes/{note.pk}/pdf").content.startswith(b"%PDF")
