"""Which files evidence consists of, and how they and their folder are named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from deploy.evidence.wording import gettext_noop

MANIFEST = "manifest"
# What a killed run leaves of a file that it was writing.
HALF_WRITTEN = ".part"
NAME = re.compile(r"(?P<stamp>\d{8}_\d{6})_(?P<kind>[a-z][a-z0-9_]*)\.(?P<extension>[a-z]+)")


class Run(StrEnum):
    """What makes evidence."""

    SMOKE = gettext_noop("smoke run")
    AUDIT = gettext_noop("audit")
    RESTORE = gettext_noop("restore rehearsal")


class Result(StrEnum):
    """How a run ended. RECORDED is one that proves nothing by itself: it only writes down what it found."""

    PASSED = "passed"
    FAILED = "failed"
    RECORDED = "recorded"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of file; `run` is None for what every run writes."""

    extension: str
    run: Run | None


KINDS = {
    "healthz": Kind(extension="log", run=Run.SMOKE),
    "dbcheck": Kind(extension="log", run=Run.SMOKE),
    "cloudwatch_healthz": Kind(extension="json", run=Run.SMOKE),
    "cloudwatch_dbcheck": Kind(extension="json", run=Run.SMOKE),
    "healthz_json_line": Kind(extension="log", run=Run.SMOKE),
    "dbcheck_json_line": Kind(extension="log", run=Run.SMOKE),
    "listeners": Kind(extension="json", run=Run.SMOKE),
    "tg_health": Kind(extension="json", run=Run.SMOKE),
    "alb_plan": Kind(extension="log", run=Run.SMOKE),
    "alb_apply": Kind(extension="log", run=Run.SMOKE),
    "alb_destroy": Kind(extension="log", run=Run.SMOKE),
    "cloudtrail": Kind(extension="json", run=Run.AUDIT),
    "config_resources": Kind(extension="json", run=Run.AUDIT),
    "config_compliance": Kind(extension="json", run=Run.AUDIT),
    "restore": Kind(extension="json", run=Run.RESTORE),
    MANIFEST: Kind(extension="json", run=None),
}


def stamp(moment: datetime) -> str:
    """Return how names of files begin: YYYYMMDD_HHMMSS in UTC."""
    return f"{moment.astimezone(UTC):%Y%m%d_%H%M%S}"


def set_name(started_at: datetime) -> str:
    """Return what the folder of a run is called under docs/evidence: YYYYMMDD-HHMMSSZ."""
    return f"{started_at.astimezone(UTC):%Y%m%d-%H%M%SZ}"


def is_set_name(name: str) -> bool:
    """Whether `name` is that of a run's folder."""
    return _is_moment(name, "%Y%m%d-%H%M%SZ") and re.fullmatch(r"\d{8}-\d{6}Z", name) is not None


def is_file_name(name: str) -> bool:
    """Whether `name` begins with a moment, names a kind of KINDS and has the extension of that kind."""
    match = NAME.fullmatch(name)
    if match is None or match["kind"] not in KINDS:
        return False
    return match["extension"] == KINDS[match["kind"]].extension and _is_moment(match["stamp"], "%Y%m%d_%H%M%S")


def kind_of(name: str) -> str:
    """Return the kind of a file whose name `is_file_name`."""
    match = NAME.fullmatch(name)
    return match["kind"] if match else ""


def _is_moment(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)  # noqa: DTZ007 - whether it parses is all that is asked
    except ValueError:
        return False
    return True
