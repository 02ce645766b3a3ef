"""Bring letters and their marks together without changing which letters they are."""

from __future__ import annotations

import re
import unicodedata

# Putting n marks of one letter in order takes n² steps. Unicode's Stream-Safe Text Format, too, counts to 30.
_MARKED = re.compile("[^\u0300-\u036f\u3099\u309a][\u0300-\u036f\u3099\u309a]{1,30}")
# No code and no number is as long; beyond, a million marks would take minutes.
_LONGEST_CODE = 1000


def composed(text: str) -> str:
    """Return `text` with each letter and its combining marks as one character (カ + ゙ → ガ), and nothing else changed.

    Plain NFC would also replace the kanji that Unicode keeps for compatibility, such as 神 (U+FA19), and with them
    the way a name is written.
    """
    return _MARKED.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)


def half_width(text: str) -> str:
    """Return a code or number with full-width letters and digits as half-width ones (NFKC).

    Text of over 1,000 characters is none, and is returned as it is.
    """
    return unicodedata.normalize("NFKC", text) if len(text) <= _LONGEST_CODE else text
