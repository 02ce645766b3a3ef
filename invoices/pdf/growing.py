"""A PDF that leaves the memory while it grows: each finished page is written, and only where it stands is kept.

ReportLab writes a file when all of it is drawn. Of a batch of 1,000 notes nobody would see a byte for seconds, and one
of 100,000 would not fit into memory. PDF itself needs only fonts, page tree and cross-references at the end.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from reportlab.pdfbase.pdfdoc import (
    PDFCrossReferenceTable,
    PDFFile,
    PDFIndirectObject,
    PDFObject,
    PDFObjectReference,
    PDFTrailer,
)

from typesetting.canvas import SheetCanvas


class GrowingCanvas(SheetCanvas):
    """A canvas whose finished pages can be taken away while others are drawn."""

    def __init__(self, *, title: str, author: str, created: str) -> None:
        super().__init__(BytesIO(), title=title, author=author, created=created)
        self._file: Any = PDFFile(self._doc._pdfVersion)
        self._taken = 0

    def showPage(self) -> None:  # noqa: N802
        """Close the page and write it."""
        super().showPage()
        pages = self._doc.Pages.pages
        page = pages[-1]
        self._doc.Reference(page.Contents)
        self._write(page)
        self._write(page.Contents)
        pages[-1] = PDFObjectReference(page.__InternalName__)

    @property
    def waiting(self) -> int:
        """How many bytes were written and not taken yet."""
        return int(self._file.offset) - self._taken

    def take(self) -> bytes:
        """Return what was written since the last call."""
        written = b"".join(self._file.strings)
        self._file.strings.clear()
        self._taken = self._file.offset
        return written

    def put_last_first(self, count: int) -> None:
        """Let the last `count` pages be the first ones."""
        pages = self._doc.Pages.pages
        pages[:] = [*pages[-count:], *pages[:-count]] if count else pages

    def finish(self) -> bytes:
        """Write all that is left and return it."""
        document = self._doc
        for font in document.delayedFonts:
            font.addObjects(document)
        document.info.invariant = document.invariant
        document.info.digest(document.signature)
        document.Catalog.Outlines = None
        document.Reference(document.Catalog)
        document.Reference(document.info)
        self._write_the_rest()
        self._write_references()
        return self.take()

    def _write_the_rest(self) -> None:
        # Writing an object may register others, which get the next numbers.
        number = 1
        while name := self._doc.numberToId.get(number):
            if name not in self._doc.idToOffset:
                self._write(self._doc.idToObject[name])
            number += 1

    def _write_references(self) -> None:
        document = self._doc
        names = [document.numberToId[number] for number in range(1, len(document.numberToId) + 1)]
        table: Any = PDFCrossReferenceTable()
        table.addsection(0, names)
        start = self._file.add(table.format(document))
        catalog, info = document.Reference(document.Catalog), document.Reference(document.info)
        trailer: Any = PDFTrailer(start, Size=len(names) + 1, Root=catalog, Info=info, ID=document.ID())
        self._file.add(trailer.format(document))

    def _write(self, content: PDFObject) -> None:
        name = content.__InternalName__  # type: ignore[attr-defined]
        written: Any = PDFIndirectObject(name, content)
        self._doc.idToOffset[name] = self._file.add(written.format(self._doc))
        self._doc.idToObject[name] = _WRITTEN


_WRITTEN = PDFObject()
