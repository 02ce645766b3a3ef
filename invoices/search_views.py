"""The search for notes by what stands on them, and what was found as one ZIP."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from invoices import exporting, searching, selectors
from invoices.search_forms import SearchForm
from invoices.views import may_read

PLACES = ("older_than", "newer_than")


@may_read
@require_safe
def note_search(request: HttpRequest) -> HttpResponse:
    """The form, and once something was looked for a page of what was found."""
    form = SearchForm(request.GET or None)
    context = {"form": form, "most": exporting.MOST_NOTES, "waiting": selectors.unarchived_notes().count()}
    if not form.is_bound or not form.is_valid():
        return render(request, "invoices/note_search.html", context, status=422 if form.is_bound else 200)
    place = {name: value for name in PLACES if (value := _note_id(request.GET.get(name, ""))) is not None}
    page = searching.page(form.conditions, **dict(list(place.items())[:1]))
    return render(
        request, "invoices/note_search.html", context | {"page": page, "most_counted": searching.MOST_COUNTED}
    )


@may_read
@require_safe
def note_export(request: HttpRequest) -> HttpResponseBase:
    """What is found as a ZIP. Too many notes are refused on the page that found them."""
    form = SearchForm(request.GET)
    found = f"{reverse('invoices:note_search')}?{request.GET.urlencode()}"
    if not form.is_valid():
        return redirect(found)
    note_ids = searching.ids_of(form.conditions, most=exporting.MOST_NOTES)
    if len(note_ids) > exporting.MOST_NOTES:
        text = _(
            "More than %(most)s notes match, and at most %(most)s can be exported at once. Narrow the search, for "
            "example to one month, and export month by month."
        )
        messages.error(request, text % {"most": f"{exporting.MOST_NOTES:,}"})
        return redirect(found)
    return _download(note_ids)


def _download(note_ids: list[int]) -> StreamingHttpResponse:
    now = timezone.localtime()
    name = f"{_('delivery notes')}_{now:%Y%m%d-%H%M}.zip"
    return StreamingHttpResponse(
        exporting.zipped(note_ids, now=now),
        content_type="application/zip",
        headers={"Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or "attachment"},
    )


def _note_id(typed: str) -> int | None:
    """A note's id, or None for what can be none."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else None
