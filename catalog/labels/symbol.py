"""A JAN as bars: EAN-13 and EAN-8 in modules, the width of the narrowest bar.

Sources: GS1 General Specifications, sections on EAN/UPC symbols and on sizes (a module has 0.264 to 0.660 mm; quiet
zones); JIS X 0507. Which digit is which bars says ReportLab.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from reportlab.graphics.barcode.eanbc import Ean8BarcodeWidget, Ean13BarcodeWidget
from reportlab.graphics.shapes import Rect

# In points; 7 and 8 dots of a printer of 600 dpi, so that no bar is a dot wider than another of its kind. 0.296 mm is
# magnification 0.90, 0.339 mm is 1.03.
MODULE_WIDTHS = (0.96, 0.84)
DOT = 0.12
# Of a symbol of magnification 1, in millimetres: height of the bars and width of a module.
_NOMINAL_HEIGHTS = {8: 18.23, 13: 22.85}
_NOMINAL_MODULE = 0.33
_POINTS_PER_MM = 72 / 25.4
_DIGIT = 7
_GUARD = 3


class Bar(NamedTuple):
    """A bar from module `start` on. Guard bars reach down between the digits."""

    start: int
    width: int
    is_guard: bool


class Symbol(NamedTuple):
    """A JAN's bars, the modules from the first to the last, the quiet zones beside them, and each digit's middle."""

    bars: tuple[Bar, ...]
    modules: int
    left_quiet: int
    right_quiet: int
    digits: tuple[tuple[float, str], ...]

    @property
    def width(self) -> int:
        """Modules with quiet zones."""
        return self.left_quiet + self.modules + self.right_quiet


@lru_cache(maxsize=512)
def symbol_of(jan: str) -> Symbol:
    """Return the symbol of a valid JAN of 8 or 13 digits."""
    return _ean8(jan) if len(jan) == 8 else _ean13(jan)


def module_width(symbol: Symbol, *, room: float) -> float:
    """Return the widest of MODULE_WIDTHS, in points, at which `symbol` and its quiet zones take at most `room` mm.

    The narrowest, when none does.
    """
    fitting = (width for width in MODULE_WIDTHS if symbol.width * width <= room * _POINTS_PER_MM)
    return next(fitting, MODULE_WIDTHS[-1])


def full_height(jan: str, module: float) -> float:
    """Return how high, in mm, the bars of `jan` are to be at `module` points; more serves nothing."""
    return _NOMINAL_HEIGHTS[len(jan)] * module / _POINTS_PER_MM / _NOMINAL_MODULE


def _ean13(jan: str) -> Symbol:
    # The first digit is told by how the six after it are written, and stands in the quiet zone.
    digits = ((-_DIGIT, jan[0]), *_middles(jan[1:7], _GUARD), *_middles(jan[7:], 50))
    bars = _bars(Ean13BarcodeWidget(jan[:-1]), middle=range(45, 50), modules=95)
    return Symbol(bars, 95, left_quiet=11, right_quiet=7, digits=digits)


def _ean8(jan: str) -> Symbol:
    digits = (*_middles(jan[:4], _GUARD), *_middles(jan[4:], 36))
    bars = _bars(Ean8BarcodeWidget(jan[:-1]), middle=range(31, 36), modules=67)
    return Symbol(bars, 67, left_quiet=7, right_quiet=7, digits=digits)


def _middles(digits: str, start: int) -> list[tuple[float, str]]:
    return [(start + _DIGIT * (place + 0.5), digit) for place, digit in enumerate(digits)]


def _bars(widget: Ean13BarcodeWidget, *, middle: range, modules: int) -> tuple[Bar, ...]:
    widget.quiet, widget.humanReadable, widget.barWidth = 0, 0, 1
    guards = {*range(_GUARD), *middle, *range(modules - _GUARD, modules)}
    frame_and_bars: Sequence[Rect] = widget.draw().contents  # type: ignore[no-untyped-call]
    drawn = [(int(bar.x), int(bar.width)) for bar in frame_and_bars[1:]]
    return tuple(Bar(start, width, start in guards) for start, width in drawn)
