"""The page that sends a note by mail. It makes one service call and says what came of it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from invoices import mailing, selectors, snapshot
from invoices.domain import letter
from invoices.mail_forms import SendForm
from invoices.mailing import NotSendable, SentBefore
from invoices.messages import worded
from invoices.models import DeliveryNote, NoteState
from invoices.views import may_write, note_or_404, signed_in


@may_write
@require_http_methods(["GET", "HEAD", "POST"])
def note_send(request: HttpRequest, note_id: int) -> HttpResponse:
    """Ask to whom and with which words, then put an issued note into the queue of mails."""
    note = note_or_404(note_id)
    if refusal := _refusal(note):
        messages.error(request, refusal)
        return redirect("invoices:note_detail", note_id)
    if request.method == "POST":
        return _queue(request, note)
    facts, template = letter.facts_of(snapshot.restore(note.snapshot)), selectors.mail_template()
    initial = {
        "creation_key": uuid.uuid4(),
        "known": len(selectors.mails_counted(note_id)),
        "recipients": note.customer.mail_to,
        "mail_subject": letter.on_one_line(letter.filled(template.mail_subject, facts)),
        "body": letter.filled(template.body, facts),
    }
    return _page(request, note, SendForm(initial=initial))


def _refusal(note: DeliveryNote) -> str:
    if not settings.MAIL.is_on:
        return _("Sending by mail is not set up here. An operator names the mail server in MAIL_HOST.")
    return "" if note.state == NoteState.ISSUED else worded(NotSendable(note=note))


def _queue(request: HttpRequest, note: DeliveryNote) -> HttpResponse:
    form = SendForm(request.POST)
    if not form.is_valid():
        return _page(request, note, form, status=422)
    try:
        mails = mailing.queue(
            note_id=note.pk,
            letter=form.letter(),
            known=form.known_mails(),
            creation_key=form.cleaned_data["creation_key"],
            author=signed_in(request),
        )
    except SentBefore as refusal:
        return _page(request, note, _asking_again(request, note, refusal), status=409)
    except NotSendable as refusal:
        messages.error(request, worded(refusal))
        return redirect("invoices:note_detail", note.pk)
    text = _("Mails that will be sent within a minute: %(count)s.")
    messages.success(request, text % {"count": len(mails)})
    return redirect("invoices:note_detail", note.pk)


def _asking_again(request: HttpRequest, note: DeliveryNote, refusal: SentBefore) -> SendForm:
    """The sent form, which now knows of the earlier mails, so that sending it once more is a decision."""
    typed = request.POST.copy()
    typed["known"] = str(len(selectors.mails_counted(note.pk)))
    typed.pop("again", None)
    form = SendForm(typed)
    form.add_error("again", worded(refusal))
    return form


def _page(request: HttpRequest, note: DeliveryNote, form: SendForm, *, status: int = 200) -> HttpResponse:
    context = {"note": note, "form": form, "sent": selectors.mails_counted(note.pk)}
    return render(request, "invoices/note_send.html", context, status=status)
