"""Write to the archive every issued file that is not there yet, once or again and again."""

from __future__ import annotations

import logging
from argparse import ArgumentParser
from dataclasses import dataclass
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError
from django.utils.translation import gettext as _

from invoices import archive, selectors, snapshot
from invoices.management.rounds import add_every, until_stopped
from invoices.models import DeliveryNote

logger = logging.getLogger("papyrus")

# So many failures in a row, and the place is out of order: a round is ended, the next one tries again.
MOST_FAILURES = 3


@dataclass(kw_only=True)
class Round:
    """How many files one pass over the waiting notes stored, and how many notes wait for theirs after it."""

    stored: int = 0
    waiting: int = 0
    failures_in_a_row: int = 0

    def count(self, *, is_stored: bool) -> None:
        self.stored += is_stored
        self.failures_in_a_row = 0 if is_stored else self.failures_in_a_row + 1


class Command(BaseCommand):
    help = _("Archive the files of issued notes that could not be archived when they were issued.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_every(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["every"] is None:
            self._once()
        else:
            until_stopped(_logged_round, every=options["every"])
            logger.info("archive.stopped")

    def _once(self) -> None:
        done = _archive_waiting()
        self.stdout.write(
            _("Archived: %(done)s. Still waiting: %(failed)s.") % {"done": done.stored, "failed": done.waiting}
        )
        if done.waiting:
            raise CommandError(_("The archive could not be written to. The log says why; run this again later."))


def _logged_round() -> None:
    try:
        done = _archive_waiting()
        if done.stored or done.waiting:
            level = logging.WARNING if done.waiting else logging.INFO
            logger.log(level, "archive.round", extra={"stored": done.stored, "waiting": done.waiting})
    except DatabaseError:
        logger.warning("archive.round_failed", exc_info=True)


def _archive_waiting() -> Round:
    done = Round()
    for note in selectors.unarchived_notes().iterator():
        if (pdf := _made_again(note)) is not None:
            done.count(is_stored=archive.store(note, pdf))
        if done.failures_in_a_row == MOST_FAILURES:
            break
    done.waiting = selectors.unarchived_notes().count()
    return done


def _made_again(note: DeliveryNote) -> bytes | None:
    """Return the file of a note; one that cannot be made again is logged and does not hold up the others."""
    try:
        return archive.made_again(note)
    except (archive.ArchiveMismatch, snapshot.UnknownSnapshot):
        logger.exception("archive.cannot_be_made_again", extra={"note_id": note.pk})
        return None
