"""The form of a delivery note: from the first line typed to the draft saved, previewed or issued."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from catalog import units
from catalog.answers import answers_typed
from catalog.prices import plain_text
from catalog.selectors import suggest
from catalog.views import choice
from invoices import approvals, archive, issuing, pdf, selectors, services, snapshot
from invoices.domain.approval import needs_approval
from invoices.domain.errors import DomainError
from invoices.fields import typed_day
from invoices.forms import NoteEditor
from invoices.messages import worded
from invoices.models import Customer, DeliveryNote
from invoices.offers import Offer, offers
from invoices.services import DraftChanged, NoteNotDraft, OtherKind
from invoices.views import WRITE, inline, may_write, note_or_404, signed_in


@may_write
@require_http_methods(["GET", "HEAD", "POST"])
def note_new(request: HttpRequest) -> HttpResponse:
    """An empty form; sent, it becomes a draft, and is issued when that button was pressed."""
    if request.method == "POST":
        return _save(request, note_id=None)
    return _form_page(request, NoteEditor(today=timezone.localdate()))


@may_write
@require_http_methods(["GET", "HEAD", "POST"])
def note_edit(request: HttpRequest, note_id: int) -> HttpResponse:
    """The form of a draft; an issued note shows its page instead."""
    if request.method == "POST":
        return _save(request, note_id=note_id)
    note = note_or_404(note_id)
    if note.is_issued:
        return redirect("invoices:note_detail", note_id)
    if note.is_return:
        return redirect("invoices:return_edit", note_id)
    editor = NoteEditor(
        draft=snapshot.draft_of(note),
        customer=note.customer,
        creation_key=note.creation_key,
        revision=note.revision,
    )
    return _form_page(request, editor, note_id=note_id)


@may_write
@require_POST
def note_totals(request: HttpRequest) -> HttpResponse:
    """What the typed lines come to so far: a fragment for htmx, nothing is saved."""
    editor = NoteEditor(typed=request.POST)
    return render(request, "invoices/_totals.html", _totals(editor) | {"editor": editor, "out_of_band": True})


@may_write
@require_http_methods(["GET", "HEAD", "POST"])
def note_preview(request: HttpRequest, note_id: int | None = None) -> HttpResponse:
    """The typed note as a PDF marked as a draft; nothing is saved. What is wrong shows in the form it came from.

    Sent with `check` it is only asked whether there would be a PDF: then 204. Opened by its address it is that form.
    """
    if request.method != "POST":
        return redirect("invoices:note_new") if note_id is None else redirect("invoices:note_edit", note_id)
    editor = NoteEditor(typed=request.POST)
    if not editor.is_valid():
        return _form_page(request, editor, note_id=note_id, status=422)
    customer = editor.head.cleaned_data["chosen_customer"]
    try:
        document = issuing.printable(editor.draft, customer=customer, corrects=_corrected_by(note_id))
    except DomainError as error:
        return _form_page(request, editor, note_id=note_id, error=worded(error), status=409)
    if "check" in request.POST:
        return HttpResponse(status=204)
    return inline(pdf.render(document), name=archive.file_name(document.number))


def _corrected_by(note_id: int | None) -> DeliveryNote | None:
    correction = selectors.as_correction(note_id) if note_id else None
    return correction.corrects if correction else None


@answers_typed("q", permission=WRITE, beside=("on", "customer"))
def product_suggest(typed: str, *, on: str, customer: str) -> dict[str, object]:
    """Products for the picker, at the customer's prices of the delivery date; of today while that is not typed."""
    products = suggest(typed)
    day = typed_day(on) or timezone.localdate()
    offered = offers([product.sku for product in products], customer=_chosen(customer), day=day)
    return {"products": [choice(product) | _price_of(offered[product.sku]) for product in products]}


def _chosen(customer_id: str) -> Customer | None:
    # Longer ones no column holds.
    is_id = re.fullmatch("[0-9]{1,18}", customer_id)
    return selectors.customer_typed(customer_id=int(customer_id), typed="") if is_id else None


