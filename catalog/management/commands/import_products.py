"""`import_products FILE`: load products from a CSV file or an Excel workbook, wholly or not at all."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from catalog.loads import applying, previews, staging, writing
from catalog.loads.encodings import Encoding
from catalog.loads.models import ProductLoad
from catalog.loads.progress import ProgressBar
from catalog.loads.refusals import FileRefused, LoadRefused
from catalog.loads.writing import FileForm

SKIPPED = 3
INTERRUPTED = 130
FAULTS_SHOWN = 20
# Somebody may change a product between comparing and locking, but hardly again and again.
MOST_TRIES = 5


class Command(BaseCommand):
    help = _(
        "Load products from a CSV file or an Excel workbook. Exit code 0: loaded, or nothing to change; 1: refused, "
        "nothing was written; 2: wrong options; 3: loaded without the wrong rows; 130: interrupted, nothing written."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar=_("FILE"))
        encodings = [each.value for each in Encoding]
        parser.add_argument("--encoding", choices=encodings, help=_("how the CSV is written; else it is found out"))
        parser.add_argument("--skip-wrong", action="store_true", help=_("load the other rows when some are wrong"))
        parser.add_argument("--dry-run", action="store_true", help=_("say what would change, and write nothing"))
        parser.add_argument(
            "--errors", type=Path, metavar=_("FILE"), help=_("write the wrong rows and why into this .xlsx or .csv")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        bar = ProgressBar(sys.stderr)
        try:
            with path.open("rb") as file, staging.failures_recorded(file_name=path.name, user=None):
                skipped = self._load(file, path, bar, options)
        except OSError as error:
            message = _("%(file)s cannot be read: %(reason)s. Check the path.")
            raise CommandError(message % {"file": path, "reason": error.strerror}) from error
        except (FileRefused, LoadRefused) as refusal:
            raise CommandError(str(refusal)) from refusal
        except KeyboardInterrupt:
            self.stderr.write("\n" + _("Interrupted. Nothing was written."))
            sys.exit(INTERRUPTED)
        if skipped:
            sys.exit(SKIPPED)

    @transaction.atomic
    def _load(self, file: Any, path: Path, bar: ProgressBar, options: dict[str, Any]) -> int:
        """Do everything in one transaction, so that an interruption leaves nothing; return how many were skipped."""
        with connection.cursor() as cursor:
            cursor.execute("set local statement_timeout = 0")
        encoding = Encoding(options["encoding"]) if options["encoding"] else None
        load = staging.preview(file, file_name=path.name, user=None, encoding=encoding, report=bar.report)
        self._tell(load, bar)
        if options["errors"] and load.wrong_count:
            _write_wrong_rows(load, options["errors"])
        if options["dry_run"]:
            transaction.set_rollback(True)
            return 0
        _apply(load, may_skip_wrong=options["skip_wrong"], bar=bar)
        bar.end()
        self.stdout.write(_("Loaded. Undo is on the page of load %(number)s in the admin.") % {"number": load.pk})
        return load.wrong_count

    def _tell(self, load: ProductLoad, bar: ProgressBar) -> None:
        bar.end()
        kind = " · ".join(filter(None, (load.file_kind, load.encoding)))
        self.stdout.write(_("%(kind)s, %(rows)s rows") % {"kind": kind, "rows": f"{load.row_count:,}"})
        if load.ignored_headings:
            self.stdout.write(_("Columns ignored: %(names)s") % {"names": "、".join(load.ignored_headings)})
        counts = {
            "new": f"{load.new_count:,}",
            "changed": f"{load.changed_count:,}",
            "unchanged": f"{load.unchanged_count:,}",
            "wrong": f"{load.wrong_count:,}",
        }
        self.stdout.write(_("New %(new)s, changed %(changed)s, unchanged %(unchanged)s, wrong %(wrong)s") % counts)
        for fault in previews.faults(load, limit=FAULTS_SHOWN):
            place = _("Row %(row)s, %(column)s") % {"row": fault.number, "column": fault.label or "–"}
            self.stdout.write(f"  {place}: {fault.message}")


def _apply(load: ProductLoad, *, may_skip_wrong: bool, bar: ProgressBar) -> None:
    for _try in range(MOST_TRIES):
        outcome = applying.apply(load.pk, may_skip_wrong=may_skip_wrong, report=bar.report)
        if outcome is applying.Outcome.APPLIED:
            return
    raise LoadRefused(_("Somebody keeps changing products of this file. Nothing was written; try again later."))


def _write_wrong_rows(load: ProductLoad, path: Path) -> None:
    form = FileForm.XLSX if path.suffix.lower() == ".xlsx" else FileForm.CSV
    with path.open("wb") as file:
        writing.write(previews.wrong_rows(load), file, form=form)
