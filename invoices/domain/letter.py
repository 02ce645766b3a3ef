"""The text of a mail: templates with names in braces, filled with the facts of a document."""

from __future__ import annotations

import re
from collections.abc import Mapping

from invoices.domain.document import Document
from invoices.domain.errors import DomainError, gettext_noop

_NAME = re.compile(r"\{([^{}]*)\}")
NAMES = (
    *("document", "number", "issued_on", "delivered_on", "total", "order_number", "subject"),
    *("customer", "addressee", "issuer", "issuer_telephone"),
)


class UnknownName(DomainError):
    template = gettext_noop("“{%(name)s}” stands for nothing. Use one of: %(names)s.")


def require_known_names(template: str) -> None:
    """Raise UnknownName for the first name in braces that `filled` does not know."""
    for name in _NAME.findall(template):
        if name not in NAMES:
            raise UnknownName(name=name, names=" ".join(f"{{{known}}}" for known in NAMES))


def filled(template: str, facts: Mapping[str, str]) -> str:
    """Return `template` with every known name in braces replaced by its fact. What is filled in is not read again."""
    return _NAME.sub(lambda found: facts.get(found[1], found[0]), template)


def on_one_line(text: str) -> str:
    """Return `text` as a header may hold it: one line, without what cannot be seen."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def facts_of(document: Document) -> dict[str, str]:
    """Return the facts of an issued document by the names that a template may use."""
    issued_on = document.issued_on or document.delivered_on
    return {
        "document": "返品伝票（赤伝）" if document.original else "納品書",
        "number": document.number or "",
        "issued_on": f"{issued_on:%Y-%m-%d}",
        "delivered_on": f"{document.delivered_on:%Y-%m-%d}",
        "total": f"{document.totals.total:,}円",
        "order_number": document.order_number,
        "subject": document.subject,
        "customer": document.recipient.name,
        "addressee": "\n".join(document.recipient.addressee_lines()),
        "issuer": document.issuer.name,
        "issuer_telephone": document.issuer.telephone,
    }
