from __future__ import annotations

import csv
import html
import io
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from catalog.labels import choosing, forms
from catalog.models import Product
from tests.catalog.factories import ProductFactory
from tests.typesetting.reading import page_texts

pytestmark = pytest.mark.django_db

LIST = "/admin/catalog/product/"
JAN, SHORT_JAN = "4901234567894", "49123456"


@pytest.fixture(autouse=True)
def products(db: None) -> None:
    ProductFactory.create(sku="A-1", name="茶", jan=JAN, unit_price=Decimal("1080"))
    ProductFactory.create(sku="A-2", name="筆", jan=SHORT_JAN, unit_price=None)
    ProductFactory.create(sku="A/3_", name="紙", jan="")


def asked(client: Client, *skus: str, address: str = LIST, **typed: Any) -> Any:
    return client.post(address, {"action": "print_labels", "_selected_action": skus, **typed})


def sent(client: Client, *skus: str, address: str = LIST, **typed: Any) -> Any:
    settings = {
        "file": "pdf",
        "sheet": "65",
        "start": "1",
        "copies": "1",
        "price": "none",
        "shows_sku": "on",
        "without_jan": 0,
    }
    return asked(client, *skus, address=address, **(settings | typed))


def own(sku: str) -> str:
    return f"copies_{sku.encode().hex()}"


def errors(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200
    return dict(answer.context["form"].errors)


def shown(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def drawn(answer: Any) -> list[str]:
    """Return the words on each page of the PDF."""
    assert answer["Content-Type"] == "application/pdf"
    return [" ".join(text.split()) for text in page_texts(answer.getvalue())]


def test_page_names_products_without_jan_and_offers_the_others(signed_in: Client) -> None:
    page = shown(asked(signed_in, "A-1", "A-2", "A/3_"))
    assert "1 product has no valid JAN and gets no label. Enter its JAN first, or print the 2 others:" in page
    assert '<a href="/admin/catalog/product/A_2F3_5F/change/">A/3_ 紙</a>' in page
    assert "Without a price, so that none is printed: 「A-2 筆」" in page


def test_pdf_holds_the_labels_of_the_others(signed_in: Client) -> None:
    answer = sent(signed_in, "A-1", "A-2", "A/3_", without_jan=1, price="including", shows_name="on", copies="2")
    [text] = drawn(answer)
    assert [text.count(piece) for piece in ("茶", "筆", "紙", "A-1", "¥1,080（税込）")] == [2, 2, 0, 2, 2]
    assert answer["Content-Disposition"].startswith('attachment; filename="labels-')


def test_label_shows_nothing_but_bars_when_nothing_is_chosen(signed_in: Client) -> None:
    [text] = drawn(sent(signed_in, "A-2", shows_sku=""))
    assert text.replace(" ", "") == SHORT_JAN


def test_products_have_numbers_of_their_own(signed_in: Client) -> None:
    typed = {own("A-1"): "３", own("A-2"): "0"}
    [text] = drawn(sent(signed_in, "A-1", "A-2", copies="9", **typed))
    assert (text.count("A-1"), text.count("A-2")) == (3, 0)


def test_products_without_any_jan_are_refused_by_name(signed_in: Client) -> None:
    answer = signed_in.post(LIST, {"action": "print_labels", "_selected_action": ["A/3_"]}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        "None of the selected products has a JAN, so there is no label to print: 「A/3_ 紙」"
    ]


def test_jan_that_vanished_meanwhile_is_shown_before_anything_is_printed(signed_in: Client) -> None:
    Product.objects.filter(sku="A-1").update(jan="")
    page = shown(sent(signed_in, "A-1", "A-2", without_jan=0))
    assert "Somebody changed the JAN of a product meanwhile. Look at the list once more." in page
    assert "A-1 茶</a>" in page


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"start": "66"}, "start", "There is no label 66 on a sheet of 65. Enter 1 to 65."),
        ({"start": "0"}, "start", "There is no label 0. Enter 1 for a new sheet."),
        ({"start": "x"}, "start", "The first label is not a whole number. Enter 1 for a new sheet."),
        ({"copies": ""}, "copies", "The number of labels is empty. Enter 1 for one label of each product."),
        ({"copies": "-1"}, "copies", "-1 labels of one product are not possible. Enter 0 to 5,000."),
        ({"copies": "0"}, "copies", "All numbers are 0, so there is no label to print. Enter 1 or more."),
        (
            {"copies": "5000"},
            "copies",
            "These are 10,000 labels. At most 5,000 can be made at once: lower the numbers.",
        ),
    ],
)
def test_wrong_settings_are_refused_with_a_remedy(
    signed_in: Client, typed: dict[str, str], field: str, message: str
) -> None:
    assert errors(sent(signed_in, "A-1", "A-2", **typed)) == {field: [message]}


