"""Bring letters and their marks together without changing which letters they are."""

from __future__ import annotations

import re
import unicodedata

_MARKED = re.compile("[^\u0300-\u036f\u3099\u309a][\u0300-\u036f\u3099\u309a]+")


def composed(text: str) -> str:
    """Return `text` with each letter and its combining marks as one character (カ + ゙ → ガ), and nothing else changed.

    Plain NFC would also replace the kanji that Unicode keeps for compatibility, such as 神 (U+FA19), and with them
    the way a name is written.
    """
    return _MARKED.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)
