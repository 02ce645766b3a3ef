"""Text that a spreadsheet would run is written with an apostrophe in front, and read back without it.

Text that looks guarded already gets one more, so that every text comes back as it was.
Source: OWASP, CSV Injection.
"""

from __future__ import annotations

import re

_RUN = r"[=+\-@\t\r＝＋－＠]"
_NEEDS_GUARD = re.compile(f"'*{_RUN}")
_GUARDED = re.compile(f"'+{_RUN}")


def guarded(text: str) -> str:
    """Return `text` as it may stand in a file."""
    return f"'{text}" if _NEEDS_GUARD.match(text) else text


def unguarded(text: str) -> str:
    """Return what `guarded` was given."""
    return text[1:] if _GUARDED.match(text) else text
