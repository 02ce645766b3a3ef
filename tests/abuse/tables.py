"""Files that claim to be price lists: whole ones of every kind that is read, and bombs."""

from __future__ import annotations

import io
import zipfile
from functools import cache

from tests.catalog.loads.files import HEADINGS, csv_bytes, xlsx_bytes, xlsx_of_parts

ROW = ("T-1", "表ソ能①", "1,200", "個", "standard", "", "=cmd|'!A0", "はい")
SHEET = '<worksheet><sheetData><row r="1">{}</row></sheetData></worksheet>'
ENTITIES = "".join(f'<!ENTITY e{depth} "{f"&e{depth - 1};" * 10}">' for depth in range(1, 12))


@cache
def wholes() -> tuple[bytes, ...]:
    """Price lists that can be read."""
    rows = [HEADINGS, ROW, ROW]
    texts = [csv_bytes(rows, encoding=name) for name in ("utf-8", "utf-8-sig", "cp932", "utf-16")]
    return (
        *texts,
        csv_bytes(rows).replace(b",", b"\t"),
        xlsx_bytes(rows),
        xlsx_of_parts(SHEET.format("<c><v>1</v></c>")),
    )


@cache
def bombs() -> tuple[bytes, ...]:
    """Files that are small and ask for much, or nest what does not belong in each other."""
    heading = ",".join(HEADINGS).encode() + b"\n"
    laughing = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "ha">{ENTITIES}]>' + SHEET.format("<c><v>&e11;</v></c>")
    reading = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + SHEET.format("<c><v>&e;</v></c>")
    return (
        *(heading + b'"' + b"x" * 300_000, heading + b"," * 300_000, heading + b'"' * 300_000, heading + b"\0" * 9000),
        *(b"," * 300_000, b"\n" * 300_000, b"\r" * 300_000, heading * 3000, heading + "T,x".encode("utf-16") * 50),
        *(xlsx_of_parts(laughing), xlsx_of_parts(reading), xlsx_of_parts("<a>" * 100_000), xlsx_of_parts("")),
        xlsx_of_parts(SHEET.format('<c r="ZZZZZZZZ99999999999"><v>1e999</v></c>')),
        xlsx_of_parts(SHEET.format('<c t="s"><v>-99999999999999999999</v></c>')),
        xlsx_of_parts(SHEET.format("<c><v>" + " " * 100_000_000 + "</v></c>")),
        *(_archive("xl/workbook.xml", b""), _archive("../../../tmp/x", b"x"), _archive("a" * 60_000, b"")),
    )


def _archive(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr(name, content)
    return file.getvalue()
