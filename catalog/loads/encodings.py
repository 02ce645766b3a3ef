"""Find out in which encoding a text file is written."""

from __future__ import annotations

import codecs
from enum import StrEnum
from typing import BinaryIO

from django.utils.translation import gettext as _

from catalog.loads.refusals import FileRefused

CHUNK = 1024 * 1024
_HALF_WIDTH_KATAKANA = range(0xFF61, 0xFFA0)


class Encoding(StrEnum):
    """The encodings in which files come, by Python's names for them."""

    UTF_8 = "utf-8"
    UTF_8_WITH_BOM = "utf-8-sig"
    CP932 = "cp932"
    UTF_16 = "utf-16"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Encoding.UTF_8: "UTF-8",
    Encoding.UTF_8_WITH_BOM: "UTF-8 (BOM)",
    Encoding.CP932: "Shift_JIS (CP932)",
    Encoding.UTF_16: "UTF-16",
}
_MARKS = {
    codecs.BOM_UTF8: Encoding.UTF_8_WITH_BOM,
    codecs.BOM_UTF16_LE: Encoding.UTF_16,
    codecs.BOM_UTF16_BE: Encoding.UTF_16,
}


def find(file: BinaryIO) -> Encoding:
    """Return the encoding of `file`, which is read to its end in pieces.

    A mark at the beginning decides; then whether the bytes are UTF-8 at all, since Japanese text in CP932 hardly ever
    is; then CP932. Raises FileRefused when it is none of them.
    """
    marked = _marked(file)
    if marked is not None:
        check(file, marked)
        return marked
    if _first_error(file, Encoding.UTF_8) is not None:
        check(file, Encoding.CP932)
        return Encoding.CP932
    return Encoding.CP932 if _is_half_width_katakana(file) else Encoding.UTF_8


def check(file: BinaryIO, encoding: Encoding) -> None:
    """Raise FileRefused, naming the line, when `file` is not written in `encoding`."""
    line = _first_error(file, encoding)
    if line is None:
        return
    message = _(
        "Line %(line)s of the file is not written in %(encoding)s. Save the file as “CSV UTF-8” and choose it again."
    )
    raise FileRefused(message % {"line": line, "encoding": encoding.label})


def _marked(file: BinaryIO) -> Encoding | None:
    file.seek(0)
    head = file.read(4)
    return next((encoding for mark, encoding in _MARKS.items() if head.startswith(mark)), None)


def _first_error(file: BinaryIO, encoding: Encoding) -> int | None:
    """Return the number of the first line that is not written in `encoding`; None when all are."""
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    lines = 1
    while True:
        chunk = file.read(CHUNK)
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            # What the decoder kept of the chunk before stands in front of this one.
            return lines + bytes(error.object[: error.start]).count(b"\n")
        if not chunk:
            return None
        lines += text.count("\n")


def _is_half_width_katakana(file: BinaryIO) -> bool:
    """Tell whether a file that is UTF-8 makes more sense in CP932: ﾃｰ in CP932 is ð in UTF-8, for example."""
    file.seek(0)
    found = {byte for chunk in iter(lambda: file.read(CHUNK), b"") for byte in set(chunk) if byte >= 0x80}
    if not found or max(found) >= 0xE0 or _first_error(file, Encoding.CP932) is not None:
        return False
    return _holds_no_other_letters(file)


def _holds_no_other_letters(file: BinaryIO) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(Encoding.CP932)()
    for chunk in iter(lambda: file.read(CHUNK), b""):
        if any(ord(letter) not in _HALF_WIDTH_KATAKANA for letter in set(decoder.decode(chunk)) if letter > "\x7f"):
            return False
    return True
