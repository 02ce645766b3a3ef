"""What may be found wrong with issued documents and their files."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Fault(models.TextChoices):
    ALTERED = "altered", _("The note was altered behind the application's back.")
    REMOVED = "removed", _("The note was removed from the database.")
    INSERTED = "inserted", _("The note was issued or voided behind the application's back: the chain does not have it.")
    LINK_ALTERED = "link_altered", _("The chain does not fit the link before: it was altered here.")
    LINK_REMOVED = "link_removed", _("The chain has no link at this position: it was removed.")
    HEAD_LOST = "head_lost", _("The chain has not the link that was noted down: it was made anew.")
    MISSING = "missing", _("The file is not in the archive.")
    DAMAGED = "damaged", _("The file in the archive is not the one that was issued.")
    SCAN_MISSING = "scan_missing", _("The scan is not in the archive. Restore it from a backup.")
    SCAN_DAMAGED = "scan_damaged", _("The scan in the archive is not the recorded one. Restore it from a backup.")
    FOREIGN = "foreign", _("The file in the archive belongs to no note.")
    UNREADABLE = "unreadable", _("The archive could not be read.")
    IRREPRODUCIBLE = "irreproducible", _("The file cannot be made again from the snapshot byte for byte.")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong. `subject` is a number, the name of a file, or a position in the chain."""

    fault: Fault
    subject: str


@dataclass(frozen=True, kw_only=True)
class Examined:
    """A step of an examination: how many things were looked at, and what is wrong with them."""

    count: int
    findings: list[Finding]
