"""What a workbook says about itself: its first visible sheet, its texts, and which numbers are dates."""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from typing import BinaryIO

from django.utils.translation import gettext as _

from catalog.loads.refusals import FileRefused
from catalog.loads.xlsx_strings import MOST_LETTERS, PackedStrings, unescaped
from catalog.loads.xlsx_xml import damaged, parse
from catalog.models import MAX_SKU_LENGTH

BOOK = "xl/workbook.xml"
MOST_PARTS = 5_000
MOST_UNPACKED = 2 * 1024**3
# Sheets shrink to a tenth, sheets of equal rows to a hundredth. More is made to fill a memory.
MOST_RATIO = 300
SMALL = 16 * 1024 * 1024

# Numbers of formats that every spreadsheet knows, those of Japanese dates among them (ECMA-376 Part 1, numFmt).
_KNOWN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_NOT_OF_THE_DATE = re.compile(r'"[^"]*"|\\.|_.|\[[^\]]*\]|General', re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Book:
    """A workbook, opened. `date_styles` and `zeros` are by number of style; `zeros` says how many digits are shown."""

    archive: zipfile.ZipFile
    sheet: str
    sheet_part: str
    begins_1904: bool
    strings: PackedStrings
    date_styles: frozenset[int]
    zeros: dict[int, int]


def opened(file: BinaryIO) -> Book:
    """Return the workbook in `file`. Raises FileRefused when it is none, is locked, damaged or made to burst."""
    archive = _archive(file)
    contents = _contents(archive)
    target = _relations(archive).get(contents.relation, "")
    part = posixpath.normpath(posixpath.join("xl", target)) if not target.startswith("/") else target[1:]
    if part not in archive.namelist():
        raise damaged()
    styles = _styles(archive)
    return Book(
        archive=archive,
        sheet=contents.sheet,
        sheet_part=part,
        begins_1904=contents.begins_1904,
        strings=_strings(archive),
        date_styles=frozenset(styles.dates()),
        zeros=styles.zeros(),
    )


def _archive(file: BinaryIO) -> zipfile.ZipFile:
    file.seek(0)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise damaged() from error
    parts = archive.infolist()
    if BOOK not in {part.filename for part in parts}:
        raise FileRefused(
            _("The file is a ZIP archive but no Excel workbook. Choose a file that ends in .xlsx or .csv.")
        )
    if len(parts) > MOST_PARTS or any(_is_made_to_burst(part) for part in parts) or _unpacked(parts) > MOST_UNPACKED:
        message = _(
            "Unpacked, the workbook would fill the memory, so it was not opened. Copy the rows into a new workbook, or "
            "save them as CSV."
        )
        raise FileRefused(message)
    return archive


def _unpacked(parts: list[zipfile.ZipInfo]) -> int:
    return sum(part.file_size for part in parts)


def _is_made_to_burst(part: zipfile.ZipInfo) -> bool:
    return part.file_size > SMALL and part.file_size > MOST_RATIO * max(part.compress_size, 1)


@dataclass(kw_only=True)
class _Contents:
    sheet: str = ""
    relation: str = ""
    begins_1904: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "workbookPr":
            self.begins_1904 = attributes.get("date1904", "0") in ("1", "true")
        if name == "sheet" and not self.relation and attributes.get("state", "visible") == "visible":
            self.sheet = attributes.get("name", "")
            self.relation = next((value for key, value in attributes.items() if key.endswith(":id")), "")


def _contents(archive: zipfile.ZipFile) -> _Contents:
    contents = _Contents()
    parse(archive, BOOK, start=contents.start)
    return contents


def _relations(archive: zipfile.ZipFile) -> dict[str, str]:
    found: dict[str, str] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            found[attributes.get("Id", "")] = attributes.get("Target", "")

    parse(archive, "xl/_rels/workbook.xml.rels", start=start)
    return found


@dataclass(kw_only=True)
class _Styles:
    """Number formats: those that the book names, and which of them each style has."""

    codes: dict[int, str] = field(default_factory=dict)
    formats: list[int] = field(default_factory=list)
    is_in_styles: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            self.codes[int(attributes.get("numFmtId", "0"))] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self.is_in_styles = True
        elif name == "xf" and self.is_in_styles:
            self.formats.append(int(attributes.get("numFmtId", "0")))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self.is_in_styles = False

    def dates(self) -> list[int]:
        return [style for style, number in enumerate(self.formats) if self._is_date(number)]

    def zeros(self) -> dict[int, int]:
        codes = ((style, self.codes.get(number, "")) for style, number in enumerate(self.formats))
        return {style: len(code) for style, code in codes if 0 < len(code) <= MAX_SKU_LENGTH and not code.strip("0")}

    def _is_date(self, number: int) -> bool:
        code = self.codes.get(number)
        if code is None:
            return number in _KNOWN_DATES
        return re.search("[ymdh]", _NOT_OF_THE_DATE.sub("", code), re.IGNORECASE) is not None


def _styles(archive: zipfile.ZipFile) -> _Styles:
    styles = _Styles()
    if "xl/styles.xml" in archive.namelist():
        parse(archive, "xl/styles.xml", start=styles.start, end=styles.end)
    return styles


def _strings(archive: zipfile.ZipFile) -> PackedStrings:
    reader = StringReader()
    part = next((name for name in archive.namelist() if name.lower() == "xl/sharedstrings.xml"), None)
    if part is not None:
        parse(archive, part, start=reader.start, end=reader.end, text=reader.text)
    return reader.strings


class StringReader:
    """Collects the texts of <si>: those of its <t>, but not the readings (<rPh>) that stand beside kanji."""

    def __init__(self) -> None:
        self.strings = PackedStrings()
        self._parts: list[str] = []
        self._is_text = self._is_reading = False
        self._letters = 0

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        if name == "si":
            self._parts, self._letters = [], 0
        elif name == "rPh":
            self._is_reading = True
        elif name == "t":
            self._is_text = not self._is_reading

    def end(self, name: str) -> None:
        if name == "t":
            self._is_text = False
        elif name == "rPh":
            self._is_reading = False
        elif name == "si":
            self.strings.append(unescaped("".join(self._parts)))

    def text(self, text: str) -> None:
        if self._is_text:
            self._letters += len(text)
            if self._letters > MOST_LETTERS:
                raise damaged()
            self._parts.append(text)
