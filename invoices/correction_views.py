"""The page that begins a correction (訂正), and the log of corrections and voids."""

from __future__ import annotations

import tempfile
import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog.loads import writing
from catalog.loads.writing import FileForm
from invoices import correction_log, corrections
from invoices.correction_forms import CorrectionForm, DaysForm
from invoices.corrections import MissingCorrectionReason, NotCorrectable
from invoices.messages import worded
from invoices.models import DeliveryNote
from invoices.return_notes import HasReturns
from invoices.views import PAGE_SIZE, may_read, may_write, note_or_404, signed_in


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


@may_read
@require_safe
def correction_log_page(request: HttpRequest) -> HttpResponse:
    """What was corrected or voided, the latest first; of the days between two dates if these are given."""
    form = DaysForm(request.GET)
    page = Paginator(_chosen(form), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "entries": [correction_log.entry_of(note) for note in page],
        "headings": correction_log.HEADINGS,
    }
    return render(request, "invoices/correction_log.html", context)


@may_read
@require_safe
def correction_log_csv(request: HttpRequest) -> FileResponse:
    """The same as CSV, all of it: UTF-8 with a mark, as Excel wants it."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    writing.write(correction_log.rows(_chosen(DaysForm(request.GET))), file, form=FileForm.CSV)
    file.seek(0)
    name = f"{_('corrections-and-voids')}_{timezone.localdate():%Y%m%d}.csv"
    return FileResponse(file, as_attachment=True, filename=name, content_type=FileForm.CSV.content_type)


def _chosen(form: DaysForm) -> QuerySet[DeliveryNote]:
    """The notes between the form's dates; what is no date narrows nothing."""
    form.is_valid()
    days = form.cleaned_data
    return correction_log.logged(since=days.get("since"), until=days.get("until"))


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
    return redirect("invoices:note_edit", correction.pk)


def _page(request: HttpRequest, note: DeliveryNote, form: CorrectionForm) -> HttpResponse:
    return render(request, "invoices/note_correct.html", {"note": note, "form": form})
