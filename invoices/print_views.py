"""Printing of notes: sets, reprints, and many notes at once."""

from __future__ import annotations

import uuid
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from invoices import print_selectors, printing
from invoices.domain.errors import DomainError
from invoices.messages import worded
from invoices.models import DeliveryNote, PrintRun
from invoices.origin import origin_of
from invoices.print_forms import DayForm, PrintForm, RunForm
from invoices.print_selectors import PrintOrder
from invoices.views import FILE_POLICY, may_read, may_write, no_such_note, signed_in


@may_write
@require_POST
def note_print(request: HttpRequest, note_id: int) -> HttpResponse:
    """Record a printing of one note and show it beside the note's story."""
    form = PrintForm(request.POST)
    if not form.is_valid():
        for error in dict.fromkeys(str(text) for texts in form.errors.values() for text in texts):
            messages.error(request, error)
        return redirect("invoices:note_detail", note_id)
    try:
        run = printing.print_note(
            note_id=note_id,
            profile=form.profile,
            key=form.cleaned_data["key"],
            by=signed_in(request),
            origin=origin_of(request),
        )
    except DeliveryNote.DoesNotExist:
        raise no_such_note() from None
    except DomainError as error:
        messages.error(request, worded(error))
        return redirect("invoices:note_detail", note_id)
    return redirect(f"{reverse('invoices:note_detail', args=[note_id])}?print={run.pk}")


@may_read
@require_safe
def print_day(request: HttpRequest) -> HttpResponse:
    """What is delivered on a day, by route and customer, each with a button that prints it."""
    form = DayForm(request.GET or {"on": timezone.localdate()})
    chosen: date | None = form.cleaned_data["on"] if form.is_valid() else None
    context = {
        "form": form,
        "day": chosen,
        "groups": print_selectors.groups_of_day(chosen) if chosen else [],
        "orders": PrintOrder.choices,
        "key": uuid.uuid4(),
    }
    return render(request, "invoices/print_day.html", context)


@may_write
@require_POST
def print_new(request: HttpRequest) -> HttpResponse:
    """Record the printing of the ticked notes, or of a day's, and show it."""
    form = RunForm(request.POST)
    try:
        run = _recorded(request, form)
    except DomainError as error:
        messages.error(request, worded(error))
        return redirect(_where_from(form))
    return redirect("invoices:print_detail", run.pk)


@may_read
@require_safe
def print_detail(request: HttpRequest, run_id: int) -> HttpResponse:
    """A run: what it holds, what could not be printed and why, and its file."""
    run = _run_or_404(run_id)
    context = {"run": run, "unprinted": print_selectors.unprinted_in(run), "count": run.printings.count()}
    return render(request, "invoices/print_detail.html", context)


@may_read
@require_safe
def print_pdf(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """The file of a run, inline, sent while it is drawn."""
    run = _run_or_404(run_id)
    name = f"{print_selectors.title_of(run)}.pdf".replace(" ", "_")
    return StreamingHttpResponse(
        printing.draw_run(run),
        content_type="application/pdf",
        headers={
            "Content-Disposition": content_disposition_header(as_attachment=False, filename=name) or "inline",
            "Content-Security-Policy": FILE_POLICY,
            "X-Frame-Options": "SAMEORIGIN",
        },
    )


def _recorded(request: HttpRequest, form: RunForm) -> PrintRun:
    if not form.is_valid():
        raise printing.NothingChosen
    sent, order = form.cleaned_data, form.order_chosen
    if sent["delivered_on"]:
        chosen = print_selectors.ids_of_day(
            sent["delivered_on"],
            route=form.route_chosen,
            customer_id=sent["customer"],
            printed_too=sent["printed_too"],
            order=order,
        )
    else:
        chosen = print_selectors.in_order(sent["note"], order)
    return printing.print_notes(
        note_ids=chosen, key=sent["key"] or uuid.uuid4(), by=signed_in(request), origin=origin_of(request)
    )


def _where_from(form: RunForm) -> str:
    day = form.cleaned_data.get("delivered_on")
    return f"{reverse('invoices:print_day')}?on={day}" if day else f"{reverse('invoices:note_list')}?state=all"


def _run_or_404(run_id: int) -> PrintRun:
    run = print_selectors.run_with_person(run_id)
    if run is None:
        raise Http404(_("There is no such printing."))
    return run
