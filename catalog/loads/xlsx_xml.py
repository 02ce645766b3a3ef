"""Read the XML parts of a workbook in pieces, with memory bounded whatever they hold."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any, NoReturn
from xml.parsers import expat

from django.utils.translation import gettext as _

from catalog.loads.refusals import FileRefused

CHUNK = 64 * 1024
# A tag is a few hundred letters; expat keeps one in memory until it ends.
LONGEST_TAG = 1024 * 1024

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]


def damaged() -> FileRefused:
    return FileRefused(
        _("The workbook is damaged. Open it in the spreadsheet program, save it as .xlsx and try again.")
    )


def pieces(archive: zipfile.ZipFile, part: str, *, start: Start, end: End, text: Text) -> Iterator[int]:
    """Parse `part` of `archive`, call `start`, `end` and `text`, and yield after every piece how many bytes it had.

    Names come without their prefixes. Raises FileRefused for what is no XML, declares a document type or entities,
    or has a tag of endless length.
    """
    parser = _parser(start=start, end=end, text=text)
    fed = 0
    try:
        with archive.open(part) as file:
            while chunk := file.read(CHUNK):
                parser.Parse(chunk, False)
                fed += len(chunk)
                if fed - max(parser.CurrentByteIndex, 0) > LONGEST_TAG:
                    raise damaged()
                yield len(chunk)
            parser.Parse(b"", True)
    except (
        expat.ExpatError,
        zipfile.BadZipFile,
        KeyError,
        EOFError,
        ValueError,
        OSError,
        RuntimeError,  # it is encrypted, or NotImplementedError
        struct.error,
        zlib.error,
        lzma.LZMAError,
    ) as error:
        raise damaged() from error


def parse(
    archive: zipfile.ZipFile, part: str, *, start: Start, end: End = lambda name: None, text: Text = lambda text: None
) -> None:
    """Parse `part` as a whole."""
    for _size in pieces(archive, part, start=start, end=end, text=text):
        pass


def _parser(*, start: Start, end: End, text: Text) -> Any:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: start(_local(name), attributes)
    parser.EndElementHandler = lambda name: end(_local(name))
    parser.CharacterDataHandler = text
    # No workbook has one; entities that grow without end begin here.
    parser.StartDoctypeDeclHandler = _refuse_document_type
    return parser


def _local(name: str) -> str:
    return name.rpartition(":")[2] if ":" in name else name


def _refuse_document_type(*_arguments: Any) -> NoReturn:
    raise damaged()
