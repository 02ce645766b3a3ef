from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from invoices.pdf import UnreadableSeal, render, render_many
from tests.invoices.pdf.documents import ISSUER, document, seal


def images(pdf: bytes) -> list[Any]:
    """Return the images of all pages, each once."""
    found = {}
    for page in PdfReader(BytesIO(pdf)).pages:
        resources: Any = page["/Resources"]
        for reference in resources.get("/XObject", {}).values():
            found[reference.idnum if hasattr(reference, "idnum") else id(reference)] = reference.get_object()
    return list(found.values())


def with_seal(content: bytes | None) -> bytes:
    return render(document(1, issuer=replace(ISSUER, seal=content)))


def test_seal_keeps_its_transparency_when_it_is_a_png() -> None:
    (image,) = images(with_seal(seal()))
    assert (image["/Width"], image["/Height"], image["/ColorSpace"]) == (240, 240, "/DeviceRGB")
    assert len(image.get_data()) == 240 * 240 * 3
    assert len(image["/SMask"].get_data()) == 240 * 240


def test_seal_has_no_mask_when_it_is_opaque() -> None:
    (image,) = images(with_seal(seal(is_transparent=False)))
    assert "/SMask" not in image


def test_seal_is_embedded_as_it_is_when_it_is_a_jpeg() -> None:
    content = seal(image_format="JPEG")
    assert content in with_seal(content)


def test_seal_is_absent_when_the_issuer_has_none() -> None:
    assert images(with_seal(None)) == []


def test_seal_is_written_once_when_many_notes_bear_it() -> None:
    assert len(images(render_many([document(), document(45)]))) == 1


@pytest.mark.parametrize("content", [b"", b"not an image", seal()[:200]])
def test_render_refuses_when_the_seal_is_not_an_image(content: bytes) -> None:
    with pytest.raises(UnreadableSeal):
        with_seal(content)
