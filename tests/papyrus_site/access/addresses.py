"""Every address of the URLconf, as docs/roles.md writes it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver, resolve

NAMED_GROUP = re.compile(r"\(\?P<(\w+)>[^()]*(?:\([^()]*\)[^()]*)*\)")
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


def written(route: str) -> str:
    """Return a route as the table writes it: a regular expression's groups by their names, no anchors."""
    return "/" + NAMED_GROUP.sub(r"<\1>", route.replace("$", "").replace("^", ""))


def all_addresses() -> list[str]:
    """Return the addresses of all views, those of libraries too."""
    return [written(route) for route in _routes(get_resolver())]


def address_of(path: str) -> str:
    """Return which address answers `path`."""
    return written(resolve(path).route)


def path_of(address: str, arguments: dict[str, object]) -> str:
    """Return `address` with `arguments` in the place of its parameters."""
    return PARAMETER.sub(lambda found: str(arguments[found[1]]), address)


def _routes(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for each in resolver.url_patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLPattern):
            yield route
        else:
            yield from _routes(each, route)
