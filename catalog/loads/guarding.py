"""Text that a spreadsheet would run, or take for its error, is written with an apostrophe, and read back without it.

Text that looks guarded already gets one more, so that every text comes back as it was.
Source: OWASP, CSV Injection.
"""

from __future__ import annotations

import re

from catalog.loads.cell_kinds import SPREADSHEET_ERRORS

_RUN = r"[=+\-@\t\r＝＋－＠]"
_ERROR = rf"(?:{'|'.join(map(re.escape, sorted(SPREADSHEET_ERRORS)))})\Z"
_NEEDS_GUARD = re.compile(f"'*(?:{_RUN}|{_ERROR})")
_GUARDED = re.compile(f"'+(?:{_RUN}|{_ERROR})")


def guarded(text: str) -> str:
    """Return `text` as it may stand in a file."""
    return f"'{text}" if _NEEDS_GUARD.match(text) else text


def unguarded(text: str) -> str:
    """Return what `guarded` was given."""
    return text[1:] if _GUARDED.match(text) else text
