"""Pages of signed receipts: recording one, and looking at its scan."""

from __future__ import annotations

import logging
import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from invoices import receipts, scans, selectors
from invoices.domain.errors import DomainError
from invoices.messages import worded
from invoices.models import DeliveryNote, NoteState, ScanKind
from invoices.receipt_forms import ReceiptForm
from invoices.receipts import NotReceivable
from invoices.scans import ScanLost
from invoices.views import FILE_POLICY, may_read, may_write, note_or_404, signed_in

logger = logging.getLogger("papyrus")
# A browser lays a picture out by styles of its own. There is no script, whatever the file should turn out to be.
PICTURE_POLICY = f"{FILE_POLICY}; style-src 'unsafe-inline'; sandbox"


@may_write
@require_http_methods(["GET", "HEAD", "POST"])
def receipt_new(request: HttpRequest, note_id: int) -> HttpResponse:
    """Ask when and by whom the goods were received, and record that."""
    note, today = note_or_404(note_id), timezone.localdate()
    if note.state != NoteState.ISSUED:
        messages.error(request, worded(NotReceivable(note=note)))
        return redirect("invoices:note_detail", note_id)
    if request.method == "POST":
        return _record(request, note, ReceiptForm(request.POST, request.FILES, today=today))
    last = note.receipts.last()
    known = {"received_on": last.received_on, "signed_by": last.signed_by} if last else {"received_on": today}
    return _page(request, note, ReceiptForm(today=today, initial={"creation_key": uuid.uuid4(), **known}))


@may_read
@require_safe
def receipt_scan(request: HttpRequest, note_id: int, receipt_id: int) -> HttpResponse:
    """The scan, inline. Whatever is in it, the browser is told what it is and lets it do nothing."""
    receipt = selectors.receipt_with_scan(note_id=note_id, receipt_id=receipt_id)
    if receipt is None:
        raise Http404(_("There is no such scan."))
    try:
        scan = scans.read(receipt)
    except ScanLost:
        logger.exception("scan.lost", extra={"note_id": note_id})
        messages.error(
            request, _("The scan cannot be read from the archive just now. An operator finds the reason in the log.")
        )
        return redirect("invoices:note_detail", note_id)
    name = content_disposition_header(as_attachment=False, filename=scans.file_name(receipt))
    policy = FILE_POLICY if scan.kind is ScanKind.PDF else PICTURE_POLICY
    headers = {"Content-Disposition": name or "inline", "Content-Security-Policy": policy}
    return HttpResponse(scan.content, content_type=scan.kind.value, headers=headers)


def _record(request: HttpRequest, note: DeliveryNote, form: ReceiptForm) -> HttpResponse:
    if not form.is_valid():
        return _page(request, note, form, status=422)
    try:
        receipts.record(note=note, author=signed_in(request), **form.cleaned_data)
    except DomainError as error:
        form.add_error(None, worded(error))
        return _page(request, note, form, status=409)
    messages.success(request, _("%(number)s is marked as received.") % {"number": note.number})
    return redirect("invoices:note_detail", note.pk)


def _page(request: HttpRequest, note: DeliveryNote, form: ReceiptForm, *, status: int = 200) -> HttpResponse:
    return render(request, "invoices/receipt_form.html", {"note": note, "form": form}, status=status)
