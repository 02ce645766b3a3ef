"""The seal image (角印) as a PDF image that is the same bytes everywhere."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from io import BytesIO

import deflate
from PIL import Image, UnidentifiedImageError
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFDocument, PDFObjectReference, PDFStream

from invoices.domain.errors import DomainError, gettext_noop
from typesetting.references import reference

_COMPRESSION_LEVEL = 1
_JPEG_COLOURS = {"L": "/DeviceGray", "RGB": "/DeviceRGB"}


class UnreadableSeal(DomainError):
    template = gettext_noop("The seal image cannot be read. Save it as a PNG or JPEG file and upload it again.")


class Seal:
    """An image ready to be written: decoded and compressed once, then shared by documents and threads."""

    def __init__(self, content: bytes) -> None:
        """Raises UnreadableSeal when `content` is not an image."""
        self._name = sha256(content).hexdigest()[:16]
        image = _opened(content)
        self.width, self.height = image.size
        self._alpha: bytes | None = None
        if image.format == "JPEG" and image.mode in _JPEG_COLOURS:
            self._pixels, self._filter, self._colours = content, "/DCTDecode", _JPEG_COLOURS[image.mode]
        else:
            self._read_pixels(image)

    def name_in(self, document: PDFDocument) -> str:
        """Return the name of the image in `document`, writing it there when it is first asked for."""
        full_name = document.getXObjectName(self._name)
        if full_name not in document.idToObject:
            reference(document, self._image(document), full_name)
        return self._name

    def _read_pixels(self, image: Image.Image) -> None:
        rgba = image.convert("RGBA")
        self._pixels, self._filter, self._colours = _compressed(rgba.convert("RGB")), "/FlateDecode", "/DeviceRGB"
        alpha = rgba.getchannel("A")
        if alpha.getextrema() != (255, 255):
            self._alpha = _compressed(alpha)

    def _image(self, document: PDFDocument) -> PDFStream:
        entries = self._entries(self._filter, self._colours)
        if self._alpha:
            entries["SMask"] = self._mask(document, self._alpha)
        return PDFStream(dictionary=PDFDictionary(entries), content=self._pixels)

    def _mask(self, document: PDFDocument, alpha: bytes) -> PDFObjectReference:
        entries = self._entries("/FlateDecode", "/DeviceGray")
        return reference(document, PDFStream(dictionary=PDFDictionary(entries), content=alpha))

    def _entries(self, stream_filter: str, colours: str) -> dict[str, object]:
        return {
            "Type": "/XObject",
            "Subtype": "/Image",
            "Width": self.width,
            "Height": self.height,
            "BitsPerComponent": 8,
            "ColorSpace": colours,
            "Filter": stream_filter,
        }


@lru_cache(maxsize=16)
def seal_of(content: bytes) -> Seal:
    """Return the seal for the bytes of a PNG or JPEG file. Raises UnreadableSeal for anything else."""
    return Seal(content)


def _opened(content: bytes) -> Image.Image:
    try:
        image = Image.open(BytesIO(content), formats=("PNG", "JPEG"))
        image.load()
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnreadableSeal from error
    return image


def _compressed(image: Image.Image) -> bytes:
    return bytes(deflate.zlib_compress(image.tobytes(), _COMPRESSION_LEVEL))
