"""Files that claim to be images: whole ones of many kinds, bombs, and files that are two things at once."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from functools import cache

from PIL import Image, PngImagePlugin

SIGNATURE = b"\x89PNG\r\n\x1a\n"


@cache
def wholes() -> tuple[bytes, ...]:
    """Small images that are as they should be, with everything a file of their kind may hold."""
    pictures = [("PNG", mode) for mode in ("RGBA", "RGB", "L", "LA", "P", "1", "I;16")]
    pictures += [("JPEG", mode) for mode in ("RGB", "L", "CMYK")]
    pictures += [(kind, "RGB") for kind in ("GIF", "BMP", "TIFF", "WEBP", "ICO", "PPM", "TGA", "PDF")]
    return (*(_drawn(kind, mode) for kind, mode in pictures), _progressive(), _laden(), _animated())


@cache
def bombs() -> tuple[bytes, ...]:
    """Files that are small and ask for much."""
    wide, tall = png(width=2_000_000_000, height=1), png(width=1, height=2_000_000_000)
    zeros = zlib.compress(b"\0" * 50_000_000, 9)
    text = chunk(b"zTXt", b"a\0\0" + zeros)
    profile = chunk(b"iCCP", b"a\0\0" + zeros)
    return (
        *(wide, tall, png(width=65_535, height=65_535), png(width=0, height=0), png(width=2**31, height=2**31)),
        *(png(width=1, height=1, idat=zeros), png(width=2000, height=2000, idat=zeros[:300_000])),
        *(png(width=8, height=8, before=text * 3), png(width=8, height=8, before=profile)),
        png(width=8, height=8, before=chunk(b"tEXt", b"a\0b") * 30_000),
        *(_scans(count=20_000), _jpeg_size(b"\xff\xff\xff\xff"), _jpeg_size(b"\0\0\0\0")),
    )


@cache
def polyglots() -> tuple[bytes, ...]:
    """Files that are an image to one reader and something else to another."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("index.html", "<script>alert(1)</script>")
    page = b"<!doctype html><script>alert(1)</script>"
    scripts = (
        page,
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"%PDF-1.7\n%%EOF",
        b"%!PS\n",
        b"GIF89a/*",
    )
    return (
        *scripts,
        archive.getvalue(),
        *(png() + tail for tail in (*scripts, archive.getvalue())),
        *(head + png() for head in scripts),
        png(before=chunk(b"tEXt", b"Comment\0" + page)),
        *(
            b"",
            b"\0",
            SIGNATURE,
            SIGNATURE * 99,
            b"\xff\xd8",
            b"\xff\xd8\xff\xd9",
            b"\xff" * 3000,
            b"BM" + b"\xff" * 60,
        ),
    )


def png(*, width: int = 2, height: int = 2, idat: bytes | None = None, before: bytes = b"") -> bytes:
    """A PNG that claims this size; `before` stands in front of its pixels."""
    pixels = zlib.compress(b"\0" * 18) if idat is None else idat
    head = struct.pack(">IIBBBBB", width & 0xFFFFFFFF, height & 0xFFFFFFFF, 8, 6, 0, 0, 0)
    return SIGNATURE + chunk(b"IHDR", head) + before + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _drawn(kind: str, mode: str) -> bytes:
    written = io.BytesIO()
    picture = Image.new(mode, (6, 5))
    picture.save(written, kind)
    return written.getvalue()


def _progressive() -> bytes:
    written = io.BytesIO()
    Image.linear_gradient("L").resize((24, 24)).convert("RGB").save(
        written, "JPEG", progressive=True, exif=b"Exif\0\0MM\0*"
    )
    return written.getvalue()


def _laden() -> bytes:
    written, texts = io.BytesIO(), PngImagePlugin.PngInfo()
    texts.add_text("a", "b")
    texts.add_text("z", "z" * 90, zip=True)
    texts.add_itxt("i", "表", zip=True)
    Image.new("RGBA", (6, 5)).save(
        written, "PNG", pnginfo=texts, dpi=(72, 72), exif=b"Exif\0\0MM\0*", icc_profile=b"x" * 90
    )
    return written.getvalue()


def _animated() -> bytes:
    written = io.BytesIO()
    frames = [Image.new("RGB", (6, 5), colour) for colour in ("red", "blue")]
    frames[0].save(written, "PNG", save_all=True, append_images=frames[1:])
    return written.getvalue()


def _scans(*, count: int) -> bytes:
    """A progressive JPEG of the largest size that is allowed, with thousands of scans in which nothing changes."""
    written = io.BytesIO()
    Image.new("L", (2000, 2000)).save(written, "JPEG", progressive=True)
    content = written.getvalue()
    begin = content.rindex(b"\xff\xda")
    return content[:begin] + (content[begin:-2]) * min(count, 480_000 // len(content[begin:-2])) + b"\xff\xd9"


def _jpeg_size(size: bytes) -> bytes:
    content = _drawn("JPEG", "RGB")
    at = content.index(b"\xff\xc0") + 5
    return content[:at] + size + content[at + 4 :]
