"""A typeface as a font ReportLab can use: one composite (Type 0) font for each file that a document needs.

ReportLab's own TTFont splits a font into 8-bit subsets, writes a ToUnicode map that breaks beyond the BMP, and keeps
its parser's position in the shared font, which two threads then spoil for each other. This class follows the same
protocol (`_dynamicFont`: splitString, getSubsetInternalName, addObjects), so a canvas takes it like a TTFont, but it
writes two-byte codes, and all that changes is kept for each document apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from hashlib import sha256
from itertools import groupby
from types import SimpleNamespace
from typing import cast
from weakref import WeakKeyDictionary

from reportlab.pdfbase.pdfdoc import (
    BasicFonts,
    PDFDictionary,
    PDFDocument,
    PDFObject,
    PDFObjectReference,
    PDFStream,
)

from typesetting.fonts import MissingGlyph, Placement, Typeface, clusters
from typesetting.references import Written, reference
from typesetting.truetype import FontFile

_SYMBOLIC = 4
_DEFAULT_WIDTH = 1000
_CODES_PER_BLOCK = 100
_TO_UNICODE = """\
/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
{blocks}endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


class CompositeFont:
    """`typeface` for ReportLab, whose names it bears. A document's subsets are named by the index of their file."""

    _multiByte = 1  # noqa: N815
    _dynamicFont = 1  # noqa: N815
    shapable = False

    def __init__(self, typeface: Typeface) -> None:
        self.typeface = typeface
        self.fontName = typeface.name
        self.face = SimpleNamespace(name=typeface.name)
        self._usages: WeakKeyDictionary[PDFDocument, Usage] = WeakKeyDictionary()

    def stringWidth(self, text: str, size: float, encoding: str = "utf8") -> float:  # noqa: N802
        """Return the width of `text` in points."""
        return self.typeface.width(text) * size / 1000

    def splitString(self, text: str, doc: PDFDocument, encoding: str = "utf8") -> list[tuple[int, bytes]]:  # noqa: N802
        """Return `text` as runs of (index of the file, codes of two bytes). Raises MissingGlyph."""
        return [(file, bytes.fromhex(codes)) for file, codes in self.usage(doc).split(text)]

    def getSubsetInternalName(self, subset: int, doc: PDFDocument) -> str:  # noqa: N802
        """Return the resource name of the font made from file `subset`, and have `doc` write it at its end."""
        usage = self.usage(doc)
        if not usage.internal_name:
            usage.internal_name = f"F{len(doc.fontMapping) + 1}"
            doc.fontMapping[self.fontName] = f"/{usage.internal_name}"
            doc.delayedFonts.append(self)
        return f"/{usage.internal_name}+{subset}"

    def addObjects(self, doc: PDFDocument) -> None:  # noqa: N802
        """Write the fonts into `doc`. ReportLab calls this once, when all pages are drawn."""
        usage = self._usages.pop(doc)
        resources = cast(PDFDictionary, doc.idToObject[BasicFonts])
        for index, used in sorted(usage.subsets.items()):
            font = _Subset(self.typeface, index, used)
            resources[f"{usage.internal_name}+{index}"] = font.reference(doc)

    def usage(self, doc: PDFDocument) -> Usage:
        """Return what `doc` has drawn in this font so far."""
        try:
            return self._usages[doc]
        except KeyError:
            return self._usages.setdefault(doc, Usage(self.typeface))


class Usage:
    """What one document has drawn in a typeface: the clusters of each file, in order of their codes.

    Codes are given out as clusters are first drawn, so that equal documents get equal codes. A cluster has one of its
    own even where two share a glyph: each is extracted as it was typed.
    """

    def __init__(self, typeface: Typeface) -> None:
        self.internal_name = ""
        self.subsets: dict[int, list[str]] = {}
        self._placement = typeface.placement
        self._main_codes = self._codes_from(0)
        self._codes = {0: self._main_codes}

    def split(self, text: str) -> list[tuple[int, str]]:
        """Return `text` as runs of (index of the file, codes in hexadecimal digits). Raises MissingGlyph."""
        try:
            return [(0, "".join(map(self._main_codes.__getitem__, text)))]
        except KeyError:
            # Something in it needs a fallback font or is a longer cluster, which is rare.
            runs = groupby(clusters(text), key=self.file_of)
            return [(file, "".join(map(self._codes_of(file).__getitem__, run))) for file, run in runs]

    def file_of(self, cluster: str) -> int:
        """Return the index of the file that prints `cluster`. Raises MissingGlyph when none does."""
        placement = self._placement(cluster)
        if placement is None:
            raise MissingGlyph(cluster)
        return placement.file

    def _codes_of(self, file: int) -> _Codes:
        return self._codes.setdefault(file, self._codes_from(file))

    def _codes_from(self, file: int) -> _Codes:
        return _Codes(self.subsets, file=file, placement=self._placement)


