"""Write to the archive every issued file that is not there yet, once or again and again."""

from __future__ import annotations

import logging
import signal
import time
from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import dataclass
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError, connection
from django.utils.translation import gettext as _

from invoices import archive, selectors, snapshot
from invoices.models import DeliveryNote

logger = logging.getLogger("papyrus")

# More is a slip of a finger; from some number on not even the clock can wait so long.
MOST_SECONDS = 24 * 60 * 60


@dataclass(kw_only=True)
class Round:
    """How many files one pass over the waiting notes stored and how many it could not."""

    stored: int = 0
    waiting: int = 0


class Command(BaseCommand):
    help = _("Archive the files of issued notes that could not be archived when they were issued.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--every",
            type=_seconds,
            metavar=_("SECONDS"),
            help=_("do so again after this many seconds, until the process is told to stop (SIGTERM)"),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["every"] is None:
            self._once()
        else:
            _until_stopped(every=options["every"])

    def _once(self) -> None:
        done = _archive_waiting()
        self.stdout.write(
            _("Archived: %(done)s. Still waiting: %(failed)s.") % {"done": done.stored, "failed": done.waiting}
        )
        if done.waiting:
            raise CommandError(_("The archive could not be written to. The log says why; run this again later."))


def _seconds(typed: str) -> float:
    text = _("--every takes a number of seconds above 0, at most %(most)s (%(typed)s was given).")
    refusal = ArgumentTypeError(text % {"most": MOST_SECONDS, "typed": typed})
    try:
        seconds = float(typed)
    except ValueError:
        raise refusal from None
    if not 0 < seconds <= MOST_SECONDS:
        raise refusal
    return seconds


def _until_stopped(*, every: float) -> None:
    """Archive in rounds; return once the process is told to stop. What fails is logged and tried again."""
    # As Ctrl-C, right where the command is: storing may be cut short at any point, since it is repeatable.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        while True:
            _logged_round()
            time.sleep(every)
    except KeyboardInterrupt:
        logger.info("archive.stopped")


def _logged_round() -> None:
    try:
        done = _archive_waiting()
        if done.stored:
            logger.info("archive.round", extra={"stored": done.stored, "waiting": done.waiting})
    except DatabaseError:
        logger.warning("archive.round_failed", exc_info=True)
    finally:
        # A connection that was left idle between rounds may be dead, and would take up a place until then.
        connection.close()


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
