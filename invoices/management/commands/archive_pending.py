"""Write to the archive every issued file that is not there yet."""

from __future__ import annotations

import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from invoices import archive, selectors, snapshot
from invoices.models import DeliveryNote

logger = logging.getLogger("papyrus")


class Command(BaseCommand):
    help = "Archive the files of issued notes that could not be archived when they were issued."

    def handle(self, *args: Any, **options: Any) -> None:
        done = failed = 0
        for note in selectors.unarchived_notes().iterator():
            if _archived(note):
                done += 1
            else:
                failed += 1
        self.stdout.write(_("Archived: %(done)s. Still waiting: %(failed)s.") % {"done": done, "failed": failed})
        if failed:
            raise CommandError(_("The archive could not be written to. The log says why; run this again later."))


def _archived(note: DeliveryNote) -> bool:
    """Archive one note; one that cannot be made again is logged and does not hold up the others."""
    try:
        return archive.store(note, archive.made_again(note))
    except (archive.ArchiveMismatch, snapshot.UnknownSnapshot):
        logger.exception("archive.cannot_be_made_again", extra={"note_id": note.pk})
        return False
