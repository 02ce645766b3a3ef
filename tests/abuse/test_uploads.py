"""10,000 files that are no image, or not the one they claim to be, wherever a form takes a file."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.http import HttpRequest, QueryDict
from django.test import RequestFactory
from django.urls import resolve
from PIL import Image

from tests.abuse import images, tables
from tests.abuse.effort import FACTOR, IS_LONG
from tests.abuse.judge import Judge, slowness, worked
from tests.abuse.mutations import malformed
from tests.abuse.recipes import FILES, filled
from tests.abuse.sending import BOUNDARY, MULTIPART_TYPE, multipart, part
from tests.abuse.survey import Survey
from tests.abuse.targets import Form

# What Pillow warns of is refused a moment later.
pytestmark = pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning", "ignore::UserWarning:PIL")
FILES_SENT = 10_000
SEED = FACTOR if IS_LONG else 0
NAMES = [
    b'; filename="a.png"',
    b'; filename="a\r\nSet-Cookie: zz=9\r\n.png"',
    b"; filename*=utf-8''%0d%0aSet-Cookie:%20zz=9",
    b"; filename*=nowhere''a",
    b"; filename*=hex''zz",
    b'; filename="../../../etc/passwd"',
    b'; filename="..\\..\\a\0.png"',
    b'; filename="' + b"a" * 5000 + b'.png"',
    b'; filename="<zz9 onload=alert(1)>.svg"',
    '; filename="表ソ𠮷\u202egnp.exe"'.encode(),
    b'; filename=""',
    b"; filename=a;b;c",
]
LINES = [
    *(b"", b"Content-Type: image/svg+xml\r\n", b"Content-Type: text/html; charset=hex\r\n", b"Content-Length: -5\r\n"),
    *(
        b"Content-Type: a; charset*=nowhere''x\r\n",
        b"Content-Transfer-Encoding: base64\r\n",
        b": \r\n",
        b"X" * 2000 + b"\r\n",
    ),
]


HEADS = [*product(NAMES, LINES)] if IS_LONG else [*product(NAMES, LINES[:1]), *product(NAMES[:1], LINES)]


def forms_with_files(met: Survey) -> Iterator[tuple[Form, str]]:
    """Each form that takes a file, once for each address, with the name of its field."""
    seen = {(form.route, field.name): form for form in met.forms for field in form.fields if field.kind == "file"}
    assert seen, "no form takes a file any more"
    for (_route, name), form in seen.items():
        yield form, name


def wholes_and_bombs(form: Form) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """Files that `form` takes, and files that are worse than a mutation of these."""
    if form.route in FILES:
        return tables.wholes(), (*tables.bombs(), *images.polyglots())
    return images.wholes(), (*images.bombs(), *images.polyglots())


def test_page_holds_against_any_file(judge: Judge, met: Survey) -> None:
    for form, name in forms_with_files(met):
        pairs = [(each, value.encode()) for each, value in filled(form, judge.world)]
        wholes, worse = wholes_and_bombs(form)
        for content in (*worse, *malformed(wholes, count=20 * FACTOR, seed=SEED + 1)):
            judge.try_out(multipart(form, pairs, files=part(name, content, more=NAMES[0])))


def test_page_holds_against_any_file_name(judge: Judge, met: Survey) -> None:
    for form, name in forms_with_files(met):
        pairs = [(each, value.encode()) for each, value in filled(form, judge.world)]
        content = wholes_and_bombs(form)[0][0]
        for more, lines in HEADS:
            answer = judge.try_out(multipart(form, pairs, files=part(name, content, more=more, lines=lines)))
            assert "zz=9" not in str(answer.headers)


def test_image_form_holds_against_ten_thousand_files(judge: Judge, met: Survey) -> None:
    for form, name in forms_with_files(met):
        if form.route not in FILES:
            model_admin: Any = getattr(resolve(form.action).func, "model_admin", None)
            assert model_admin, f"{form.route} takes images and is none of the admin's: let this test make its form."
            form_class = model_admin.get_form(_uploading(form, judge, b""), None)
            kept = 0
            for content in malformed(images.wholes(), count=FILES_SENT * FACTOR, seed=SEED):
                request = _uploading(form, judge, part(name, content, more=NAMES[0]))
                kept += _is_kept(form_class(request.POST, request.FILES), name=name, content=content)
            assert 0 < kept < FILES_SENT * FACTOR / 2


def _is_kept(typed: Any, *, name: str, content: bytes) -> bool:
    """Whether the form takes the file; what it takes is a sound image."""
    # The other fields would each ask the database, ten thousand times.
    typed.fields = {name: typed.fields[name]}
    started = worked()
    errors = typed.errors.get(name)
    seconds = worked() - started
    assert seconds <= 2 or seconds / slowness() <= 2, f"{seconds:.1f} s for {content[:80]!r}… of {len(content)} bytes"
    cleaned = typed.cleaned_data.get(name)
    if isinstance(cleaned, bytes):
        with Image.open(io.BytesIO(cleaned), formats=["PNG"]) as image:
            image.load()
    return not errors and bool(cleaned)


def _uploading(form: Form, judge: Judge, uploaded: bytes) -> HttpRequest:
    body = uploaded + part("name", b"x") + f"--{BOUNDARY}--\r\n".encode()
    request = RequestFactory().generic("POST", form.action, body, content_type=MULTIPART_TYPE)
    request.user = judge.world.user
    assert isinstance(request.POST, QueryDict)
    return request
