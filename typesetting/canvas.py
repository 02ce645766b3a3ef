"""The canvas our files are drawn on, and what can be put on a sheet of it.

Places are millimetres from the sheet's upper left corner, type sizes points. The operators are written here rather than
by ReportLab's drawing methods: a page of a note is a few hundred short strings, and those methods spend most of their
time on states a note does not have.
"""

from __future__ import annotations

from hashlib import md5
from typing import IO, Any, NamedTuple, Protocol

import deflate
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFDocument, PDFStream, PDFStreamFilterZCompress
from reportlab.pdfgen.canvas import Canvas

from typesetting.composite import CompositeFont
from typesetting.fonts import BOLD, REGULAR

LEFT, CENTRE, RIGHT = 0.0, 0.5, 1.0
_PAGE_HEIGHT = A4[1]
_COMPRESSION_LEVEL = 1
_PDF_VERSION = (1, 7)
# How wide the stroke is that thickens a fallback glyph among bold text, as a part of the type size. At 0.02 the 48
# strokes of 龘 run together in the addressee's name; 𠮷 a little lighter than its neighbours is the smaller evil.
_EMBOLDENING = 0.012

FONTS = {typeface: CompositeFont(typeface) for typeface in (REGULAR, BOLD)}
for _font in FONTS.values():
    pdfmetrics.registerFont(_font)


class Style(NamedTuple):
    """How text looks. `colour` is three numbers from 0 to 1: red, green, blue."""

    font: CompositeFont
    size: float
    colour: str


class Image(Protocol):
    """An image that any number of documents may bear."""

    def name_in(self, document: PDFDocument) -> str:
        """Return the name of the image in `document`, writing it there when it is first asked for."""


class Libdeflate(PDFStreamFilterZCompress):
    """FlateDecode by libdeflate, whose output depends on its version only.

    zlib's differs between zlib, zlib-ng and the builds that systems ship, and with it the SHA-256 of an issued note.
    """

    def encode(self, text: str | bytes) -> bytes:
        content = text.encode("ascii") if isinstance(text, str) else text
        return bytes(deflate.zlib_compress(content, _COMPRESSION_LEVEL))


class SheetCanvas(Canvas):
    """A ReportLab canvas whose file depends on nothing but what is drawn: no clock, no environment, no zlib."""

    _doc: Any

    def __init__(self, stream: IO[bytes], *, title: str, author: str, created: str) -> None:
        """`created` is a PDF date, such as D:20261123000000+09'00'."""
        super().__init__(
            stream,
            pagesize=A4,
            # Not by zlib: see showPage.
            pageCompression=0,
            invariant=1,
            # A font that is only written when it is used; the default would add an unembedded Helvetica.
            initialFontName=REGULAR.name,  # type: ignore[arg-type]
            lang="ja-JP",
            pdfVersion=_PDF_VERSION,
        )
        self._doc.defaultStreamFilters = (Libdeflate(),)
        self._selections: dict[tuple[Style, int], str] = {}
        # Starts anew because the constructor mixes SOURCE_DATE_EPOCH in.
        self._doc.signature = md5(usedforsecurity=False)
        self.setDateFormatter(lambda *_: created)
        self.setTitle(title)
        self.setAuthor(author)
        self.setSubject("")
        self.setCreator("Papyrus Invoice")
        self.setViewerPreference("DisplayDocTitle", "true")

    def showPage(self) -> None:  # noqa: N802
        """Close the page and compress it at once: a file of many notes would otherwise hold all of them in full."""
        super().showPage()
        page = self._doc.Pages[-1]
        compressed = Libdeflate().encode(page.stream)
        page.Contents = PDFStream(dictionary=PDFDictionary({"Filter": "/FlateDecode"}), content=compressed)
        page.stream = None

    def selection(self, style: Style, file: int) -> str:
        """Return the operators that select font `file` of `style`, its size and its colour."""
        try:
            return self._selections[style, file]
        except KeyError:
            name = style.font.getSubsetInternalName(file, self._doc)
            operators = f"{name} {style.size:.2f} Tf {style.colour} rg"
            return self._selections.setdefault((style, file), operators)

    def sheet(self) -> Sheet:
        """Return an empty sheet of this canvas."""
        return Sheet(self)