class _Codes(dict[str, str]):
    """The codes of the clusters drawn from one file. Raises KeyError for a cluster of another file."""

    def __init__(
        self, subsets: dict[int, list[str]], *, file: int, placement: Callable[[str], Placement | None]
    ) -> None:
        super().__init__()
        self._subsets = subsets
        self._file = file
        self._placement = placement

    def __missing__(self, cluster: str) -> str:
        placement = self._placement(cluster)
        if placement is None or placement.file != self._file:
            raise KeyError(cluster)
        used = self._subsets.setdefault(self._file, [])
        used.append(cluster)
        code = self[cluster] = f"{len(used):04x}"
        return code


class _Subset:
    """The PDF objects of one file's part of a document. Code 0 is `.notdef`, code n the n-th cluster used."""

    def __init__(self, typeface: Typeface, index: int, used: Sequence[str]) -> None:
        self._file = typeface.file(index)
        self._used = used
        self._glyphs = [placement.glyph for cluster in used if (placement := typeface.placement(cluster))]
        self._widths = [typeface.advances[cluster] for cluster in used]
        self._name = f"/{_tag(typeface.name, used)}+{self._file.name}"

    def reference(self, doc: PDFDocument) -> PDFObjectReference:
        descendant = _written_reference(doc, Written(self._descendant(doc)))
        to_unicode = _written_reference(doc, PDFStream(content=_to_unicode(self._used)))
        font = (
            f"<< /Type /Font /Subtype /Type0 /BaseFont {self._name} /Encoding /Identity-H"
            f" /DescendantFonts [ {descendant} ] /ToUnicode {to_unicode} >>"
        )
        return reference(doc, Written(font))

    def _descendant(self, doc: PDFDocument) -> str:
        descriptor = _written_reference(doc, Written(self._descriptor(doc)))
        return (
            f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont {self._name}"
            " /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /CIDToGIDMap /Identity"
            f" /DW {_DEFAULT_WIDTH} /W {_width_array(self._widths)} /FontDescriptor {descriptor} >>"
        )

    def _descriptor(self, doc: PDFDocument) -> str:
        font, box = self._file, " ".join(map(str, self._file.bounding_box))
        return (
            f"<< /Type /FontDescriptor /FontName {self._name} /Flags {_SYMBOLIC} /FontBBox [ {box} ]"
            f" /ItalicAngle 0 /Ascent {font.ascent} /Descent {font.descent} /CapHeight {font.cap_height}"
            f" /StemV {_stem_width(font)} /FontFile2 {_written_reference(doc, self._font_file())} >>"
        )

    def _font_file(self) -> PDFStream:
        content = self._file.subset(self._glyphs)
        return PDFStream(dictionary=PDFDictionary({"Length1": len(content)}), content=content)


def _written_reference(doc: PDFDocument, content: PDFObject) -> str:
    """Register `content` with `doc` and return the reference to it as written: 7 0 R."""
    written: bytes = reference(doc, content).format(doc)
    return written.decode("ascii")


def _tag(name: str, used: Iterable[str]) -> str:
    """Return the six letters that tell two subsets of a font apart."""
    digest = sha256("".join([name, *used]).encode()).digest()
    return "".join(chr(ord("A") + byte % 26) for byte in digest[:6])


def _width_array(widths: Sequence[int]) -> str:
    """Return the W array: runs of codes whose width is not the default one."""
    runs = groupby(enumerate(widths, start=1), key=lambda coded: coded[1] == _DEFAULT_WIDTH)
    return f"[ {' '.join(_width_run(list(run)) for is_default, run in runs if not is_default)} ]"


def _width_run(run: Sequence[tuple[int, int]]) -> str:
    return f"{run[0][0]} [{' '.join(str(width) for _, width in run)}]"


def _stem_width(font: FontFile) -> int:
    # TrueType does not state it; this is the customary estimate from the weight class.
    return 50 + (font.weight * font.weight) // 4225


def _to_unicode(used: Sequence[str]) -> str:
    return _TO_UNICODE.format(blocks="".join(_blocks(used)))


def _blocks(used: Sequence[str]) -> Iterator[str]:
    entries = [f"<{code:04x}> <{_utf16(cluster)}>\n" for code, cluster in enumerate(used, start=1)]
    for start in range(0, len(entries), _CODES_PER_BLOCK):
        block = entries[start : start + _CODES_PER_BLOCK]
        yield f"{len(block)} beginbfchar\n{''.join(block)}endbfchar\n"


@cache
def _utf16(cluster: str) -> str:
    return cluster.encode("utf-16-be").hex()
