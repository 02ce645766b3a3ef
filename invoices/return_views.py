"""Pages of returns (赤伝). Each makes one service call and says what came of it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from invoices import approvals, return_forms, return_notes, services, snapshot
from invoices.domain.errors import DomainError
from invoices.drafts import Draft
from invoices.messages import worded
from invoices.models import DeliveryNote
from invoices.return_forms import TakeBackForm
from invoices.return_notes import NotReturnable
from invoices.services import DraftChanged, EditRefused
from invoices.views import may_write, no_such_note, note_or_404, signed_in


@may_write
@require_http_methods(["GET", "HEAD", "POST"])
def return_new(request: HttpRequest, note_id: int) -> HttpResponse:
    """Ask how much of an issued note comes back; sent, that becomes a return, issued when that button was pressed."""
    original = note_or_404(note_id)
    if not original.is_issued or original.is_void or original.is_return:
        messages.error(request, worded(NotReturnable(note=original)))
        return redirect("invoices:note_detail", note_id)
    if request.method == "POST":
        return _save(request, TakeBackForm(request.POST, original=original))
    today = timezone.localdate()
    asked = return_forms.everything_of(original, today=today) if "all" in request.GET else {"returned_on": today}
    form = TakeBackForm(original=original, initial={**asked, "creation_key": uuid.uuid4()})
    return _form_page(request, form)


@may_write
@require_http_methods(["GET", "HEAD", "POST"])
def return_edit(request: HttpRequest, note_id: int) -> HttpResponse:
    """The form of a return that is not issued yet; of anything else its page."""
    note = note_or_404(note_id)
    if not note.is_return or (note.is_issued and request.method != "POST"):
        return redirect("invoices:note_detail", note_id)
    original = note_or_404(note.original_id or 0)
    if request.method == "POST":
        return _save(request, TakeBackForm(request.POST, original=original, note_id=note_id))
    kept = {"creation_key": note.creation_key, "revision": note.revision}
    initial = return_forms.initial_of(snapshot.draft_of(note)) | kept
    return _form_page(request, TakeBackForm(original=original, note_id=note_id, initial=initial))


@may_write
@require_POST
def return_totals(request: HttpRequest, note_id: int) -> HttpResponse:
    """What the typed quantities come to so far: a fragment for htmx, nothing is saved."""
    original = note_or_404(note_id)
    own = request.POST.get("note_id", "")
    form = TakeBackForm(request.POST, original=original, note_id=int(own) if own.isascii() and own.isdigit() else None)
    return render(request, "invoices/_return_totals.html", _totals(form))


def _save(request: HttpRequest, form: TakeBackForm) -> HttpResponse:
    try:
        draft = form.draft()
        if draft is None:
            return _form_page(request, form, status=422)
        note = _saved(request, form, draft)
    except DraftChanged as refusal:
        # The form now knows of the other save, so saving once more is a decision.
        typed = request.POST.copy()
        typed["revision"] = str(refusal.note.revision)
        retry = TakeBackForm(typed, original=form.original, note_id=refusal.note.pk)
        return _form_page(request, retry, error=worded(refusal), status=409)
    except EditRefused as refusal:
        messages.error(request, worded(refusal))
        return redirect("invoices:note_detail", refusal.note.pk)
    except NotReturnable as refusal:
        messages.error(request, worded(refusal))
        return redirect("invoices:note_detail", form.original.pk)
    except DeliveryNote.DoesNotExist:
        raise no_such_note() from None
    return _issue(request, note) if "issue" in request.POST else _say_saved(request, note)


def _saved(request: HttpRequest, form: TakeBackForm, draft: Draft) -> DeliveryNote:
    sent, author = form.cleaned_data, signed_in(request)
    if form.note_id is None:
        return services.create_draft(draft=draft, creation_key=sent["creation_key"], author=author)
    return services.replace_draft(note_id=form.note_id, draft=draft, revision=sent["revision"] or 0, author=author)


def _issue(request: HttpRequest, note: DeliveryNote) -> HttpResponse:
    try:
        submitted = approvals.submit(note_id=note.pk, author=signed_in(request), now=timezone.localtime())
    except DomainError as error:
        messages.error(request, worded(error))
        messages.success(request, _("Saved as a draft."))
        return redirect("invoices:return_edit", note.pk)
    asked = _("Approval was asked for. The note is issued once an approver agrees.")
    issued = _("Issued as %(number)s.") % {"number": submitted.number}
    messages.success(request, asked if submitted.is_waiting else issued)
    return redirect("invoices:note_detail", submitted.pk)


def _say_saved(request: HttpRequest, note: DeliveryNote) -> HttpResponse:
    unchanged = _("Nothing was changed. The note still waits for approval.")
    messages.success(request, unchanged if note.is_waiting else _("Saved as a draft."))
    return redirect("invoices:return_edit", note.pk)


def _form_page(request: HttpRequest, form: TakeBackForm, *, error: str = "", status: int = 200) -> HttpResponse:
    context = {"form": form, "original": form.original, "note_id": form.note_id, "error": error}
    return render(request, "invoices/return_form.html", context | _totals(form), status=status)


def _totals(form: TakeBackForm) -> dict[str, object]:
    """What the form comes to; nothing while it cannot be taken back as it stands."""
    if not form.is_bound:
        shown = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
        form = TakeBackForm(shown, original=form.original, note_id=form.note_id)
    try:
        draft = form.draft()
        return {"totals": return_notes.content_of(draft, note_id=form.note_id).back.totals} if draft else {}
    except DomainError as error:
        return {"totals_error": worded(error)}
