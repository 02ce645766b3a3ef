"""Read a drawn PDF back, the way a reader or an archive would."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from io import BytesIO
from typing import Any, NamedTuple
from xml.etree import ElementTree

from pypdf import PdfReader

from tests.conftest import needed_program

POINTS_PER_MM = 72 / 25.4


class Word(NamedTuple):
    """A word as pdftotext sees it; edges in millimetres from the upper left corner."""

    page: int
    left: float
    top: float
    right: float
    bottom: float
    text: str


def page_texts(pdf: bytes) -> list[str]:
    """Return the text of each page in the order it was drawn."""
    return pdftotext(pdf, "-raw").split("\f")[:-1]


def page_rows(pdf: bytes) -> list[list[str]]:
    """Return the lines of text of each page."""
    return [text.rstrip("\n").split("\n") for text in page_texts(pdf)]


def pypdf_texts(pdf: bytes) -> list[str]:
    """Return what pypdf, which is slower, reads on each page, without the line feed it may end a page with."""
    return [page.extract_text().removesuffix("\n") for page in PdfReader(BytesIO(pdf), strict=True).pages]


def pdftotext(pdf: bytes, *options: str) -> str:
    """Return what pdftotext reads in reading order."""
    command = [needed_program("pdftotext"), *options, "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode("utf-8")


def words(pdf: bytes) -> Iterator[Word]:
    """Yield every word with its place."""
    root = ElementTree.fromstring(pdftotext(pdf, "-bbox"))  # noqa: S314
    space = {"x": "http://www.w3.org/1999/xhtml"}
    for number, page in enumerate(root.iterfind(".//x:page", space), start=1):
        for word in page.iterfind("x:word", space):
            edges = [float(word.attrib[name]) / POINTS_PER_MM for name in ("xMin", "yMin", "xMax", "yMax")]
            left, top, right, bottom = edges
            yield Word(number, left, top, right, bottom, word.text or "")


def fonts(pdf: bytes) -> dict[str, Any]:
    """Return the fonts of the first page by resource name."""
    resources: Any = PdfReader(BytesIO(pdf)).pages[0]["/Resources"]
    return {name: font.get_object() for name, font in resources["/Font"].items()}
