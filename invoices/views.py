"""Pages of a clerk. Each makes one service call and says what came of it."""

from __future__ import annotations

import dataclasses
import uuid
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.answers import answers_typed
from invoices import approvals, archive, history, issuing, pdf, print_selectors, printing, selectors, services, snapshot
from invoices.domain.errors import DomainError
from invoices.forms import CopyForm, VoidForm
from invoices.messages import worded
from invoices.models import DeliveryNote, NoteState
from invoices.print_forms import PrintForm
from invoices.print_selectors import PrintOrder
from invoices.return_notes import HasReturns
from invoices.services import MissingReason, NoteNotDraft, NoteWaiting

PAGE_SIZE = 50
MAX_TYPED = 200
# Whatever a file should turn out to be, it runs nothing. Our own pages show it in a frame.
FILE_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
READ = "invoices.view_deliverynote"
WRITE = "invoices.change_deliverynote"
APPROVE = "invoices.approve_deliverynote"
may_read = permission_required(READ, raise_exception=True)
may_write = permission_required(WRITE, raise_exception=True)


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Lead who reads no notes to the admin, who approves and does not write to what waits, others to the notes."""
    user = request.user
    if not user.has_perm(READ) and admin.site.has_permission(request):
        return redirect("admin:index")
    if not request.GET and user.has_perm(APPROVE) and not user.has_perm(WRITE):
        return redirect(f"{reverse('invoices:note_list')}?state={NoteState.WAITING}")
    return note_list(request)


@may_read
@require_safe
def note_list(request: HttpRequest) -> HttpResponse:
    """Notes, newest first, with search and state filter."""
    typed = request.GET.get("q", "").replace("\0", "")[:MAX_TYPED]
    state = request.GET.get("state", "")
    state = state if state in (*NoteState.values, selectors.UNPRINTED) else ""
    page = Paginator(selectors.notes_to_list(typed=typed, state=state), PAGE_SIZE).get_page(request.GET.get("page"))
    states = [*NoteState.choices, (selectors.UNPRINTED, _("Not yet printed"))]
    context = {"page": page, "typed": typed, "state": state, "states": states}
    return render(request, "invoices/note_list.html", context | {"orders": PrintOrder.choices, "key": uuid.uuid4()})


@may_read
@require_safe
def note_detail(request: HttpRequest, note_id: int) -> HttpResponse:
    """A note's PDF and its story. A draft shows its form to whoever writes, to others what it holds."""
    note = note_or_404(note_id)
    if note.is_draft and request.user.has_perm(WRITE):
        return redirect("invoices:note_edit", note_id)
    context = {
        "note": note,
        "steps": selectors.told_steps(note_id),
        "copy_key": uuid.uuid4(),
        "returns": selectors.returns_of(note_id) if note.is_issued else [],
        "correction": selectors.correction_of(note_id) if note.is_issued else None,
        "receipts": selectors.receipts_of(note_id) if note.is_issued else [],
        "mails": selectors.mails_of(note_id) if note.is_issued else [],
    }
    if note.is_draft:
        return render(request, "invoices/draft_detail.html", context)
    return render(request, "invoices/note_detail.html", context | _as_read(request, note) | _printings(request, note))


@may_read
@require_safe
def note_pdf(request: HttpRequest, note_id: int) -> HttpResponse:
    """The PDF, inline: as issued, or marked void, or of a draft as it would be issued."""
    note = note_or_404(note_id)
    if not note.is_issued:
        try:
            document = issuing.document_of(note)
        except DomainError as error:
            messages.error(request, worded(error))
            return redirect("invoices:note_detail", note_id)
        return inline(pdf.render(document), name=archive.file_name(document.number))
    document = dataclasses.replace(snapshot.restore(note.snapshot), is_void=note.is_void)
    content = pdf.render(document) if note.is_void else archive.pdf_of(note)
    return inline(content, name=archive.file_name(document.number))


@may_write
@require_POST
def note_copy(request: HttpRequest, note_id: int) -> HttpResponse:
    """A new draft with the same content, delivered today. The same button pressed twice makes one."""
    form = CopyForm(request.POST)
    key = form.cleaned_data["creation_key"] if form.is_valid() else uuid.uuid4()
    today = timezone.localdate()
    try:
        copy = services.copy_note(note_id=note_id, creation_key=key, delivered_on=today, author=signed_in(request))
    except DeliveryNote.DoesNotExist:
        raise no_such_note() from None
    messages.success(request, _("This is a copy. It is a draft with today's delivery date."))
    return redirect("invoices:note_edit", copy.pk)


