"""Send every mail that is due, once or again and again."""

from __future__ import annotations

import logging
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError
from django.utils.translation import gettext as _

from invoices import mailing
from invoices.management.rounds import add_every, until_stopped

logger = logging.getLogger("papyrus")


class Command(BaseCommand):
    help = _("Send the mails that clerks put into the queue, those to be tried again among them.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_every(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["every"] is None:
            self._once()
        else:
            until_stopped(_logged_round, every=options["every"])
            logger.info("mail.stopped")

    def _once(self) -> None:
        sent = mailing.send_due()
        text = _("Sent: %(sent)s. To be tried again: %(retried)s. Not sent: %(failed)s.")
        self.stdout.write(text % {"sent": sent.sent, "retried": sent.retried, "failed": sent.failed})
        if sent.retried or sent.failed:
            raise CommandError(_("Not every mail could be sent. The log and the pages of the notes say why."))


def _logged_round() -> None:
    try:
        mailing.send_due()
    except DatabaseError:
        logger.warning("mail.round_failed", exc_info=True)
