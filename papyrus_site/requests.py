"""What a request may claim of itself, so that no header brings down what reads it."""

from __future__ import annotations

import codecs
from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.functional import cached_property
from django.utils.http import parse_header_parameters


class PlainRequest(WSGIRequest):
    """A request that is read as UTF-8, with cookies of which each can be looked up.

    A body in another charset is not read at all: Django would decode body and query by whatever codec of Python the
    sender names, and some fail on any text. A head that cannot be read counts as none.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
            is_read = codecs.lookup(self.content_params.get("charset", "utf-8")).name == "utf-8"
        except (LookupError, ValueError):
            is_read = False
        if not is_read:
            self.content_type, self.content_params = "", {}

    @cached_property
    def COOKIES(self) -> dict[str, str]:  # type: ignore[override]  # noqa: N802 - as Django has it
        # A quoted cookie may hold a NUL, written \000, which the table of sessions cannot be asked for.
        return {name: value for name, value in super().COOKIES.items() if "\0" not in value}


class Handler(WSGIHandler):
    """Django's WSGI application with requests of ours."""

    request_class = PlainRequest