@may_write
@require_http_methods(["GET", "HEAD", "POST"])
def note_delete(request: HttpRequest, note_id: int) -> HttpResponse:
    """Ask, then delete a draft. Asked twice it is deleted once, and nobody is bothered."""
    if request.method == "POST":
        return _delete(request, note_id)
    note = note_or_404(note_id)
    if not note.is_draft:
        return _say_kept(request, note)
    return render(request, "invoices/note_delete.html", {"note": note})


@may_write
@require_http_methods(["GET", "HEAD", "POST"])
def note_void(request: HttpRequest, note_id: int) -> HttpResponse:
    """Ask for the reason, then void an issued note."""
    note = note_or_404(note_id)
    if not note.is_issued or note.is_void:
        return redirect("invoices:note_detail", note_id)
    form = VoidForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "invoices/note_void.html", {"note": note, "form": form})
    reason = form.cleaned_data["reason"]
    try:
        services.void(note_id=note_id, reason=reason, author=signed_in(request), now=timezone.localtime())
    except (MissingReason, HasReturns) as error:
        form.add_error("reason", worded(error))
        return render(request, "invoices/note_void.html", {"note": note, "form": form})
    messages.success(request, _("%(number)s is void. Its number stays used.") % {"number": note.number})
    return redirect("invoices:note_detail", note_id)


@answers_typed("q", permission=WRITE)
def customer_suggest(typed: str) -> dict[str, object]:
    """Customers for the picker."""
    found = [
        {
            "id": customer.pk,
            "code": customer.code,
            "name": customer.name,
            "basis": customer.get_price_basis_display(),
            "addressee": customer.department or customer.person,
        }
        for customer in selectors.suggest_customers(typed)
    ]
    return {"customers": found}


def _delete(request: HttpRequest, note_id: int) -> HttpResponse:
    try:
        services.delete_draft(note_id=note_id)
    except (NoteNotDraft, NoteWaiting) as refusal:
        return _say_kept(request, refusal.note)
    messages.success(request, _("The draft was deleted."))
    return redirect("invoices:note_list")


def _say_kept(request: HttpRequest, note: DeliveryNote) -> HttpResponse:
    text = _("%(number)s is issued and cannot be deleted. It can be voided.") % {"number": note.number}
    messages.error(request, worded(NoteWaiting(note=note)) if note.is_waiting else text)
    return redirect("invoices:note_detail", note.pk)


def _as_read(request: HttpRequest, note: DeliveryNote) -> dict[str, Any]:
    """What somebody who decides about a note needs to know of it; once it is issued until when it is kept."""
    if note.is_issued:
        return {"retention": selectors.retention_of(note)}
    try:
        document = issuing.document_of(note)
    except DomainError as error:
        return {"unprintable": worded(error)}
    own = history.is_author(note, signed_in(request))
    return {"total": document.totals.total, "read_sha256": approvals.sha256_of(document), "is_own": own}


def _printings(request: HttpRequest, note: DeliveryNote) -> dict[str, Any]:
    """What was printed of an issued note, the printing that was just made, and the form for the next one."""
    if not note.is_issued:
        return {}
    printings = print_selectors.printings_of(note.pk)
    shown = [each for each in printings if str(each.run_id) == request.GET.get("print")]
    told: dict[str, Any] = {"printings": printings, "shown": shown[0] if shown else None}
    if note.is_void or not request.user.has_perm(WRITE):
        return told
    try:
        document = snapshot.restore(note.snapshot)
    except DomainError as error:
        return told | {"unprintable": worded(error)}
    return told | {"print_form": PrintForm.offering(printing.profile_of(note.customer), document)}


def note_or_404(note_id: int) -> DeliveryNote:
    note = selectors.note_with_lines(note_id)
    if note is None:
        raise no_such_note()
    return note


def no_such_note() -> Http404:
    return Http404(_("There is no such delivery note. It may have been deleted while it was a draft."))


def inline(content: bytes, *, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": content_disposition_header(as_attachment=False, filename=name) or "inline",
            "Content-Security-Policy": FILE_POLICY,
            "X-Frame-Options": "SAMEORIGIN",
        },
    )


def signed_in(request: HttpRequest) -> User:
    """Return the user of a request that LoginRequiredMiddleware let through."""
    return cast(User, request.user)
