"""Text set into cells and columns."""

from __future__ import annotations

from collections.abc import Sequence

from invoices.pdf.layout import SMALLEST_TYPE
from typesetting.canvas import LEFT, Mark, Style, Text
from typesetting.measures import LEADING_PER_POINT, baseline, points
from typesetting.text import fit, wrap


def cell(
    text: str,
    style: Style,
    *,
    x: float,
    width: float,
    top: float,
    height: float,
    anchor: float = LEFT,
) -> list[Mark]:
    """Set `text` into a cell of `width` mm, centred in its height and anchored at its left, middle or right.

    It is meant to be one line and shrinks to stay one; beyond the smallest type it wraps.
    """
    fitted = fit(text, width=points(width), size=style.size, floor=SMALLEST_TYPE, typeface=style.font.typeface)
    leading = fitted.size * LEADING_PER_POINT
    top += (height - leading * len(fitted.lines)) / 2 + baseline(leading, fitted.size)
    sized = style._replace(size=fitted.size)
    return [
        Text(x + width * anchor, top + place * leading, line, sized, anchor) for place, line in enumerate(fitted.lines)
    ]


class Stack:
    """A column under way, set line under line.

    `y` is the top of what comes next, `right` where the longest line ends, both in mm; `marks` is all that was set.
    """

    def __init__(self, *, x: float, width: float, top: float) -> None:
        self.x = x
        self.width = width
        self.y = top
        self.right = x
        self.marks: list[Mark] = []

    def skip(self, height: float) -> None:
        """Leave `height` mm free."""
        self.y += height

    def add(self, text: str, style: Style, leading: float) -> None:
        """Set `text`, wrapped at its size; nothing when it is empty."""
        if text:
            lines = wrap(text, width=points(self.width), size=style.size, typeface=style.font.typeface)
            self.add_lines(lines, style, leading)

    def add_shrinking(self, text: str, style: Style, leading: float, *, floor: float) -> None:
        """Set `text` on one line at its size, else shrunk as far as `floor`, else wrapped there and closer set."""
        fitted = fit(text, width=points(self.width), size=style.size, floor=floor, typeface=style.font.typeface)
        if len(fitted.lines) > 1:
            leading = fitted.size * LEADING_PER_POINT
        self.add_lines(fitted.lines, style._replace(size=fitted.size), leading)

    def add_lines(self, lines: Sequence[str], style: Style, leading: float) -> None:
        """Set `lines` as they are."""
        for line in lines:
            self.marks.append(Text(self.x, self.y + baseline(leading, style.size), line, style))
            self.right = max(self.right, self.x + style.font.stringWidth(line, style.size) / points(1))
            self.y += leading
