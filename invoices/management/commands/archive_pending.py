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


@dataclass(kw_only=True)
class Round:
    """How many files one pass over the waiting notes stored and how many it could not."""

    stored: int = 0
    waiting: int = 0


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
        if done.stored:
            logger.info("archive.round", extra={"stored": done.stored, "waiting": done.waiting})
    except DatabaseError:
        logger.warning("archive.round_failed", exc_info=True)


def _archive_waiting() -> Round:
    done = Round()
    for note in selectors.unarchived_notes().iterator():
        if _archived(note):
            done.stored += 1
        else:
            done.waiting += 1
    return done


def _archived(note: DeliveryNote) -> bool:
    """Archive one note; one that cannot be made again is logged and does not hold up the others."""
    try:
        return archive.store(note, archive.made_again(note))
    except (archive.ArchiveMismatch, snapshot.UnknownSnapshot):
        logger.exception("archive.cannot_be_made_again", extra={"note_id": note.pk})
        return False