class Sheet:
    """One page under way: areas and rules lie below images, and those below text, whatever was put first."""

    def __init__(self, canvas: SheetCanvas) -> None:
        self._canvas = canvas
        self._document = canvas._doc
        self._graphics: list[str] = []
        self._images: list[tuple[Image, str]] = []
        self._text: list[str] = []
        self._style: Style | None = None
        self._file = 0
        self._splitters = {font: font.usage(canvas._doc).split for font in FONTS.values()}

    def write_line(self, text: str, style: Style, x: float, y: float, anchor: float) -> None:
        """Write `text` with its baseline at `y` and its left end, middle or right end at `x` by `anchor`."""
        left = x * mm
        if anchor:
            left -= style.font.typeface.width(text) * style.size / 1000 * anchor
        self.write(text, style, f"1 0 0 1 {left:.2f} {_PAGE_HEIGHT - y * mm:.2f} Tm")

    def write(self, text: str, style: Style, matrix: str) -> None:
        """Write `text` where the text matrix operator `matrix` puts it."""
        for file, codes in self._splitters[style.font](text):
            if file != self._file or style != self._style:
                self._select(style, file)
            self._text.append(f"{matrix} <{codes}> Tj")
            matrix = ""

    def write_beneath(self, text: str, style: Style, matrix: str) -> None:
        """Write `text` beneath the rules and areas drawn after it."""
        beneath = Sheet(self._canvas)
        beneath.write(text, style, matrix)
        self._graphics += ["BT", *beneath._text, "ET"]

    def draw(self, operators: str) -> None:
        """Draw rules and areas."""
        self._graphics.append(operators)

    def place_image(self, image: Image, matrix: str) -> None:
        """Draw `image` in the unit square that `matrix` makes of the page."""
        self._images.append((image, matrix))

    def finish(self) -> None:
        """Add the sheet to its canvas as the next page."""
        canvas = self._canvas
        canvas.addLiteral("\n".join(self._graphics))
        for image, matrix in self._images:
            canvas.addLiteral(f"q {matrix}")
            canvas.doForm(image.name_in(self._document))
            canvas.addLiteral("Q")
        content = "\n".join(["BT", *self._text, "ET"])
        canvas.addLiteral(content)
        self._document.updateSignature(content)
        canvas.showPage()

    def _select(self, style: Style, file: int) -> None:
        self._text.append(self._canvas.selection(style, file))
        if style.font.typeface.is_emboldened(file):
            self._text.append(f"{style.colour} RG {style.size * _EMBOLDENING:.2f} w 2 Tr")
        elif self._style and self._style.font.typeface.is_emboldened(self._file):
            self._text.append("0 Tr")
        self._style, self._file = style, file


class Mark(Protocol):
    """Something to put on a sheet, placed relative to the top of the block it belongs to."""

    def put(self, sheet: Sheet, top: float) -> None: ...


class Sized(Mark, Protocol):
    """A mark that takes a height of its own."""

    @property
    def height(self) -> float: ...


class Text(NamedTuple):
    """One line of text: its baseline at `y`, its left end, middle or right end at `x` by `anchor`."""

    x: float
    y: float
    text: str
    style: Style
    anchor: float = LEFT

    def put(self, sheet: Sheet, top: float) -> None:
        sheet.write_line(self.text, self.style, self.x, top + self.y, self.anchor)


class Slanted(NamedTuple):
    """One line of text around (`x`, `y`), turned by the angle of the given cosine and sine."""

    x: float
    y: float
    text: str
    style: Style
    cosine: float
    sine: float

    def put(self, sheet: Sheet, top: float) -> None:
        width = self.style.font.stringWidth(self.text, self.style.size)
        x = self.x * mm - self.cosine * width / 2
        y = from_bottom(top + self.y) - self.sine * width / 2
        turn = f"{self.cosine} {self.sine} -{self.sine} {self.cosine}"
        sheet.write_beneath(self.text, self.style, f"{turn} {x:.2f} {y:.2f} Tm")


class Rule(NamedTuple):
    """A line; `thickness` in points."""

    x: float
    y: float
    to_x: float
    to_y: float
    colour: str
    thickness: float

    def put(self, sheet: Sheet, top: float) -> None:
        start = f"{self.x * mm:.2f} {from_bottom(top + self.y):.2f} m"
        end = f"{self.to_x * mm:.2f} {from_bottom(top + self.to_y):.2f} l"
        sheet.draw(f"{self.colour} RG {self.thickness:.2f} w {start} {end} S")


class Dashes(NamedTuple):
    """A rule drawn in dashes: `pattern` is the points of a dash and of a gap."""

    rule: Rule
    pattern: str

    def put(self, sheet: Sheet, top: float) -> None:
        sheet.draw(f"[{self.pattern}] 0 d")
        self.rule.put(sheet, top)
        sheet.draw("[] 0 d")


class Box(NamedTuple):
    """A rectangle with its upper left corner at (`x`, `y`)."""

    x: float
    y: float
    width: float
    height: float
    fill: str = ""
    frame: str = ""
    thickness: float = 0.5

    def put(self, sheet: Sheet, top: float) -> None:
        corner = f"{self.x * mm:.2f} {from_bottom(top + self.y + self.height):.2f}"
        area = f"{corner} {self.width * mm:.2f} {self.height * mm:.2f} re"
        if self.fill:
            sheet.draw(f"{self.fill} rg {area} f")
        if self.frame:
            sheet.draw(f"{self.frame} RG {self.thickness:.2f} w {area} S")


class Picture(NamedTuple):
    """An image with its upper left corner at (`x`, `y`)."""

    x: float
    y: float
    width: float
    height: float
    image: Image

    def put(self, sheet: Sheet, top: float) -> None:
        corner = f"{self.x * mm:.2f} {from_bottom(top + self.y + self.height):.2f}"
        sheet.place_image(self.image, f"{self.width * mm:.2f} 0 0 {self.height * mm:.2f} {corner} cm")


class Block(NamedTuple):
    """Marks that stay together, and the height they take."""

    height: float
    marks: list[Mark]

    def put(self, sheet: Sheet, top: float) -> None:
        for mark in self.marks:
            mark.put(sheet, top)


class Placed(NamedTuple):
    """A mark moved down by `y`."""

    y: float
    mark: Mark

    def put(self, sheet: Sheet, top: float) -> None:
        self.mark.put(sheet, top + self.y)


def from_bottom(y: float) -> float:
    """Return in points from the sheet's lower edge what is `y` mm from its upper edge."""
    return _PAGE_HEIGHT - y * mm
