"""`manage.py evidence verify`: whether the evidence is whole, unchanged, rightly named and masked."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from deploy.evidence.verification import Finding, verify, verify_all

SETS = Path(__file__).resolve().parents[3] / "docs" / "evidence"


class Command(BaseCommand):
    help = _("Verify evidence: names, masks, SHA-256 of each file, and that no file is missing or foreign.")
    # Nothing here concerns the database or the pages.
    requires_system_checks = []  # noqa: RUF012 - as Django declares it

    def add_arguments(self, parser: ArgumentParser) -> None:
        verb = parser.add_subparsers(dest="verb", required=True, metavar="verify").add_parser("verify")
        verb.add_argument(
            "folders",
            nargs="*",
            type=Path,
            metavar=_("FOLDER"),
            help=_("one run's evidence (default: every set under docs/evidence)"),
        )
        verb.add_argument("--json", action="store_true", help=_("print one JSON object"))

    def handle(self, *args: Any, **options: Any) -> None:
        folders: list[Path] = options["folders"]
        findings = [each for folder in folders for each in verify(folder)] if folders else verify_all(SETS)
        count = len(folders or list(SETS.glob("*/")))
        self.stdout.write(_as_json(findings) if options["json"] else _as_text(findings, count=count))
        if findings:
            raise SystemExit(1)


def _as_text(findings: list[Finding], *, count: int) -> str:
    if not findings:
        return _("Sets of evidence, all whole, unchanged and masked: %(count)s.") % {"count": count}
    return "\n".join(_(each.text) % {"file": each.file, **_translated(each)} for each in findings)


def _translated(finding: Finding) -> dict[str, object]:
    return {name: _(value) if isinstance(value, str) else value for name, value in finding.values.items()}


def _as_json(findings: list[Finding]) -> str:
    found = [{"file": each.file, "finding": str(each)} for each in findings]
    return json.dumps({"ok": not found, "findings": found})
