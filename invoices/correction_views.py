"""The page that begins a correction (訂正). It makes one service call and says what came of it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from invoices import corrections
from invoices.correction_forms import CorrectionForm
from invoices.corrections import MissingCorrectionReason, NotCorrectable
from invoices.messages import worded
from invoices.models import DeliveryNote
from invoices.return_notes import HasReturns
from invoices.views import may_write, note_or_404, signed_in


@may_write
@require_http_methods(["GET", "HEAD", "POST"])
def note_correct(request: HttpRequest, note_id: int) -> HttpResponse:
    """Ask for the reason, then open the draft that will stand in the place of an issued note."""
    note = note_or_404(note_id)
    if not note.is_issued or note.is_void or note.is_return:
        messages.error(request, worded(NotCorrectable(note=note)))
        return redirect("invoices:note_detail", note_id)
    if request.method == "POST":
        return _begin(request, note)
    return _page(request, note, CorrectionForm(initial={"creation_key": uuid.uuid4()}))


def _begin(request: HttpRequest, note: DeliveryNote) -> HttpResponse:
    form = CorrectionForm(request.POST)
    if not form.is_valid():
        return _page(request, note, form)
    try:
        correction = corrections.begin(note_id=note.pk, author=signed_in(request), **form.cleaned_data)
    except (MissingCorrectionReason, HasReturns) as error:
        form.add_error("reason", worded(error))
        return _page(request, note, form)
    except NotCorrectable as error:
        messages.error(request, worded(error))
        return redirect("invoices:note_detail", note.pk)
    text = _("Change what was wrong and issue it. %(number)s becomes void in that moment.")
    messages.success(request, text % {"number": note.number})
    return redirect("invoices:note_edit", correction.pk)


def _page(request: HttpRequest, note: DeliveryNote, form: CorrectionForm) -> HttpResponse:
    return render(request, "invoices/note_correct.html", {"note": note, "form": form})
