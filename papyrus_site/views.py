"""Where a user begins."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def start(request: HttpRequest) -> HttpResponse:
    """Lead a clerk to the delivery notes and product staff to the admin."""
    if request.user.has_perm("invoices.view_deliverynote") or not request.user.is_staff:
        return redirect("invoices:note_list")
    return redirect("admin:index")
