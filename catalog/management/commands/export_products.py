"""`export_products FILE`: write all products into a CSV file or an Excel workbook."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils.translation import gettext as _

from catalog.loads import writing
from catalog.loads.refusals import FileRefused
from catalog.loads.writing import FileForm
from catalog.models import Product


class Command(BaseCommand):
    help = _("Write all products into a CSV file or an Excel workbook, as import_products reads them.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar=_("FILE"), help=_("its name ends in .csv or .xlsx"))
        parser.add_argument("--cp932", action="store_true", help=_("write CSV in Shift_JIS (CP932), not UTF-8"))

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        form = _form(path, wants_cp932=options["cp932"])
        with connection.cursor() as cursor:
            cursor.execute("set statement_timeout = 0")
        try:
            count = _write(path, form=form)
        except OSError as error:
            message = _("%(file)s cannot be written: %(reason)s. Check the path.")
            raise CommandError(message % {"file": path, "reason": error.strerror}) from error
        except FileRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(_("Products written: %(count)s.") % {"count": f"{count:,}"})


def _form(path: Path, *, wants_cp932: bool) -> FileForm:
    forms = {".xlsx": FileForm.XLSX, ".csv": FileForm.CSV_CP932 if wants_cp932 else FileForm.CSV}
    form = forms.get(path.suffix.lower())
    if form is None:
        raise CommandError(_("“%(file)s” ends in neither .csv nor .xlsx. Choose one of them.") % {"file": path})
    return form


def _write(path: Path, *, form: FileForm) -> int:
    """Write beside `path` and put the whole file in its place, so that no half of one stands there."""
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with unfinished.open("wb") as file:
            count = writing.write(writing.product_rows(Product.objects.all()), file, form=form)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return count
