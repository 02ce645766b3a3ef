"""Draw a picture of every document for docs/pictures/documents: python -m tests.pictures"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from PIL import Image

from invoices.domain.document import Copy, Document, Envelope, Language, Original
from invoices.domain.eras import ERAS
from invoices.pdf import Leaf, ToPrint, Unprinted, draw_batch, render_leaves
from tests.invoices.pdf.documents import SHIP_TO, document, return_note

FOLDER = Path(__file__).parents[1] / "docs" / "pictures" / "documents"
RESOLUTION = 60
COLOURS = 48


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, pdf in (pictures() | {"first-sheet": first_sheet()}).items():
        command = ["pdftoppm", "-png", "-r", str(RESOLUTION), "-singlefile", "-"]
        drawn = subprocess.run(command, input=pdf, check=True, capture_output=True).stdout
        with Image.open(BytesIO(drawn)) as image:
            image.convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE).save(
                FOLDER / f"{name}.png", optimize=True
            )


def pictures() -> dict[str, bytes]:
    """Return the PDF of each document by its name."""
    return {name: render_leaves(leaves) for name, leaves in documents().items()}


def documents() -> Mapping[str, Sequence[Leaf]]:
    """Return each kind of document and of sheet."""
    note = document(9)
    few = document(6, notes="")
    coded = tuple(replace(line, customer_code=f"K-{place:03}") for place, line in enumerate(note.lines, 1))
    return {
        "note": [(note,)],
        "file-copy": [(replace(note, copy=Copy.FILE_COPY),)],
        "receipt": [(_receipt(note),)],
        "without-prices": [(replace(note, is_price_hidden=True, ship_to=SHIP_TO),)],
        "halves": [(few, _receipt(few))],
        "window": [(replace(note, envelope=Envelope.WINDOW),)],
        "english": [(replace(note, language=Language.ENGLISH, lines=coded),)],
        "era-dates-and-codes": [(replace(note, eras=ERAS, lines=coded),)],
        "reprint": [(replace(note, reprint_ordinal=1),)],
        "void": [(replace(note, is_void=True),)],
        "draft": [(replace(note, number=None, issued_on=None),)],
        "return": [(return_note(),)],
        "correction": [(replace(note, number="DN-2026-000002", corrects=_corrected(note)),)],
    }


def first_sheet() -> bytes:
    """Return a batch in which two notes could not be printed."""
    missing = [
        Unprinted(
            number="下書き 12", customer="有限会社見本", reason="まだ発行されていません。発行してから印刷してください。"
        ),
        Unprinted(number="DN-2026-000003", customer="株式会社見本商事", reason="無効です。"),
    ]
    note = ToPrint(number="DN-2026-000001", customer="", leaves=[(document(3),)])
    return b"".join(draw_batch([*missing, note], title="", author="", created="D:20261123", worded=str))


def _corrected(note: Document) -> Original:
    return Original(number=note.number or "", delivered_on=note.delivered_on)


def _receipt(note: Document) -> Document:
    return replace(note, copy=Copy.RECEIPT)


if __name__ == "__main__":
    main()
