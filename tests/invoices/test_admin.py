"""Customers, issuers and number series in the admin."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image, PngImagePlugin

from invoices.models import Customer, CustomerItemCode, Issuer, NumberSeries, Seal
from tests import inline_rows
from tests.catalog.factories import ProductFactory
from tests.invoices.factories import CustomerFactory, IssuerFactory

pytestmark = pytest.mark.django_db


def customer_form(**typed: str) -> dict[str, str]:
    return {
        "code": "C1",
        "name": "株式会社見本",
        "price_basis": "exclusive",
        "line_rounding": "floor",
        "tax_rounding": "floor",
        "invoice_policy": "A",
        "is_active": "on",
        **inline_rows.OF_CUSTOMER,
        "language": "ja",
        "envelope": "plain",
        "sheet_use": "whole",
        "note_copies": "1",
    } | typed


def issuer_form(**typed: Any) -> dict[str, Any]:
    return {"name": "株式会社見本商事", "is_current": "on"} | typed


def text(response: Any) -> str:
    return str(response.content.decode())


def png(mode: str = "RGBA", size: tuple[int, int] = (8, 8), kind: str = "PNG") -> SimpleUploadedFile:
    drawn = io.BytesIO()
    Image.new(mode, size).save(drawn, kind)
    return SimpleUploadedFile("seal", drawn.getvalue())


def test_customer_is_saved_in_tidy_form(staff: Client) -> None:
    sent = customer_form(
        code=" Ｃ００１ ", postal_code="〒１００－０００１", telephone="０３－１２３４－５６７８", name="ガ株式会社"
    )
    assert staff.post("/admin/invoices/customer/add/", sent).status_code == 302
    customer = Customer.objects.get()
    assert (customer.code, customer.postal_code, customer.telephone, customer.name) == (
        "C001",
        "100-0001",
        "03-1234-5678",
        "ガ株式会社",
    )


@pytest.mark.parametrize("postal_code", ["123", "12345678", "abc-defg"])
def test_wrong_postal_code_is_refused_with_the_remedy(staff: Client, postal_code: str) -> None:
    response = staff.post("/admin/invoices/customer/add/", customer_form(postal_code=postal_code))
    assert "郵便番号は 123-4567 の形で入力してください。" in response.content.decode()
    assert Customer.objects.count() == 0


@pytest.mark.parametrize("code", ["C1", "c1", "Ｃ１"])
def test_code_of_another_customer_is_refused_however_it_is_written(staff: Client, code: str) -> None:
    CustomerFactory.create(code="C1", name="先の会社")
    response = staff.post("/admin/invoices/customer/add/", customer_form(code=code))
    assert "「C1 先の会社」が使っています" in response.content.decode()
    assert Customer.objects.count() == 1


def test_number_format_must_be_printable(staff: Client) -> None:
    sent = {"number_format": "納品😀{year}-{number}", "fiscal_year_start_month": "4", "restarts_yearly": "on"}
    response = staff.post("/admin/invoices/numberseries/delivery_note/change/", sent)
    assert "「😀」は印刷できません" in response.content.decode()
    assert NumberSeries.objects.get().number_format == "DN-{year}-{number:06d}"


def test_long_text_is_not_cut_by_the_browser_and_its_limit_is_named(staff: Client) -> None:
    response = staff.post("/admin/invoices/customer/add/", customer_form(kana="カ" * 201, note="長" * 1001))
    body = response.content.decode()
    for sentence in ("カナは 201 文字あります。200 文字以内にしてください。", "1000 文字以内にしてください。"):
        assert sentence in body
    assert ("maxlength" in body, "<textarea" in body, Customer.objects.count()) == (False, True, 0)


def test_address_has_at_most_five_lines(staff: Client) -> None:
    response = staff.post("/admin/invoices/customer/add/", customer_form(address="\r\n".join("123456")))
    assert "5 行まで" in response.content.decode()
    assert staff.post("/admin/invoices/customer/add/", customer_form(address="一\r\n二")).status_code == 302
    assert Customer.objects.get().address == "一\n二"


def test_customers_are_searched_folded(staff: Client) -> None:
    CustomerFactory.create(code="C1", name="見本", kana="ミホン")
    CustomerFactory.create(code="C2", name="別")
    body = staff.get("/admin/invoices/customer/", {"q": "みほん"}).content.decode()
    assert (">C1<" in body, ">C2<" in body) == (True, False)


def test_registration_number_is_normalised(staff: Client) -> None:
    staff.post("/admin/invoices/issuer/add/", issuer_form(registration_number="ｔ8700-1100-05901 "))
    assert Issuer.objects.get().registration_number == "T8700110005901"


def test_wrong_registration_number_is_refused_and_named(staff: Client) -> None:
    response = staff.post("/admin/invoices/issuer/add/", issuer_form(registration_number="T123"))
    assert "（「T123」が入力されました）" in response.content.decode()
    assert Issuer.objects.count() == 0


def test_check_digit_mismatch_is_a_warning_only(staff: Client) -> None:
    sent = issuer_form(registration_number="T1234567890123")
    response = staff.post("/admin/invoices/issuer/add/", sent, follow=True)
    assert "先頭は 9 のはずです" in response.content.decode()
    assert Issuer.objects.get().registration_number == "T1234567890123"


def test_first_issuer_is_current_even_when_that_is_not_ticked(staff: Client) -> None:
    staff.post("/admin/invoices/issuer/add/", {"name": "株式会社見本商事"})
    staff.post("/admin/invoices/issuer/add/", {"name": "二社目"})
    assert list(Issuer.objects.order_by("pk").values_list("name", "is_current")) == [
        ("株式会社見本商事", True),
        ("二社目", False),
    ]


def test_making_another_issuer_current_takes_that_from_the_first(staff: Client) -> None:
    IssuerFactory.create(name="一社目")
    staff.post("/admin/invoices/issuer/add/", issuer_form(name="二社目"))
    assert list(Issuer.objects.filter(is_current=True).values_list("name", flat=True)) == ["二社目"]


def test_current_issuer_cannot_be_unmarked_or_deleted(staff: Client) -> None:
    issuer = IssuerFactory.create()
    response = staff.post(f"/admin/invoices/issuer/{issuer.pk}/change/", {"name": issuer.name})
    assert "「使用中」の発行者が必ず 1 社必要です" in response.content.decode()
    assert staff.post(f"/admin/invoices/issuer/{issuer.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Issuer.objects.get().is_current is True


@pytest.mark.parametrize(("typed", "limit"), [("", None), ("0", 0), (" １，０００，０００円 ", 1_000_000)])
def test_approval_limit_is_kept_as_yen_and_empty_is_none(staff: Client, typed: str, limit: int | None) -> None:
    assert staff.post("/admin/invoices/issuer/add/", issuer_form(approval_above=typed)).status_code == 302
    assert Issuer.objects.get().approval_above == limit


@pytest.mark.parametrize("typed", ["-1", "1.5", "百万", "1000000000000000"])
def test_approval_limit_that_is_no_amount_is_refused_and_named(staff: Client, typed: str) -> None:
    response = staff.post("/admin/invoices/issuer/add/", issuer_form(approval_above=typed))
    assert (f"{typed} が入力されました" in text(response) or f"（「{typed}」が入力" in text(response)) is True
    assert Issuer.objects.count() == 0


@pytest.mark.parametrize(("mode", "kind"), [("RGBA", "PNG"), ("RGB", "JPEG"), ("P", "PNG"), ("L", "JPEG")])
def test_seal_is_kept_as_png(staff: Client, mode: str, kind: str) -> None:
    staff.post("/admin/invoices/issuer/add/", issuer_form(seal_image=png(mode, kind=kind)))
    seal = Issuer.objects.get().seal
    assert seal is not None
    assert bytes(seal.image).startswith(b"\x89PNG")


def test_seal_keeps_nothing_of_the_file_but_its_pixels(staff: Client) -> None:
    drawn, comment = io.BytesIO(), PngImagePlugin.PngInfo()
    comment.add_text("Comment", "<script>")
    Image.new("RGB", (4, 4), "red").save(drawn, "PNG", icc_profile=b"<script>", dpi=(72, 72), pnginfo=comment)
    drawn.write(b"<script>")
    upload = SimpleUploadedFile("seal.png.html", drawn.getvalue(), content_type="text/html")
    staff.post("/admin/invoices/issuer/add/", issuer_form(seal_image=upload))
    seal = Issuer.objects.get().seal
    assert seal is not None
    with Image.open(io.BytesIO(seal.image)) as kept:
        assert (kept.info, kept.getpixel((0, 0))) == ({}, (255, 0, 0, 255))
    assert b"<script>" not in bytes(seal.image)


@pytest.mark.parametrize(
    "upload",
    [
        SimpleUploadedFile("seal.png", b"<svg onload=alert(1)>"),
        SimpleUploadedFile("seal.png", b""),
        SimpleUploadedFile("seal.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 100),
        SimpleUploadedFile("seal.png", b"x" * 500_001),
        png(size=(2001, 10)),
        png(kind="GIF", mode="P"),
    ],
    ids=["svg", "empty", "broken", "large", "wide", "gif"],
)
def test_other_files_are_refused_as_seal(staff: Client, upload: SimpleUploadedFile) -> None:
    response = staff.post("/admin/invoices/issuer/add/", issuer_form(seal_image=upload))
    assert (response.status_code, "errorlist" in response.content.decode()) == (200, True)
    assert (Issuer.objects.count(), Seal.objects.count()) == (0, 0)


def test_seal_can_be_taken_off(staff: Client) -> None:
    staff.post("/admin/invoices/issuer/add/", issuer_form(seal_image=png()))
    issuer = Issuer.objects.get()
    staff.post(f"/admin/invoices/issuer/{issuer.pk}/change/", issuer_form(remove_seal="on"))
    assert (Issuer.objects.get().seal, Seal.objects.count()) == (None, 1)


def test_number_format_is_checked(staff: Client) -> None:
    sent = {"number_format": "DN-{year}", "fiscal_year_start_month": "4", "restarts_yearly": "on"}
    address = "/admin/invoices/numberseries/delivery_note/change/"
    assert "{number} がありません" in staff.post(address, sent).content.decode()
    assert staff.post(address, sent | {"number_format": "納{year}-{number:05d}"}).status_code == 302
    assert NumberSeries.objects.get().number_format == "納{year}-{number:05d}"


@pytest.mark.parametrize(
    "path",
    ["customer/", "customer/add/", "issuer/", "issuer/add/", "numberseries/", "numberseries/delivery_note/change/"],
)
def test_admin_pages_open_in_japanese(staff: Client, path: str) -> None:
    IssuerFactory.create()
    response = staff.get(f"/admin/invoices/{path}")
    assert (response.status_code, 'lang="ja"' in response.content.decode()) == (200, True)


def test_customer_has_its_documents_and_copies(staff: Client) -> None:
    layout = {"language": "en", "envelope": "window", "sheet_use": "halves", "has_era_dates": "on"}
    copies = {"note_copies": "２", "file_copies": "", "receipt_copies": "1", "delivery_route": " 東コース "}
    assert staff.post("/admin/invoices/customer/add/", customer_form(**layout, **copies)).status_code == 302
    customer = Customer.objects.get()
    assert (customer.language, customer.envelope, customer.sheet_use, customer.has_era_dates) == (
        "en",
        "window",
        "halves",
        True,
    )
    assert (customer.note_copies, customer.priceless_copies, customer.file_copies, customer.receipt_copies) == (
        2,
        0,
        0,
        1,
    )
    assert (customer.delivery_route, customer.has_receipt_prices) == ("東コース", False)


@pytest.mark.parametrize(
    ("copies", "sentence"),
    [
        ({"note_copies": "0"}, "1部以上を選んでください。"),
        ({"note_copies": "12"}, "納品書の部数：一度に印刷できるのは 9 部までです（12が入力されました）。"),
        ({"receipt_copies": "-1"}, "物品受領書の部数は 0 以上にしてください（-1 が入力されました）。"),
    ],
)
def test_copies_that_cannot_be_printed_are_refused(staff: Client, copies: dict[str, str], sentence: str) -> None:
    assert sentence in text(staff.post("/admin/invoices/customer/add/", customer_form(**copies)))
    assert not Customer.objects.exists()


def test_item_codes_of_customers_are_kept_and_found(staff: Client) -> None:
    customer, product = CustomerFactory.create(name="株式会社東"), ProductFactory.create(sku="KB-001", name="茶")
    sent = {"customer": str(customer.pk), "product": product.sku, "code": " K-77 "}
    assert staff.post("/admin/invoices/customeritemcode/add/", sent).status_code == 302
    assert CustomerItemCode.objects.get().code == "K-77"
    same = text(staff.post("/admin/invoices/customeritemcode/add/", sent | {"code": "K-78"}))
    assert "既に存在します" in same
    for typed, found in (("ｋ-77", True), ("東 茶", True), ("西", False)):
        assert ("K-77" in text(staff.get("/admin/invoices/customeritemcode/", {"q": typed}))) is found
