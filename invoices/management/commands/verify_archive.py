"""Prove that issued notes and their files are what was issued; name what is not."""

from __future__ import annotations

import csv
import re
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from invoices import chain, selectors, verification
from invoices.chain import Head
from invoices.faults import Examined, Fault, Finding
from invoices.management.progress import Progress

CHAIN, FILES = "chain", "files"


class Command(BaseCommand):
    help = _(
        "Prove that every issued note is what was issued: its row by the chain of hashes, its file by its SHA-256 and "
        "by making it again from the snapshot. Names what was altered, removed or put in, and exits with 1 then."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", choices=[CHAIN, FILES], help=_("examine the chain or the files alone"))
        parser.add_argument("--report", type=Path, metavar=_("FILE"), help=_("write what is found as CSV, too"))
        parser.add_argument("--repair", action="store_true", help=_("store missing and damaged files anew"))
        parser.add_argument(
            "--head", type=_head, metavar="POSITION:SHA256", help=_("a head that was noted down before")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        counts: Counter[str] = Counter()
        with _report(options["report"]) as report:
            for finding in _findings(only=options["only"], noted=options["head"]):
                self.stdout.write(f"{finding.subject}: {finding.fault.label}")
                report(finding)
                counts["found"] += 1
                counts["repaired"] += options["repair"] and verification.repair(finding)
        self._conclude(counts)

    def _conclude(self, counts: Counter[str]) -> None:
        waiting = selectors.unarchived_notes().count()
        if waiting:
            self.stdout.write(_("Not archived yet: %(n)s. archive_pending stores them.") % {"n": f"{waiting:,}"})
        if counts["repaired"]:
            self.stdout.write(_("Stored anew: %(n)s.") % {"n": f"{counts['repaired']:,}"})
        self.stdout.write(_("Head of the chain: %(head)s") % {"head": chain.head()})
        if counts["found"]:
            raise CommandError(_("Found: %(n)s. Each is named above.") % {"n": f"{counts['found']:,}"})
        self.stdout.write(_("Everything is as it was issued."))


def _head(typed: str) -> Head:
    if not (parts := re.fullmatch(r"([0-9]{1,18}):([0-9a-f]{64})", typed)):
        text = _("--head takes POSITION:SHA256 as this command prints it (%(typed)s was given).")
        raise ArgumentTypeError(text % {"typed": typed})
    return Head(position=int(parts[1]), sha256=parts[2])


def _findings(*, only: str | None, noted: Head | None) -> Iterator[Finding]:
    if noted and not chain.vouches_for(noted):
        yield Finding(fault=Fault.HEAD_LOST, subject=str(noted))
    notes = selectors.issued_notes().count()
    if only != FILES:
        yield from _followed(chain.broken_links(), _("Links of the chain"), total=chain.head().position)
        yield from _followed(chain.unlinked_notes(), _("Rows of notes"), total=notes)
    if only != CHAIN:
        yield from _followed(verification.wrong_files(), _("Files of notes"), total=notes)
        scans = selectors.scanned_receipts().count()
        yield from _followed(verification.wrong_scans(), _("Scans of receipts"), total=scans)
        yield from _followed(verification.foreign_files(), _("Names in the archive"), total=notes)


def _followed(steps: Iterator[Examined], of_what: str, *, total: int) -> Iterator[Finding]:
    """Yield what is found, and say on stderr how far it has come."""
    progress = Progress(sys.stderr, of_what=of_what, total=total)
    for step in steps:
        progress.advance(step.count)
        yield from step.findings
    progress.end()


@contextmanager
def _report(path: Path | None) -> Iterator[Callable[[Finding], object]]:
    """A function that writes one finding to the report, if there is to be one."""
    if path is None:
        yield lambda finding: None
        return
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([_("what"), _("finding"), _("meaning")])
        yield lambda finding: rows.writerow([finding.subject, finding.fault.value, str(finding.fault.label)])
