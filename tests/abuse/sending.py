"""How a browser sends a form."""

from __future__ import annotations

from urllib.parse import quote_from_bytes

from tests.abuse.judge import Attempt
from tests.abuse.recipes import FILES
from tests.abuse.targets import Form

Pairs = list[tuple[str, bytes]]
FORM_TYPE = "application/x-www-form-urlencoded"
BOUNDARY = "----edge"
MULTIPART_TYPE = f"multipart/form-data; boundary={BOUNDARY}"
FILE_NAME = b'; filename="a.csv"'


def submission(form: Form, pairs: list[tuple[str, str]]) -> Attempt:
    """Return `form` sent with `pairs`, and with the files of its recipe where it has some."""
    typed = [(name, value.encode()) for name, value in pairs]
    if form.method == "get":
        return Attempt(path=f"{form.action.split('?')[0]}?{encoded(typed)}", is_signed_in=not form.is_for_outsiders)
    return multipart(form, typed) if form.route in FILES else urlencoded(form, typed)


def urlencoded(form: Form, pairs: Pairs) -> Attempt:
    """Return `form` posted with `pairs`, as a browser does where there is no file."""
    return _posted(form, encoded(pairs).encode(), FORM_TYPE)


def multipart(form: Form, pairs: Pairs, *, files: bytes = b"") -> Attempt:
    """Return `form` posted with `pairs` and `files`, parts of a body; without these, with the files of its recipe."""
    recipe = FILES.get(form.route, {}).items()
    attached = files or b"".join(part(name, content, more=FILE_NAME) for name, content in recipe)
    parts = b"".join(part(name, value) for name, value in pairs)
    return _posted(form, parts + attached + f"--{BOUNDARY}--\r\n".encode(), MULTIPART_TYPE)


def part(name: str, content: bytes, *, more: bytes = b"", lines: bytes = b"") -> bytes:
    """Return one part of a multipart body; `more` follows the name in its head, `lines` the head's first line."""
    quoted = name.replace('"', "%22").encode()
    head = b'Content-Disposition: form-data; name="' + quoted + b'"' + more
    return b"--" + BOUNDARY.encode() + b"\r\n" + head + b"\r\n" + lines + b"\r\n" + content + b"\r\n"


def encoded(pairs: Pairs) -> str:
    """Return `pairs` as in a query string."""
    return "&".join(f"{quote_from_bytes(name.encode())}={quote_from_bytes(value)}" for name, value in pairs)


def _posted(form: Form, body: bytes, content_type: str) -> Attempt:
    who = not form.is_for_outsiders
    return Attempt(path=form.action, method="POST", body=body, content_type=content_type, is_signed_in=who)
