"""Draw labels: what stands on each in, the bytes of a PDF out.

From the top down a label shows its name, its SKU and price, the bars, and the digits of the JAN. The bars take the
height that the text leaves, up to what the standard asks for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import NamedTuple

from catalog.labels.sheets import LabelSheet
from catalog.labels.symbol import DOT, Symbol, full_height, module_width, symbol_of
from typesetting.canvas import CENTRE, FONTS, LEFT, RIGHT, Mark, Sheet, SheetCanvas, Style, Text, from_bottom
from typesetting.fonts import REGULAR, Typeface, clusters
from typesetting.measures import LEADING_PER_POINT, baseline, points
from typesetting.text import Fitted, fit

_BLACK = "0 0 0"
# Printers pull a sheet in a millimetre too high or too far left.
_MARGIN = 1.6
_SMALLEST = 5.5
_LITTLE_SMALLER = 0.8
_MOST_NAME_LINES = 2
_CODE_TYPE = Style(FONTS[REGULAR], 6.5, _BLACK)
_CODE_HEIGHT = 2.9
_CODE_GAP = 1.5
_BARS_GAP = 0.6
_DIGIT_TYPE = Style(FONTS[REGULAR], 8, _BLACK)
_DIGITS_HEIGHT = 2.9
# How far guard bars reach down beside the digits, in modules.
_GUARD_DROP = 5


@dataclass(frozen=True, kw_only=True)
class Label:
    """What stands on a label; an empty text is left out. `jan` is valid, and fonts print all that is in the texts."""

    jan: str
    name: str = ""
    sku: str = ""
    price: str = ""


def draw(labels: Iterable[Label], sheet: LabelSheet, *, start: int, created: datetime) -> bytes:
    """Return a PDF of `labels` on as many sheets as they need; the first takes the place `start`, counted from 1.

    A viewer that heeds the file prints it at its size. Raises ValueError without labels.
    """
    stream = BytesIO()
    canvas = SheetCanvas(stream, title="JANラベル", author="", created=f"D:{created:%Y%m%d%H%M%S}+09'00'")
    canvas.setViewerPreference("PrintScaling", "None")
    page: Sheet | None = None
    for place, label in enumerate(labels, start=start - 1):
        if page is None or place % sheet.faces == 0:
            _finish(page)
            page = canvas.sheet()
        _put(label, sheet, page, sheet.corner(place % sheet.faces))
    if page is None:
        raise ValueError("There is no label to draw.")
    page.finish()
    canvas.save()
    return stream.getvalue()


class Bars(NamedTuple):
    """A symbol whose first bar begins at (`x`, `y`) mm; `module` in points, `height` in mm."""

    x: float
    y: float
    symbol: Symbol
    module: float
    height: float

    def put(self, sheet: Sheet, top: float) -> None:
        # On a printer's dot, so that all edges are.
        left = round(points(self.x) / DOT) * DOT
        upper = from_bottom(top + self.y)
        height, drop = points(self.height), _GUARD_DROP * self.module
        areas = [
            f"{left + bar.start * self.module:.2f} {upper:.2f} {bar.width * self.module:.2f} "
            f"{-height - drop * bar.is_guard:.2f} re"
            for bar in self.symbol.bars
        ]
        sheet.draw(f"{_BLACK} rg {' '.join(areas)} f")

    def digits(self, top: float) -> list[Text]:
        """Return the digits below the bars, the row of them beginning at `top`."""
        step = self.module / points(1)
        y = top + baseline(_DIGITS_HEIGHT, _DIGIT_TYPE.size)
        return [Text(self.x + middle * step, y, digit, _DIGIT_TYPE, CENTRE) for middle, digit in self.symbol.digits]


def _finish(page: Sheet | None) -> None:
    if page is not None:
        page.finish()


def _put(label: Label, sheet: LabelSheet, page: Sheet, corner: tuple[float, float]) -> None:
    left, top = corner
    texts, used = _texts(label, sheet, left)
    symbol = symbol_of(label.jan)
    module = module_width(symbol, room=sheet.width - 2 * _MARGIN)
    room = sheet.height - 2 * _MARGIN - used - _DIGITS_HEIGHT
    height = min(room, full_height(label.jan, module))
    top += _MARGIN + (room - height) / 2
    # The quiet zones lie within the label, and what is between them in its middle.
    beside = (points(sheet.width) - symbol.width * module) / 2 + symbol.left_quiet * module
    bars = Bars(left + beside / points(1), used, symbol, module, height)
    marks: tuple[Mark, ...] = (bars, *texts, *bars.digits(used + height))
    for mark in marks:
        mark.put(page, top)


def _texts(label: Label, sheet: LabelSheet, left: float) -> tuple[list[Text], float]:
    """Return what stands above the bars, and the height it takes."""
    left, width = left + _MARGIN, sheet.width - 2 * _MARGIN
    texts, y = _name(label.name, sheet.name_size, left=left, width=width) if label.name else ([], 0.0)
    if label.sku or label.price:
        texts += _codes(label, left=left, width=width, y=y + baseline(_CODE_HEIGHT, _CODE_TYPE.size))
        y += _CODE_HEIGHT
    return texts, y + _BARS_GAP if texts else y


def _name(name: str, size: float, *, left: float, width: float) -> tuple[list[Text], float]:
    fitted = shortened(name, width=points(width), size=size, most_lines=_MOST_NAME_LINES)
    leading = fitted.size * LEADING_PER_POINT
    style = _CODE_TYPE._replace(size=fitted.size)
    texts = [
        Text(left, place * leading + baseline(leading, fitted.size), line, style, LEFT)
        for place, line in enumerate(fitted.lines)
    ]
    return texts, leading * len(fitted.lines)


def _codes(label: Label, *, left: float, width: float, y: float) -> list[Text]:
    """Set the SKU at the left and the price at the right; the SKU gets what the price leaves."""
    texts = []
    if label.price:
        price = fit(label.price, width=points(width), size=_CODE_TYPE.size, floor=1, typeface=REGULAR)
        style = _CODE_TYPE._replace(size=price.size)
        texts.append(Text(left + width, y, label.price, style, RIGHT))
        width -= style.font.stringWidth(label.price, style.size) / points(1) + _CODE_GAP
    if label.sku:
        sku = shortened(label.sku, width=points(width), size=_CODE_TYPE.size, most_lines=1)
        texts.insert(0, Text(left, y, sku.lines[0], _CODE_TYPE._replace(size=sku.size), LEFT))
    return texts


def shortened(text: str, *, width: float, size: float, most_lines: int) -> Fitted:
    """Set `text` in at most `most_lines` of `width` points, of `size` or smaller.

    It shrinks a little to stay on one line, then takes more lines, then shrinks to the smallest type; what even that
    cannot hold is cut off, and … says so.
    """
    for floor in (max(size * _LITTLE_SMALLER, _SMALLEST), _SMALLEST):
        fitted = fit(text, width=width, size=size, floor=floor, typeface=REGULAR)
        if len(fitted.lines) <= most_lines:
            return fitted
    kept = fitted.lines[: most_lines - 1]
    last = _cut("".join(fitted.lines[most_lines - 1 :]), limit=width * 1000 / fitted.size, typeface=REGULAR)
    return Fitted((*kept, last), fitted.size)


def _cut(text: str, *, limit: float, typeface: Typeface) -> str:
    """Return the beginning of `text` and …, together at most `limit` thousandths of the em wide."""
    kept = ""
    for cluster in clusters(text):
        if typeface.width(f"{kept}{cluster}…") > limit:
            break
        kept += cluster
    return f"{kept}…"