def test_character_that_no_font_has_is_refused_by_sku(signed_in: Client) -> None:
    Product.objects.filter(sku="A-1").update(name="茶😀\u200b")
    message = (
        "No font has these characters, by SKU: 「A-1: 😀 (U+1F600), \u200b (U+200B)」. Correct the products, enter 0 "
        "for them, or do not print names and SKUs."
    )
    assert errors(sent(signed_in, "A-1", "A-2", shows_name="on")) == {"__all__": [message]}
    assert len(drawn(sent(signed_in, "A-1", "A-2"))) == 1
    assert len(drawn(sent(signed_in, "A-1", "A-2", shows_name="on", **{own("A-1"): "0"}))) == 1


def test_table_for_a_label_printer_holds_the_numbers(signed_in: Client) -> None:
    answer = sent(signed_in, "A-1", "A-2", file="csv", **{own("A-2"): "12"})
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert rows == [
        ["SKU", "product name", "JAN", "unit price", "labels"],
        ["A-1", "茶", JAN, "1080", "1"],
        ["A-2", "筆", SHORT_JAN, "", "12"],
    ]
    Product.objects.filter(sku="A-1").update(name="𠮷茶")
    [refusal] = errors(sent(signed_in, "A-1", file="csv-cp932"))["file"]
    assert refusal.startswith("Shift_JIS (CP932) lacks the character “𠮷”")


def test_all_that_the_list_shows_can_be_chosen(signed_in: Client) -> None:
    address = f"{LIST}?jan=present"
    typed = {"select_across": "1", "address": address}
    assert "A/3_ 紙</a>" not in shown(asked(signed_in, "A-1", **typed))
    [text] = drawn(sent(signed_in, "A-1", **typed))
    assert (text.count("A-1"), text.count("A-2")) == (1, 1)


def test_more_products_than_labels_are_refused(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "MOST_LABELS", 2)
    typed = {"action": "print_labels", "_selected_action": ["A-1"], "select_across": "1"}
    answer = signed_in.post(LIST, typed, follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        "More than 2 products are selected. Select at most as many; a filter of the list helps."
    ]


def test_one_number_holds_for_all_when_they_are_too_many_to_list(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "MOST_LISTED", 1)
    assert "2 products. The number above holds for each." in shown(asked(signed_in, "A-1", "A-2"))
    [text] = drawn(sent(signed_in, "A-1", "A-2", copies="3"))
    assert (text.count("A-1"), text.count("A-2")) == (3, 3)


def test_as_many_labels_as_allowed_are_drawn(signed_in: Client) -> None:
    pdf = sent(signed_in, "A-1", sheet="44", copies="5000").getvalue()
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 114


@pytest.mark.parametrize("count", [1, 3])
def test_page_asks_as_often_for_three_products_as_for_one(signed_in: Client, count: int) -> None:
    asked(signed_in, "A-1")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        asked(signed_in, *["A-1", "A-2", "A/3_"][:count])
    assert len(queries) == 6


@pytest.mark.parametrize(
    "typed",
    [
        {"copies": "9" * 5000},
        {"copies": "1\0"},
        {"start": "9" * 30},
        {"sheet": "66"},
        {"sheet": "x" * 100_000},
        {"price": "1"},
        {"file": "../a"},
        {own("A-1"): "1.5"},
        {"without_jan": "x"},
    ],
)
def test_what_no_form_sends_is_refused(signed_in: Client, typed: dict[str, str]) -> None:
    answer = sent(signed_in, "A-1", **typed)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/html")
