"""The texts of a workbook, packed: a million Python strings would take several times their letters."""

from __future__ import annotations

import re
from array import array

from django.utils.translation import gettext as _

from catalog.loads.refusals import FileRefused

MOST_BYTES = 192 * 1024 * 1024
# Of one cell; spreadsheets allow 32,767.
MOST_LETTERS = 131_072
# Not the halves of a pair, which are no characters.
_ESCAPED = re.compile(r"_x(?![Dd][89A-Fa-f])([0-9A-Fa-f]{4})_")


class PackedStrings:
    """Texts by number, appended one after the other."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("Q", [0])

    def append(self, text: str) -> None:
        """Add the next text. Raises FileRefused when all together are too long."""
        self._bytes += text.encode()
        self._ends.append(len(self._bytes))
        if len(self._bytes) > MOST_BYTES:
            message = _("The workbook holds too much text. Split it into several files, or save it as CSV.")
            raise FileRefused(message)

    def __getitem__(self, number: int) -> str:
        return self._bytes[self._ends[number] : self._ends[number + 1]].decode()

    def __len__(self) -> int:
        return len(self._ends) - 1


def unescaped(text: str) -> str:
    """Return `text` with _x000D_ and the like as the characters they stand for (ECMA-376 Part 1, ST_Xstring)."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
