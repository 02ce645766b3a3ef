"""Which font prints a character: BIZ UDGothic first, then the fallback fonts for what it lacks.

A text is drawn cluster by cluster. A cluster is one character, or a character with what modifies it (a variation
selector, combining marks, a joiner and the next one), and is printed by one glyph or not at all.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from typesetting.truetype import FontFile

_FOLDER = Path(__file__).parent / "fonts"
_FALLBACKS = ("PapyrusFallback-Unified.ttf", "PapyrusFallback-Extended.ttf")
_MODIFIERS = (
    "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u200d\u20d0-\u20ff\u3099\u309a\ufe00-\ufe0f\ufe20-\ufe2f"
    "\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\U000e0100-\U000e01ef"
)
_HAS_MODIFIER = re.compile(f"[{_MODIFIERS}\U0001f1e6-\U0001f1ff]")
_CLUSTER = re.compile(
    f"[\U0001f1e6-\U0001f1ff]{{2}}|.(?:[{_MODIFIERS}](?:(?<=\u200d).)?)*",
    re.DOTALL,
)
# Marks and format characters have glyphs in some fonts but no meaning on their own; private use has no agreed one.
_NEVER_ALONE = {"Cc", "Cf", "Cs", "Co", "Mn", "Mc", "Me", "Zl", "Zp"}
# Cells repeat: units, prices, names of goods. About as many as a catalogue has, and a few hundred kilobytes.
_REMEMBERED_WIDTHS = 4096
_loading = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where a cluster's glyph is found: the index of the file in its typeface, the glyph, its width (1/1000 em)."""

    file: int
    glyph: int
    advance: int


class Typeface:
    """One weight of the house's type. Looking up is safe from any thread: a lookup only ever repeats its answer."""

    def __init__(self, name: str, *, main: str, is_bold: bool) -> None:
        self.name = name
        self.is_bold = is_bold
        self._names = (main, *_FALLBACKS)
        self._placements: dict[str, Placement | None] = {}
        self.advances = _Advances(self)
        # The width of a text in thousandths of the em. Raises MissingGlyph when a part cannot be printed.
        self.width: Callable[[str], int] = lru_cache(maxsize=_REMEMBERED_WIDTHS)(self._width)

    def file(self, index: int) -> FontFile:
        """Return the file at `index`, read when it is first needed."""
        with _loading:
            return _read(self._names[index])

    def is_emboldened(self, index: int) -> bool:
        """Tell whether the file at `index` has only the regular weight and this typeface is bold."""
        return self.is_bold and index > 0

    def placement(self, cluster: str) -> Placement | None:
        """Return which glyph prints `cluster`, or None when no font of ours can."""
        try:
            return self._placements[cluster]
        except KeyError:
            return self._placements.setdefault(cluster, self._find(cluster))

    def _width(self, text: str) -> int:
        advance = self.advances.__getitem__
        try:
            return sum(map(advance, text))
        except MissingGlyph:
            # A modifier has no width of its own, so texts with longer clusters end here, and the rest stay fast.
            return sum(map(advance, clusters(text)))

    def _find(self, cluster: str) -> Placement | None:
        if len(cluster) == 1 and _is_nothing_alone(cluster):
            return None
        for index in range(len(self._names)):
            font = self.file(index)
            glyph = _glyph(font, cluster)
            if glyph is not None:
                return Placement(file=index, glyph=glyph, advance=font.advance(glyph))
        return None


class MissingGlyph(KeyError):
    """No font of ours prints the cluster that is the argument."""


class _Advances(dict[str, int]):
    """Widths by cluster, filled as they are asked for."""

    def __init__(self, typeface: Typeface) -> None:
        super().__init__()
        self._typeface = typeface

    def __missing__(self, cluster: str) -> int:
        placement = self._typeface.placement(cluster)
        if placement is None:
            raise MissingGlyph(cluster)
        self[cluster] = placement.advance
        return placement.advance


REGULAR = Typeface("PapyrusGothic", main="BIZUDGothic-Regular.ttf", is_bold=False)
BOLD = Typeface("PapyrusGothic-Bold", main="BIZUDGothic-Bold.ttf", is_bold=True)


def clusters(text: str) -> Sequence[str]:
    """Return the clusters of `text`, in order; joined they are `text` again."""
    return _CLUSTER.findall(text) if _HAS_MODIFIER.search(text) else text


def unprintable(text: str) -> tuple[str, ...]:
    """Return each cluster of `text` that no font of ours can print, once, in order of appearance.

    Control characters are among them, line feeds too: a field of several lines is to be split first.
    """
    try:
        REGULAR.width(text)
    except MissingGlyph:
        return tuple(dict.fromkeys(cluster for cluster in clusters(text) if REGULAR.placement(cluster) is None))
    return ()


def _is_nothing_alone(character: str) -> bool:
    return unicodedata.category(character) in _NEVER_ALONE or bool(_HAS_MODIFIER.match(character))


@cache
def _read(name: str) -> FontFile:
    return FontFile(_FOLDER / name)


def _glyph(font: FontFile, cluster: str) -> int | None:
    if len(cluster) == 1:
        return font.glyphs.get(ord(cluster))
    if len(cluster) == 2:
        return font.sequences.get((ord(cluster[0]), ord(cluster[1])))
    return None
