"""Break text into lines the way Japanese is set (禁則処理), and fit it into columns.

Sources: JIS X 4051 (classes 1 to 4 of characters that may not begin or end a line), W3C Requirements for Japanese Text
Layout. Punctuation that may not begin a line takes the character before it along; nothing ever hangs in the margin.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from typesetting.fonts import Typeface, clusters

NOT_AT_START = frozenset(
    "、。，．・：；？！‼⁇⁈⁉゛゜´｀¨＾ヽヾゝゞ々〻ー〜～゠‐–…‥’”）〕］｝〉》」』】〙〗｠»›〟°′″℃￠％‰"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ"
    "｡｣､･ｧｨｩｪｫｬｭｮｯｰﾞﾟ,.:;?!)]}%"
)
NOT_AT_END = frozenset("‘“（〔［｛〈《「『【〘〖｟«‹〝｢([{¥￥$＄£￡€#＃№▲△")
INSEPARABLE = frozenset("…‥―—")
SPACES = " \u3000"
# Latin, Greek and Cyrillic; what follows (arrows, circled numbers, kana of either width) breaks like kanji.
_END_OF_ALPHABETS = 0x0530
_WIDE_DIGITS = frozenset("０１２３４５６７８９")


class Fitted(NamedTuple):
    """Text set into a column: its lines, and the size in points they fit at."""

    lines: tuple[str, ...]
    size: float


def fit(text: str, *, width: float, size: float, floor: float, typeface: Typeface) -> Fitted:
    """Set `text` in lines of at most `width` points: on one line at `size`, else shrunk to `floor`, else wrapped.

    Line feeds in `text` stand. Raises MissingGlyph when a character cannot be printed.
    """
    lines = split_lines(text) if "\n" in text else (text,)
    widest = typeface.width(text) if len(lines) == 1 else max(map(typeface.width, lines))
    if widest * size <= width * 1000:
        return Fitted(lines, size)
    if widest * floor <= width * 1000:
        return Fitted(lines, _largest(width, widest))
    return Fitted(tuple(wrap(text, width=width, size=floor, typeface=typeface)), floor)


def wrap(text: str, *, width: float, size: float, typeface: Typeface) -> list[str]:
    """Break `text` into lines of at most `width` points at `size`; spaces at a break are dropped, all else is kept.

    Only a word or number longer than a whole line is broken inside. A single character wider than the line stands
    alone. Raises MissingGlyph when a character cannot be printed.
    """
    limit = width * 1000 / size
    return [line for paragraph in split_lines(text) for line in _wrapped(paragraph, limit, typeface)]


def split_lines(text: str) -> tuple[str, ...]:
    """Return the lines of `text` as typed; a carriage return before a line feed belongs to it."""
    return tuple(text.replace("\r\n", "\n").split("\n"))


def may_break(before: str, after: str) -> bool:
    """Tell whether a line may end between the clusters `before` and `after`."""
    if after[0] in SPACES or after[0] in NOT_AT_START or before[0] in NOT_AT_END:
        return False
    if before[0] in SPACES:
        return True
    if before == after and before in INSEPARABLE:
        return False
    if _is_word(before) and _is_word(after):
        return before in "-/" and not after.isdigit()
    return True


def _largest(width: float, widest: int) -> float:
    # Rounded down to what is written into the page, so that the text does not grow by the rounding.
    return int(width * 100_000 / widest) / 100


def _is_word(cluster: str) -> bool:
    return ord(cluster[0]) < _END_OF_ALPHABETS or cluster in _WIDE_DIGITS


def _wrapped(paragraph: str, limit: float, typeface: Typeface) -> list[str]:
    if typeface.width(paragraph) <= limit:
        return [paragraph]
    lines, line = [], ""
    for unit in _units(paragraph):
        if line and typeface.width((line + unit).rstrip(SPACES)) > limit:
            lines.append(line.rstrip(SPACES))
            line = ""
        *full, line = _broken(line + unit, limit, typeface)
        lines += full
    return [*lines, line.rstrip(SPACES)]


def _units(paragraph: str) -> Iterator[str]:
    """Yield what may not be broken inside, each with the spaces after it."""
    unit, last, last_solid = "", "", " "
    for cluster in clusters(paragraph):
        # An opening bracket or a yen sign does not end a line by a space behind it.
        if unit and last_solid[0] not in NOT_AT_END and may_break(last, cluster):
            yield unit
            unit = ""
        unit += cluster
        last = cluster
        last_solid = last_solid if cluster[0] in SPACES else cluster
    if unit:
        yield unit


def _broken(unit: str, limit: float, typeface: Typeface) -> list[str]:
    """Break a unit longer than a line wherever the line is full; others come back whole."""
    if typeface.width(unit.rstrip(SPACES)) <= limit:
        return [unit]
    pieces, piece, used = [], "", 0
    for cluster in clusters(unit):
        advance = typeface.advances[cluster]
        if piece and used + advance > limit:
            pieces.append(piece)
            piece, used = "", 0
        piece += cluster
        used += advance
    return [*pieces, piece]
