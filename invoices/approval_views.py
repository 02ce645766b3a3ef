"""What is done with a note that waits for approval. Each makes one service call and says what came of it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from invoices import approvals, history
from invoices.approval_forms import ApproveForm, ReturnForm
from invoices.approvals import MissingReturnReason, OwnNote
from invoices.domain.errors import DomainError
from invoices.messages import worded
from invoices.models import DeliveryNote, NoteState
from invoices.views import may_write, no_such_note, note_or_404, signed_in

may_approve = permission_required("invoices.approve_deliverynote", raise_exception=True)


@may_approve
@require_POST
def note_approve(request: HttpRequest, note_id: int) -> HttpResponse:
    """Approve the note as it was read, and issue it."""
    form = ApproveForm(request.POST)
    form.is_valid()
    try:
        note = approvals.approve(
            note_id=note_id,
            revision=form.cleaned_data.get("revision", 0),
            read_sha256=form.cleaned_data.get("read_sha256", ""),
            approver=signed_in(request),
            now=timezone.localtime(),
        )
    except DeliveryNote.DoesNotExist:
        raise no_such_note() from None
    except DomainError as error:
        messages.error(request, worded(error))
    else:
        messages.success(request, _("Approved and issued as %(number)s.") % {"number": note.number})
    return redirect("invoices:note_detail", note_id)


@may_approve
@require_http_methods(["GET", "HEAD", "POST"])
def note_return(request: HttpRequest, note_id: int) -> HttpResponse:
    """Ask for the reason, then return the note to those who wrote it."""
    if request.method == "POST":
        return _return(request, note_id)
    note = note_or_404(note_id)
    if not note.is_waiting:
        return redirect("invoices:note_detail", note_id)
    if history.is_author(note, signed_in(request)):
        messages.error(request, worded(OwnNote(note=note)))
        return redirect("invoices:note_detail", note_id)
    form = ReturnForm(initial={"revision": note.revision})
    return render(request, "invoices/note_return.html", {"note": note, "form": form})


@may_write
@require_POST
def note_withdraw(request: HttpRequest, note_id: int) -> HttpResponse:
    """Take the request for approval back, and show the form of the draft."""
    try:
        approvals.withdraw(note_id=note_id, author=signed_in(request))
    except DeliveryNote.DoesNotExist:
        raise no_such_note() from None
    except DomainError as error:
        messages.error(request, worded(error))
    return redirect("invoices:note_detail", note_id)


def _return(request: HttpRequest, note_id: int) -> HttpResponse:
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return _ask_again(request, note_id, form)
    try:
        approvals.send_back(note_id=note_id, approver=signed_in(request), now=timezone.localtime(), **form.cleaned_data)
    except MissingReturnReason as error:
        form.add_error("reason", worded(error))
        return _ask_again(request, note_id, form)
    except DeliveryNote.DoesNotExist:
        raise no_such_note() from None
    except DomainError as error:
        messages.error(request, worded(error))
        return redirect("invoices:note_detail", note_id)
    messages.success(request, _("Returned. The draft shows your reason."))
    return redirect(f"{reverse('invoices:note_list')}?state={NoteState.WAITING}")


def _ask_again(request: HttpRequest, note_id: int, form: ReturnForm) -> HttpResponse:
    return render(request, "invoices/note_return.html", {"note": note_or_404(note_id), "form": form})