def _price_of(offer: Offer) -> dict[str, object]:
    return {"unit_price": None if offer.unit_price is None else plain_text(offer.unit_price)}


def _save(request: HttpRequest, *, note_id: int | None) -> HttpResponse:
    """Save the sent form and go on: to the issued note, or back to the form of the draft."""
    editor = NoteEditor(typed=request.POST)
    if not editor.is_valid():
        return _form_page(request, editor, note_id=note_id, status=422)
    try:
        note = _saved(request, editor, note_id)
        if "issue" in request.POST:
            return _issue(request, note)
    except DraftChanged as refusal:
        # The form now knows of the other save, so saving once more is a decision.
        retry = _retyped(request.POST, revision=refusal.note.revision)
        return _form_page(
            request, retry, note_id=refusal.note.pk, error=worded(refusal), rival=refusal.note, status=409
        )
    except NoteNotDraft as refusal:
        # What was typed can only live on in a note of its own.
        retry = _retyped(request.POST, creation_key=uuid.uuid4())
        return _form_page(request, retry, error=worded(refusal), rival=refusal.note, status=409)
    except OtherKind as refusal:
        messages.error(request, worded(refusal))
        return redirect("invoices:note_detail", refusal.note.pk)
    except DeliveryNote.DoesNotExist:
        retry = _retyped(request.POST, creation_key=uuid.uuid4())
        gone = _("This draft was deleted meanwhile. What you typed is still here: save it as a new draft.")
        return _form_page(request, retry, error=gone, status=409)
    unchanged = _("Nothing was changed. The note still waits for approval.")
    messages.success(request, unchanged if note.is_waiting else _("Saved as a draft."))
    return redirect("invoices:note_edit", note.pk)


def _saved(request: HttpRequest, editor: NoteEditor, note_id: int | None) -> DeliveryNote:
    sent = editor.head.cleaned_data
    author = signed_in(request)
    if note_id is None:
        return services.create_draft(draft=editor.draft, creation_key=sent["creation_key"], author=author)
    return services.replace_draft(note_id=note_id, draft=editor.draft, revision=sent["revision"] or 0, author=author)


def _issue(request: HttpRequest, note: DeliveryNote) -> HttpResponse:
    try:
        submitted = approvals.submit(note_id=note.pk, author=signed_in(request), now=timezone.localtime())
    except DomainError as error:
        messages.error(request, worded(error))
        messages.success(request, _("Saved as a draft."))
        return redirect("invoices:note_edit", note.pk)
    asked = _("Approval was asked for. The note is issued once an approver agrees.")
    issued = _("Issued as %(number)s.") % {"number": submitted.number}
    messages.success(request, asked if submitted.is_waiting else issued)
    return redirect("invoices:note_detail", submitted.pk)


def _form_page(
    request: HttpRequest,
    editor: NoteEditor,
    *,
    note_id: int | None = None,
    error: str = "",
    rival: DeliveryNote | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "editor": editor,
        "note_id": note_id,
        "error": error,
        "rival": rival,
        "decision": selectors.last_decision(note_id) if note_id else None,
        "correction": selectors.as_correction(note_id) if note_id else None,
        "copy_key": uuid.uuid4(),
        "units": units.SUGGESTIONS,
    }
    return render(request, "invoices/note_form.html", context | _totals(editor), status=status)


def _totals(editor: NoteEditor) -> dict[str, Any]:
    try:
        totals = editor.totals(today=timezone.localdate())
    except DomainError as error:
        return {"totals_error": worded(error)}
    above = selectors.approval_limit()
    return {"totals": totals, "limit_passed": above if needs_approval(totals.total, above=above) else None}


def _retyped(sent: QueryDict, **hidden: object) -> NoteEditor:
    """The sent form again, with other hidden values."""
    typed = sent.copy()
    for name, value in hidden.items():
        typed[name] = str(value)
    return NoteEditor(typed=typed)
