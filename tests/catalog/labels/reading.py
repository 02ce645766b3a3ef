"""Read drawn labels back: with a decoder of bar codes, and as what is dark on the paper."""

from __future__ import annotations

import io
import subprocess
from typing import NamedTuple

import zxingcpp
from PIL import Image

from tests.conftest import needed_program

DOTS_PER_MM = 300 / 25.4


class Read(NamedTuple):
    """A code that a scanner reads; edges of its bars in millimetres from the upper left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


def printed(pdf: bytes, page: int = 1) -> Image.Image:
    """Return a page as a printer of 300 dpi puts it on paper."""
    place = ["-f", str(page), "-l", str(page), "-r", "300", "-gray"]
    command = [needed_program("pdftoppm"), *place, "-"]
    done = subprocess.run(command, input=pdf, capture_output=True, check=True)
    return Image.open(io.BytesIO(done.stdout))


def scanned(page: Image.Image, left: float, top: float, right: float, bottom: float) -> Read:
    """Return the one JAN that a scanner reads between these edges, in millimetres."""
    edges = [round(edge * DOTS_PER_MM) for edge in (left, top, right, bottom)]
    label = page.crop((edges[0], edges[1], edges[2], edges[3]))
    [found] = zxingcpp.read_barcodes(label, try_rotate=False)
    corners = (found.position.top_left, found.position.bottom_right)
    across = sorted((edges[0] + corner.x) / DOTS_PER_MM for corner in corners)
    down = sorted((edges[1] + corner.y) / DOTS_PER_MM for corner in corners)
    return Read(found.text, across[0], down[0], across[1], down[1])


def is_blank(page: Image.Image, left: float, top: float, right: float, bottom: float) -> bool:
    """Tell whether nothing is printed between these edges, in millimetres."""
    edges = [round(edge * DOTS_PER_MM) for edge in (left, top, right, bottom)]
    return page.crop((edges[0], edges[1], edges[2], edges[3])).getextrema() == (255, 255)
