"""Guessing passwords: who guesses, and what they are told. Counting is django-axes'."""

from __future__ import annotations

import ipaddress
import math

from axes.handlers.database import AxesDatabaseHandler
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from papyrus_site import logs

# Whoever has an address of version 6 has all of such a network.
NETWORK_BITS = 64


def client_address(request: HttpRequest) -> str | None:
    """Return the address that the request came from, as seen by the outermost of PAPYRUS_TRUSTED_PROXIES proxies.

    Each proxy appends whom it was asked by to X-Forwarded-For; what stands before their entries anybody may have
    written. An address of version 6 stands for its network. None when there is no address at all.
    """
    entries = [entry.strip() for entry in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    proxies = settings.TRUSTED_PROXIES
    told = entries[-proxies] if 0 < proxies <= len(entries) else ""
    return _normalised(told) or _normalised(request.META.get("REMOTE_ADDR", ""))


def client_words(*_: object) -> str:
    """Name a client in django-axes' log: not at all, since name and address are personal data."""
    return "a client"


def locked_out(request: HttpRequest, _response: HttpResponse, credentials: dict[str, str] | None) -> HttpResponse:
    """Answer an attempt that is not even looked at, with the minutes until the next one is."""
    request.META[logs.REASON] = "sign-in: locked out"
    minutes = max(1, math.ceil(_seconds_left(request, credentials) / 60))
    response = render(request, "sign_in/locked_out.html", {"minutes": minutes}, status=429)
    response.headers["Retry-After"] = str(minutes * 60)
    return response


def _seconds_left(request: HttpRequest, credentials: dict[str, str] | None) -> float:
    attempts = AxesDatabaseHandler().get_user_attempts(request, credentials)
    latest = max((attempt.attempt_time for found in attempts for attempt in found), default=timezone.now())
    return float((latest + settings.AXES_COOLOFF_TIME - timezone.now()).total_seconds())


def _normalised(text: str) -> str | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        return str(found.ipv4_mapped)
    if found.version == 6:
        return str(ipaddress.ip_network((found, NETWORK_BITS), strict=False).network_address)
    return str(found)
