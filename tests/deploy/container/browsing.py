"""A browser without pictures: pages and forms of a running server, with its cookies."""

from __future__ import annotations

import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from http.cookiejar import CookieJar


class Browser:
    """Visits the server on `port` of this machine, as one user."""

    def __init__(self, *, port: int) -> None:
        self._site = f"http://127.0.0.1:{port}"
        self._cookies = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies))
        self.address = ""

    def get(self, path: str) -> bytes:
        """Return what stands at `path`, wherever it leads; `address` is then the path it led to."""
        return self._open(urllib.request.Request(self._site + path))  # noqa: S310 - this machine

    def send(self, path: str, fields: Mapping[str, str]) -> bytes:
        """Send a form with `fields` to `path`, with the token that the pages hand out, and return what follows."""
        token = next(cookie.value or "" for cookie in self._cookies if cookie.name == "csrftoken")
        body = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": token}).encode()
        return self._open(urllib.request.Request(self._site + path, data=body))  # noqa: S310 - this machine

    def has_session(self) -> bool:
        return any(cookie.name == "sessionid" for cookie in self._cookies)

    def _open(self, request: urllib.request.Request) -> bytes:
        try:
            with self._opener.open(request, timeout=60) as answer:
                self.address = answer.url.removeprefix(self._site)
                body: bytes = answer.read()
                return body
        except urllib.error.HTTPError as refused:
            said = re.sub(r"<[^>]+>", " ", refused.read().decode())
            raise AssertionError(f"{request.full_url}: {refused.code} {' '.join(said.split())[:500]}") from None
