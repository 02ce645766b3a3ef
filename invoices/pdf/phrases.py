"""What a note says by itself, in each language it can be worded in."""

from __future__ import annotations

from dataclasses import dataclass

from invoices.domain.document import Copy, Document, InvoicePolicy, Language
from invoices.domain.tax import PriceBasis


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Labels in the head."""

    number: str
    issued_on: str
    delivered_on: str
    returned_on: str
    order_number: str
    original_number: str
    original_delivered_on: str
    corrected_number: str
    not_issued: str
    subject: str
    ship_to: str
    registration_number: str
    telephone: str
    fax: str
    received_on: str
    received_stamp: str


@dataclass(frozen=True, kw_only=True)
class Headings:
    """Headings of the table of lines."""

    place: str
    code: str
    customer_code: str
    name: str
    quantity: str
    unit: str
    unit_price: str
    amount: str
    note: str


@dataclass(frozen=True, kw_only=True)
class Sums:
    """What stands beside figures below the table; the texts by price basis come in the order of their figures."""

    grand_total: str
    total: str
    rate: str
    rates: dict[PriceBasis, tuple[str, ...]]
    sums: dict[PriceBasis, tuple[str, str]]
    for_reference: str
    of_rate: str
    exempt: str


@dataclass(frozen=True, kw_only=True)
class Phrases:
    """All that a note says by itself. A sentence is for a delivery, then for a return; the receipt has its own."""

    titles: dict[Copy, str]
    sentences: tuple[str, str]
    receipt_sentences: tuple[str, str]
    draft: str
    void: str
    reprint: str
    return_note: str
    correction: str
    facts: Facts
    headings: Headings
    sums: Sums
    notes: str
    reduced: str
    basis: dict[PriceBasis, str]
    policy: dict[InvoicePolicy, str]
    page: str
    cut_here: str


JAPANESE = Phrases(
    titles={Copy.DELIVERY_NOTE: "納品書", Copy.FILE_COPY: "納品書（控）", Copy.RECEIPT: "物品受領書"},
    sentences=("下記のとおり納品いたします。", "下記のとおり返品を承りました。"),
    receipt_sentences=("下記の物品を受領いたしました。", "下記のとおり返品いたしました。"),
    draft="下書き",
    void="無効",
    reprint="再発行 ({ordinal})",
    return_note="赤伝（返品）",
    correction="訂正",
    facts=Facts(
        number="納品書番号",
        issued_on="発行日",
        delivered_on="納品日",
        returned_on="返品日",
        order_number="注文番号",
        original_number="元納品書番号",
        original_delivered_on="元納品日",
        corrected_number="訂正前の番号",
        not_issued="未発行",
        subject="件名",
        ship_to="納品先",
        registration_number="登録番号",
        telephone="TEL",
        fax="FAX",
        received_on="受領日",
        received_stamp="受領印",
    ),
    headings=Headings(
        place="No.",
        code="品番",
        customer_code="貴社品番",
        name="品名",
        quantity="数量",
        unit="単位",
        unit_price="単価",
        amount="金額",
        note="備考",
    ),
    sums=Sums(
        grand_total="合計金額（税込）",
        total="合計（税込）",
        rate="税率",
        rates={
            PriceBasis.EXCLUSIVE: ("対象額（税抜）", "消費税額"),
            PriceBasis.INCLUSIVE: ("対象額（税込）", "うち税抜額", "内消費税額"),
        },
        sums={
            PriceBasis.EXCLUSIVE: ("小計（税抜）", "消費税"),
            PriceBasis.INCLUSIVE: ("小計（税込）", "内消費税"),
        },
        for_reference="（参考）",
        of_rate="{rate}%対象",
        exempt="非課税",
    ),
    notes="備考",
    reduced="※は軽減税率対象品目です",
    basis={
        PriceBasis.EXCLUSIVE: "単価・金額は税抜価格です（外税）。",
        PriceBasis.INCLUSIVE: "単価・金額は税込価格です（内税）。",
    },
    policy={
        InvoicePolicy.MONTHLY_INVOICE: "消費税額は参考です。適格請求書は月ごとの請求書として別途発行します。",
        InvoicePolicy.BOTH: "この納品書は、月ごとの請求書と合わせて適格請求書となります。",
    },
    page="{page} / {pages} ページ",
    cut_here="切り取り線",
)
ENGLISH = Phrases(
    titles={
        Copy.DELIVERY_NOTE: "Delivery Note",
        Copy.FILE_COPY: "Delivery Note (File Copy)",
        Copy.RECEIPT: "Receipt of Goods",
    },
    sentences=("We deliver the goods listed below.", "We have taken back the goods listed below."),
    receipt_sentences=("We have received the goods listed below.", "We have returned the goods listed below."),
    draft="DRAFT",
    void="VOID",
    reprint="Reprint ({ordinal})",
    return_note="Return",
    correction="Correction",
    facts=Facts(
        number="Note No.",
        issued_on="Issued",
        delivered_on="Delivered",
        returned_on="Returned",
        order_number="Order No.",
        original_number="Original note",
        original_delivered_on="Delivered then",
        corrected_number="Corrects note",
        not_issued="not issued",
        subject="Subject",
        ship_to="Ship to",
        registration_number="Registration No.",
        telephone="TEL",
        fax="FAX",
        received_on="Received on",
        received_stamp="Signature",
    ),
    headings=Headings(
        place="No.",
        code="Item code",
        customer_code="Your code",
        name="Description",
        quantity="Qty",
        unit="Unit",
        unit_price="Unit price",
        amount="Amount",
        note="Remark",
    ),
    sums=Sums(
        grand_total="Total incl. tax",
        total="Total incl. tax",
        rate="Rate",
        rates={
            PriceBasis.EXCLUSIVE: ("Amount excl. tax", "Consumption tax"),
            PriceBasis.INCLUSIVE: ("Amount incl. tax", "of it net", "of it tax"),
        },
        sums={
            PriceBasis.EXCLUSIVE: ("Subtotal excl. tax", "Tax"),
            PriceBasis.INCLUSIVE: ("Subtotal incl. tax", "Tax included"),
        },
        for_reference=" (ref.)",
        of_rate="at {rate}%",
        exempt="Exempt",
    ),
    notes="Notes",
    reduced="※ marks items at the reduced tax rate.",
    basis={
        PriceBasis.EXCLUSIVE: "Unit prices and amounts exclude tax.",
        PriceBasis.INCLUSIVE: "Unit prices and amounts include tax.",
    },
    policy={
        InvoicePolicy.MONTHLY_INVOICE: "Tax is shown for reference; the monthly invoice is the qualified invoice.",
        InvoicePolicy.BOTH: "This note and the monthly invoice together are the qualified invoice.",
    },
    page="Page {page} of {pages}",
    cut_here="cut here",
)
_BY_LANGUAGE = {Language.JAPANESE: JAPANESE, Language.ENGLISH: ENGLISH}


def phrases_of(document: Document) -> Phrases:
    """Return the phrases of the language `document` is worded in."""
    return _BY_LANGUAGE[document.language]


def title_of(document: Document) -> str:
    """Return what this copy of `document` is called."""
    return phrases_of(document).titles[document.copy]


def number_of(document: Document) -> str:
    """Return the number as printed: 下書き on a draft."""
    return phrases_of(document).draft if document.number is None else document.number


def addressee_lines(document: Document) -> tuple[str, ...]:
    """Return the lines of the addressee: with the honorific in Japanese, for the attention of a person in English."""
    recipient = document.recipient
    if document.copy is Copy.RECEIPT:
        name = document.issuer.name
        return (name,) if document.language is Language.ENGLISH else (f"{name} 御中",)
    if document.language is Language.ENGLISH:
        person = " ".join(part for part in (recipient.person_title, recipient.person) if part)
        lines = (recipient.name, recipient.department, f"Attn: {person}" if recipient.person else "")
        return tuple(line for line in lines if line)
    return recipient.addressee_lines()
