"""What means something to SQL, markup or a template is, in every printed field, only text: on paper as typed."""

from __future__ import annotations

import csv
import html
import io
import json
import unicodedata
from typing import Any

import pytest
from django.test import Client

from invoices.models import Customer, DeliveryNote, Issuer
from tests.abuse.judge import Judge
from tests.abuse.targets import Form, forms_of
from tests.typesetting.reading import pdftotext

# None longer than the shortest text field, a unit, which has 20 characters.
PIECES = {
    "sql": "'; drop table x;--",
    "sql quoted": "' or '1'='1' /*\\_*/",
    "script": "<script>a()</script>",
    "attribute": "\" onclick='a()' x=\"",
    "entities": "&amp; &lt; &#0; &x;",
    "template": "{{7*7}}{% now 'Y' %}",
    "format": "%s %(a)s %% {0} {!r}",
    "shell": '\\ \\n ` ${x} $(x) "',
    "cp932": "表ソ構能\\㈱髙①㎝Ⅲ",
    "rare": "𠮷葛\U000e0100<b>&①ﾊﾟ",
}
# Fields with a form of their own, in which no text can be typed; filled by the recipe or left as they come.
FORMED = {
    *(
        "postal_code",
        "ship_to_postal_code",
        "registration_number",
        "jan",
        "unit_price",
        "approval_above",
        "note_copies",
        "priceless_copies",
        "file_copies",
        "receipt_copies",
        "mail_to",
        "creation_key",
    ),
    *(
        "revision",
        "customer_id",
        "customer",
        "delivered_on",
        "quantity",
        "rate_override",
        "product_sku",
        "csrfmiddlewaretoken",
    ),
}
# The rows of a note after its first, and prices below a product or a customer, which need not have any.
OTHER_ROWS = ("lines-1", "lines-2", "lines-3", "lines-4", "list_prices-", "customer_prices-", "prices-", "percentages-")
LINE = {"lines-0-quantity": "2", "lines-0-unit_price": "100", "lines-0-rate_override": "5"}


class Office:
    """Somebody with every right at a browser."""

    def __init__(self, judge: Judge, piece: str) -> None:
        self.client = Client()
        self.client.force_login(judge.world.user)
        self.piece = piece

    def send(self, form: Form, **typed: str) -> Any:
        """Send `form` with the piece in each text field, and `typed` in others."""
        values = dict(form.filled()) | dict.fromkeys(text_fields(form), self.piece) | typed
        return self.client.post(form.action, values)

    def form(self, path: str, *, button: str) -> Form:
        page = self.client.get(path).content.decode()
        (found,) = [form for form in forms_of(path, page) if form.button and form.button.name == button]
        return found


def text_fields(form: Form) -> list[str]:
    """The fields of `form` that take any text; of a form of many lines those of the first."""
    fields = [field for field in form.fields if field.kind in ("text", "textarea")]
    named = [(field.name, field.name.rpartition("-")[2]) for field in fields]
    return [name for name, last in named if last not in FORMED and not name.startswith(OTHER_ROWS)]


@pytest.fixture(params=list(PIECES.values()), ids=list(PIECES))
def office(request: pytest.FixtureRequest, judge: Judge) -> Office:
    return Office(judge, request.param)


@pytest.fixture
def note(office: Office) -> DeliveryNote:
    """A note issued through the forms, every text of which is the piece."""
    piece = office.piece
    issuer = Issuer.objects.get(is_current=True)
    product = office.form("/admin/catalog/product/add/", button="_save")
    assert office.send(product, unit_price="100").status_code == 302
    customer = office.form("/admin/invoices/customer/add/", button="_save")
    assert office.send(customer).status_code == 302
    own = office.form(f"/admin/invoices/issuer/{issuer.pk}/change/", button="_save")
    assert office.send(own, registration_number="T8700110005901").status_code == 302
    chosen = Customer.objects.get(name=piece)
    editor = office.form("/notes/new", button="issue")
    answer = office.send(editor, customer_id=str(chosen.pk), customer=str(chosen), **LINE)
    assert answer.status_code == 302, answer.content.decode()
    return DeliveryNote.objects.get(customer=chosen)


def test_every_text_is_on_paper_and_on_pages_as_it_was_typed(office: Office, note: DeliveryNote) -> None:
    assert note.number, "not issued"
    check_paper(office, note)
    check_pages(office, note)
    check_answers(office)
    check_export(office)


def check_paper(office: Office, note: DeliveryNote) -> None:
    printed = squeezed(pdftotext(office.client.get(f"/notes/{note.pk}/pdf").content, "-raw"))
    wanted = squeezed(office.piece)
    folded = squeezed(unicodedata.normalize("NFKC", office.piece))
    # Order number, subject and notes; code, name, unit and note of the line; name, department, address, title and
    # person and ship-to of the customer; name and address of the issuer.
    assert printed.count(wanted) + (wanted != folded) * printed.count(folded) >= 15, printed


def check_pages(office: Office, note: DeliveryNote) -> None:
    """Texts are there, escaped."""
    piece = office.piece
    pages = [
        "/",
        f"/notes/{note.pk}",
        "/admin/catalog/product/",
        "/admin/invoices/customer/",
        "/admin/invoices/issuer/",
    ]
    for path in (*pages, f"/notes/{note.pk}/void"):
        shown = office.client.get(path).content.decode()
        assert html.escape(piece) == piece or piece not in shown, path
    for path in pages[:5]:
        assert html.escape(piece) in office.client.get(path).content.decode(), path


def check_answers(office: Office) -> None:
    """Texts are in the JSON as they are."""
    piece = office.piece
    answers = {
        "/api/product_by_sku?sku=": ("sku", "name"),
        "/api/product_by_name?name=": ("sku", "name"),
        "/products/suggest?q=": ("sku", "name", "unit"),
        "/customers/suggest?q=": ("name", "addressee"),
    }
    for path, names in answers.items():
        address, _, parameter = path.rstrip("=").partition("?")
        answer = json.loads(office.client.get(address, {parameter: piece}).content)
        found = answer if "sku" in answer else next(iter(answer.values()))[0]
        assert [found[name] for name in names] == [piece] * len(names), path


def check_export(office: Office) -> None:
    """Texts are in the CSV as they are."""
    answer = office.client.post("/admin/catalog/product/export/?q=", {"form": "csv"})
    exported = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = [row for row in csv.reader(io.StringIO(exported, newline="")) if office.piece in row]
    assert [row.count(office.piece) for row in rows] == [4], exported  # SKU, name, unit, note


def squeezed(text: str) -> str:
    """`text` without its spaces and line breaks, which paper has where it needs them."""
    return "".join(text.split())
