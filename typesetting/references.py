"""Add objects to a ReportLab document that others refer to."""

from __future__ import annotations

from reportlab.pdfbase.pdfdoc import PDFDocument, PDFObject, PDFObjectReference


class Written(PDFObject):
    """An object written out by hand: ReportLab's dictionaries take a fifth of a note's time to write themselves."""

    # ReportLab's mark of what stands on its own and is only referred to.
    __RefOnly__ = 1

    def __init__(self, content: str) -> None:
        self._content = content.encode("ascii")

    def format(self, document: PDFDocument) -> bytes:
        return self._content


def reference(document: PDFDocument, content: PDFObject, name: str | None = None) -> PDFObjectReference:
    """Register `content` with `document`, which then writes it once, and return the reference to it."""
    registered: PDFObjectReference = document.Reference(content, name)  # type: ignore[no-untyped-call]
    return registered
