"""`manage.py dbcheck`: what a container asks before it starts, and an operator when something is wrong."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from deploy.command_line import argument_types
from deploy.health import examination, probe, unusable
from deploy.health.examination import Finding
from deploy.health.shared_check import SharedCheck

SECONDS_BETWEEN_TRIES = 1.0


class Command(BaseCommand):
    help = _("Check the database: connection, TLS, version, schema, migrations, and a trial write.")
    # Django's own checks may want the database themselves.
    requires_system_checks = []  # noqa: RUF012 - as Django declares it

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help=_("print one JSON object"))
        parser.add_argument(
            "--wait",
            type=argument_types.seconds,
            default=0.0,
            metavar=_("SECONDS"),
            help=_("wait up to this long until the database accepts connections"),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self._wait(seconds=options["wait"])
        findings = SharedCheck(
            begin=examination.attempt,
            deadline=examination.DEADLINE,
            late=examination.refused(probe.Reason.LATE),
        ).answer()
        self.stdout.write(_as_json(findings) if options["json"] else _as_text(findings))
        if not all(finding.is_ok for finding in findings):
            raise SystemExit(1)

    def _wait(self, *, seconds: float) -> None:
        ends_at = time.monotonic() + seconds
        while (left := ends_at - time.monotonic()) > 0:
            outcome = SharedCheck(
                begin=probe.connect_attempt, deadline=min(left, probe.DEADLINE), late=probe.LATE
            ).answer()
            if outcome.error is None:
                return
            self.stderr.write(
                _("Waiting for the database, %(seconds)d s left: %(reason)s")
                % {"seconds": left, "reason": _(outcome.error)}
            )
            time.sleep(min(SECONDS_BETWEEN_TRIES, max(0.0, ends_at - time.monotonic())))


def _as_text(findings: list[Finding]) -> str:
    return "\n".join(
        f"{_('ok') if each.is_ok else _('FAILED')}  {_(each.check)}: {_explained(each)}" for each in findings
    )


def _explained(finding: Finding) -> str:
    """The finding for a person, who may know where the database is and is told what to do where that is known."""
    is_without_connection = finding.check is examination.Check.CONNECT and not finding.is_ok
    sentence = unusable.SENTENCES.get(probe.Reason(finding.text)) if is_without_connection else None
    return unusable.filled_in(sentence) if sentence else _(finding.text) % finding.values


def _as_json(findings: list[Finding]) -> str:
    checks = {each.check.name.lower(): {"ok": each.is_ok, "detail": each.text % each.values} for each in findings}
    return json.dumps({"ok": all(each.is_ok for each in findings), "checks": checks})
