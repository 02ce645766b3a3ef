"""Typst and WeasyPrint drawing the same delivery note, with the same font files, for bench_pdf.py."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any

import typst
from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration

from invoices.domain.document import Document
from invoices.pdf import table, wording
from invoices.pdf.phrases import JAPANESE, title_of

HERE = Path(__file__).parent
FONTS = HERE.parent.parent / "invoices" / "pdf" / "fonts"


def content(document: Document) -> dict[str, Any]:
    """Return every text of the sheet, so that the peers only have to set it."""
    placed = table.columns(document)
    columns = [place.column for place in placed]
    recipient, issuer, totals = document.recipient, document.issuer, document.totals
    return {
        "title": title_of(document),
        "number": document.number,
        "addressee_address": [f"〒{recipient.address.postal_code}", *recipient.address.address.split("\n")],
        "addressee": list(recipient.addressee_lines()),
        "subject": document.subject,
        "message": "下記のとおり納品いたします。",
        "total": wording.amount_with_sign(totals.total),
        "facts": [
            ["納品書番号", document.number],
            ["発行日", wording.day(document.issued_on or document.delivered_on, document)],
            ["納品日", wording.day(document.delivered_on, document)],
            ["注文番号", document.order_number],
        ],
        "issuer": [
            issuer.name,
            f"〒{issuer.address.postal_code}",
            *issuer.address.address.split("\n"),
            f"TEL {issuer.telephone}　FAX {issuer.fax}",
            f"登録番号 {issuer.registration_number}",
        ],
        "headings": [place.heading for place in placed],
        "rows": [
            [column.cell(line, number) for column in columns] for number, line in enumerate(document.lines, start=1)
        ],
        "rates": [
            ["税率", "対象額（税抜）", "消費税額"],
            *(
                [wording.tax_class(block.tax_class), wording.amount(block.taxable), wording.amount(block.tax)]
                for block in totals.blocks
            ),
        ],
        "footnotes": [JAPANESE.reduced, JAPANESE.basis[document.basis]],
        "sums": [
            ["小計（税抜）", wording.amount(totals.subtotal)],
            ["消費税", wording.amount(totals.tax)],
            ["合計（税込）", wording.amount_with_sign(totals.total)],
        ],
        "notes": document.notes.split("\n"),
        "seal": list(document.issuer.seal or b""),
    }


class Typst:
    """Typst with its compiler and fonts kept between notes."""

    def __init__(self) -> None:
        # As Any, because the class is generic in its input, which its constructor does not settle.
        compiler: Any = typst.Compiler
        template = HERE / "delivery_note.typ"
        self._compiler = compiler(template, font_paths=[str(FONTS)], ignore_system_fonts=True)

    def render(self, document: Document) -> bytes:
        note = json.dumps(content(document), ensure_ascii=False)
        return bytes(self._compiler.compile(format="pdf", sys_inputs={"note": note}))


class WeasyPrint:
    """WeasyPrint with its font configuration kept between notes."""

    def __init__(self) -> None:
        self._template = Template((HERE / "delivery_note.html").read_text("utf-8"))
        self._fonts = FontConfiguration()

    def render(self, document: Document) -> bytes:
        html = HTML(string=self._template.substitute(_as_html(content(document))), base_url=str(HERE))
        return bytes(html.write_pdf(font_config=self._fonts))


def _as_html(note: dict[str, Any]) -> dict[str, str]:
    tables = {name: _rows(note[name]) for name in ("facts", "rows", "rates", "sums")}
    paragraphs = {name: _lines(note[name]) for name in ("addressee_address", "addressee", "footnotes", "notes")}
    texts = {name: escape(note[name]) for name in ("title", "number", "subject", "message", "total")}
    return {
        **tables,
        **paragraphs,
        **texts,
        "issuer_name": escape(note["issuer"][0]),
        "issuer": _lines(note["issuer"][1:]),
        "headings": "".join(f"<th>{escape(heading)}" for heading in note["headings"]),
        "seal": "data:image/png;base64," + base64.b64encode(bytes(note["seal"])).decode("ascii"),
        "regular": (FONTS / "BIZUDGothic-Regular.ttf").as_uri(),
        "bold": (FONTS / "BIZUDGothic-Bold.ttf").as_uri(),
    }


def _rows(rows: Sequence[Sequence[str]]) -> str:
    return "".join("<tr>" + "".join(f"<td>{escape(text)}" for text in row) for row in rows)


def _lines(lines: Sequence[str]) -> str:
    return "<br>".join(map(escape, lines))
