"""Sends issued notes by mail: into the queue by a clerk, out of it by whoever calls `send` or `send_due`.

A mail is claimed in a transaction of its own, sent outside of any, and marked. Whoever does not come back is taken for
dead after CLAIM, and the mail is sent again under the same Message-ID: rather twice than never.
"""

from __future__ import annotations

import logging
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused, SMTPSenderRefused

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_noop

from invoices import archive, locks, selectors
from invoices.domain.errors import DomainError
from invoices.domain.letter import on_one_line
from invoices.models import DeliveryNote, MailState, NoteState, OutgoingMail

logger = logging.getLogger("papyrus")

CLAIM = timedelta(minutes=10)
# After each failure so many minutes later, eleven hours in all; then a person must look.
RETRY_MINUTES = (1, 2, 5, 15, 60, 180, 420)
MOST_TOLD = 500


class NotSendable(DomainError):
    template = gettext_noop("Only an issued note can be sent; %(note)s is not one.")


class SentBefore(DomainError):
    """Somebody sent the note after the form was opened, or the form did not say that it knows of earlier mails."""

    template = gettext_noop(
        "%(note)s was sent to %(recipient)s before (%(who)s, %(when)s). Tick the box below to send it once more."
    )


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What a clerk sends: one mail to each recipient."""

    recipients: Sequence[str]
    mail_subject: str
    body: str


@dataclass(frozen=True, kw_only=True)
class Round:
    """What became of the mails that were due."""

    sent: int
    retried: int
    failed: int


def queue(*, note_id: int, letter: Letter, known: int, creation_key: uuid.UUID, author: User) -> list[OutgoingMail]:
    """Put `letter` with the issued note into the queue and return its mails; the same form again returns the first.

    `known` is how many mails of the note its form told of and its sender agreed to. Raises SentBefore when there are
    others, NotSendable for a draft or a void note.
    """
    with transaction.atomic():
        note = locks.note(note_id)
        if queued := list(OutgoingMail.objects.filter(creation_key=creation_key, delivery_note=note)):
            return queued
        if note.state != NoteState.ISSUED:
            raise NotSendable(note=note)
        _require_known(note, known=known)
        mails = [_mail(note, letter, recipient, key=creation_key, author=author) for recipient in letter.recipients]
        OutgoingMail.objects.bulk_create(mails)
    logger.info("mail.queued", extra={"note_id": note_id, "mails": len(mails)})
    return mails


def send_due() -> Round:
    """Send every mail that is due, and return how many were sent and how many not."""
    outcomes = Counter(send(mail_id) for mail_id in selectors.due_mails(timezone.now()))
    return Round(sent=outcomes[MailState.SENT], retried=outcomes[MailState.QUEUED], failed=outcomes[MailState.FAILED])


def send(mail_id: int) -> MailState | None:
    """Send one mail if it is due, and return what became of it; None when it is not due or somebody else sends it.

    May be called by several at once, and again. A mail whose note has become void is cancelled.
    """
    with transaction.atomic():
        mail = locks.due_mail(mail_id, now=timezone.now())
        if mail is None:
            return None
        mail.state, mail.attempts, mail.due_at = MailState.SENDING, mail.attempts + 1, timezone.now() + CLAIM
        mail.save(update_fields=["state", "attempts", "due_at"])
    outcome = _outcome(mail)
    # Who was taken for dead and is not changes nothing any more.
    own = OutgoingMail.objects.filter(pk=mail_id, state=MailState.SENDING, attempts=mail.attempts)
    own.update(state=outcome, due_at=mail.due_at, sent_at=mail.sent_at, failure=mail.failure)
    return outcome


def _require_known(note: DeliveryNote, *, known: int) -> None:
    mails = selectors.mails_counted(note.pk)
    if len(mails) > known:
        last = mails[-1]
        when = timezone.localtime(last.queued_at)
        raise SentBefore(
            note=note, recipient=last.recipient, who=last.queued_by.get_username(), when=f"{when:%Y-%m-%d %H:%M}"
        )


def _mail(note: DeliveryNote, letter: Letter, recipient: str, *, key: uuid.UUID, author: User) -> OutgoingMail:
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2]
    return OutgoingMail(
        delivery_note=note,
        recipient=recipient,
        mail_subject=on_one_line(letter.mail_subject),
        body=letter.body,
        pdf_sha256=note.pdf_sha256,
        message_id=f"<{uuid.uuid4()}@{domain}>",
        queued_by=author,
        creation_key=key,
    )


def _outcome(mail: OutgoingMail) -> MailState:
    """Send a claimed mail and note on it what came of that."""
    try:
        if mail.delivery_note.state != NoteState.ISSUED:
            return _ended(mail, MailState.CANCELLED, failure=_("The note became void."))
        _message(mail).send()
    except archive.ArchiveMismatch as error:
        return _ended(mail, MailState.FAILED, failure=str(error))
    except (SMTPException, OSError) as error:
        return _failed(mail, error)
    mail.sent_at = timezone.now()
    return _ended(mail, MailState.SENT)


def _message(mail: OutgoingMail) -> EmailMessage:
    note = mail.delivery_note
    message = EmailMessage(
        subject=mail.mail_subject, body=mail.body, to=[mail.recipient], headers={"Message-ID": mail.message_id}
    )
    message.attach(archive.file_name(note.number), archive.pdf_of(note), "application/pdf")
    return message


def _failed(mail: OutgoingMail, error: Exception) -> MailState:
    told = on_one_line(str(error))[:MOST_TOLD]
    if _is_final(error) or mail.attempts > len(RETRY_MINUTES):
        return _ended(mail, MailState.FAILED, failure=told)
    mail.state, mail.failure = MailState.QUEUED, told
    mail.due_at = timezone.now() + timedelta(minutes=RETRY_MINUTES[mail.attempts - 1])
    logger.warning("mail.retry", extra={"mail_id": mail.pk, "attempts": mail.attempts}, exc_info=error)
    return MailState.QUEUED


def _ended(mail: OutgoingMail, state: MailState, *, failure: str = "") -> MailState:
    mail.state, mail.failure = state, failure[:MOST_TOLD]
    level = logging.ERROR if state is MailState.FAILED else logging.INFO
    logger.log(level, f"mail.{state.value}", extra={"mail_id": mail.pk, "note_id": mail.delivery_note_id})
    return state


def _is_final(error: Exception) -> bool:
    """Whether the server said that it will never take this mail: a code of 500 or more."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    return isinstance(error, SMTPSenderRefused | SMTPDataError) and error.smtp_code >= 500
