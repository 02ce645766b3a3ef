"""Notes that are sent by mail: the texts, the queue, and the record of what was sent to whom."""

from __future__ import annotations

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext, gettext_lazy as _

from history.recording import recorded
from invoices.models.base import Timestamps, survives_truncate
from invoices.models.notes import DeliveryNote
from invoices.triggers import LastingTrigger

ONE_LINE = r"^[^[:cntrl:]]+$"
# Of a mail only its way through the queue changes, and once that ended nothing.
_CHANGEABLE = ("state", "attempts", "due_at", "sent_at", "failure")
_KEPT_MAIL = f"""
    if tg_op = 'DELETE' or old.state not in ('queued', 'sending')
       or to_jsonb(old) - '{{{",".join(_CHANGEABLE)}}}'::text[]
            is distinct from to_jsonb(new) - '{{{",".join(_CHANGEABLE)}}}'::text[] then
        raise exception 'mail % is kept as it was sent', old.id using errcode = 'restrict_violation';
    end if;
    return new;
"""


class MailState(models.TextChoices):
    QUEUED = "queued", _("To be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Not sent")
    CANCELLED = "cancelled", _("Cancelled")


@recorded(table="mail_template_changes", title=("code",))
class MailTemplate(Timestamps):
    """Subject and text of the mail a document is sent with."""

    DELIVERY_NOTE = "delivery_note"

    code = models.CharField(_("kind of document"), max_length=32, primary_key=True)
    mail_subject = models.CharField(_("mail's subject"), max_length=200)
    body = models.TextField(_("mail's text"), max_length=4000)

    class Meta:
        db_table = "mail_templates"
        verbose_name = _("mail template")
        verbose_name_plural = _("mail templates")

    def __str__(self) -> str:
        return gettext("delivery note") if self.code == self.DELIVERY_NOTE else self.code


class OutgoingMail(models.Model):
    """One note on its way to one address, and afterwards the record of that."""

    delivery_note = models.ForeignKey(DeliveryNote, on_delete=models.PROTECT, related_name="mails")
    recipient = models.EmailField(_("recipient"))
    mail_subject = models.CharField(_("mail's subject"), max_length=200)
    body = models.TextField(_("mail's text"), max_length=8000)
    # Of the PDF that is attached: the one that was issued.
    pdf_sha256 = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=9, choices=MailState.choices, default=MailState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    # When it is tried next; of a mail being sent, when whoever sends it is taken for dead.
    due_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(_("sent at"), null=True)
    failure = models.CharField(max_length=500, blank=True)
    message_id = models.CharField(max_length=200)
    queued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    queued_at = models.DateTimeField(db_default=Now())
    # Chosen by the form: the same form sent twice sends one mail to each address.
    creation_key = models.UUIDField(default=uuid.uuid4, editable=False)

    class Meta:
        db_table = "outgoing_mails"
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")
        ordering = ("id",)
        indexes = (
            models.Index(
                name="outgoing_mails_due", fields=["due_at", "id"], condition=Q(state__in=["queued", "sending"])
            ),
        )
        constraints = (
            models.UniqueConstraint(name="outgoing_mails_once", fields=["creation_key", "recipient"]),
            models.CheckConstraint(
                name="outgoing_mails_headers",
                condition=Q(recipient__regex=ONE_LINE, mail_subject__regex=ONE_LINE, message_id__regex=ONE_LINE),
            ),
            models.CheckConstraint(
                name="outgoing_mails_sent_facts",
                condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent") & Q(sent_at=None),
            ),
            models.CheckConstraint(name="outgoing_mails_sha256", condition=Q(pdf_sha256__regex=r"^[0-9a-f]{64}$")),
        )
        triggers = (
            LastingTrigger(
                name="outgoing_mail_is_kept",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=_KEPT_MAIL,
            ),
            survives_truncate("outgoing_mails"),
        )

    def __str__(self) -> str:
        return f"{self.delivery_note_id} {self.state}"
