"""Where a request came from, for what is recorded with it. The middleware of the site says it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

# Keys of `request.META`; no header of a request can be called so.
ADDRESS = "papyrus.client_address"
REQUEST_ID = "papyrus.request_id"


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The address somebody asked from, if it is known, and the id of the request in the logs."""

    address: str | None = None
    request_id: str = ""


def origin_of(request: HttpRequest) -> Origin:
    """Return where `request` came from."""
    return Origin(address=request.META.get(ADDRESS), request_id=request.META.get(REQUEST_ID, ""))
