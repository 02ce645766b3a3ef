"""Requests to the admin as a browser sends them: a page is opened before its form is sent."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.test import Client

OPENED = re.compile(r'name="_opened" value="([^"]*)"')


def opened(client: Client, address: str) -> str:
    """Open a page and return what its form says it was opened with; nothing when it has no such form."""
    answer = client.get(address)
    return "" if answer.streaming else opened_with(answer.content.decode())


def opened_with(page: str) -> str:
    """Return what the form of `page` says it was opened with."""
    found = OPENED.search(page)
    return unescape(found[1]) if found else ""


class OpeningClient(Client):
    """Opens the page of an object before it posts to it, unless it is told what the page was opened with."""

    def post(self, path: Any, data: Any = None, *args: Any, **kwargs: Any) -> Any:
        if str(path).endswith("/change/") and isinstance(data, dict) and "_opened" not in data:
            data = {**data, "_opened": opened(self, str(path))}
        return super().post(path, data, *args, **kwargs)
