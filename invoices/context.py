"""What every page of ours may ask for about notes."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from invoices import selectors


def waiting_notes(request: HttpRequest) -> dict[str, object]:
    """`waiting_count`, how many notes wait for approval, counted only where a template asks."""
    return {"waiting_count": SimpleLazyObject(selectors.count_waiting)}
