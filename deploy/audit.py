"""`python -m deploy.audit`: what CloudTrail and Config recorded in the last hours, as evidence."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any, TypeAlias

from botocore.exceptions import ClientError

from deploy.command_line import argument_types, steps
from deploy.command_line.steps import Say
from deploy.evidence.identifiers import STARS, TELLING_SERVICES
from deploy.sdk.clients import client, patient_client, region
from deploy.sdk.refusals import code_of

# botocore gives a number for a code when the answer is no error of AWS, so that no AWS service has spoken.
MISSING_CODES = ("UnknownOperationException", "404", "500", "501")
GLOBAL_REGION = "us-east-1"
# CloudTrail keeps its event history for 90 days.
MOST_HOURS = 90 * 24
CHANGED_RESOURCES = (
    "SELECT resourceType, resourceId, configurationItemStatus, configurationItemCaptureTime "
    "WHERE configurationItemCaptureTime > '{since:%Y-%m-%dT%H:%M:%SZ}'"
)


class Code(IntEnum):
    """How the audit ends."""

    RECORDED = 0
    NO_CLOUDTRAIL = 3


MEANINGS: dict[int, str] = {
    Code.RECORDED: "recorded; a part of Config that this account does not have is SKIPPED, and said so",
    Code.NO_CLOUDTRAIL: "there is no CloudTrail to look into, which no AWS account lacks",
    steps.Code.NO_EVIDENCE: "the evidence could not be written",
}


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What one part of the audit found."""

    rows: list[dict[str, Any]]

    def __str__(self) -> str:
        return f"{len(self.rows)} entries"


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """Why one part of the audit could not be made."""

    reason: str

    def __str__(self) -> str:
        return f"SKIPPED: {self.reason}"


Answer: TypeAlias = Recorded | Skipped


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = parser().parse_args(arguments)
    return steps.run(lambda say: _audit(options, say=say))


def _audit(options: Namespace, *, say: Say) -> Code:
    now = datetime.now(UTC)
    since = now - timedelta(hours=options.hours)
    answers = {
        "cloudtrail": _unless_missing(lambda: changes(since=since, until=now)),
        "config_resources": _unless_missing(lambda: changed_resources(since=since)),
        "config_compliance": _unless_missing(compliance),
    }
    # Not before AWS has answered: an empty folder is no evidence.
    folder = steps.evidence_folder(options, started_at=now)
    for kind, answer in answers.items():
        say(f"{kind}: {answer}")
        period = {"since": since.isoformat(timespec="seconds"), "until": now.isoformat(timespec="seconds")}
        found = {"skipped": answer.reason} if isinstance(answer, Skipped) else {"entries": answer.rows}
        folder.write_json(kind, period | found)
    say(f"Evidence: {folder.finish().parent}")
    return Code.NO_CLOUDTRAIL if isinstance(answers["cloudtrail"], Skipped) else Code.RECORDED


def changes(*, since: datetime, until: datetime) -> Answer:
    """Return the calls that changed something, newest first, as CloudTrail's event history has them.

    Those of IAM, STS and the console stand in the history of GLOBAL_REGION whatever region one works in.
    """
    found: dict[str, dict[str, Any]] = {}
    for name in dict.fromkeys((region(), GLOBAL_REGION)):
        found |= {event["EventId"]: event for event in _events(name, since=since, until=until)}
    newest_first = sorted(found.values(), key=lambda event: event["EventTime"], reverse=True)
    return Recorded(rows=[_call(event) for event in newest_first])


def _events(region_name: str, *, since: datetime, until: datetime) -> Iterator[dict[str, Any]]:
    # Two look-ups a second are allowed, and a busy day has many pages.
    cloudtrail = patient_client("cloudtrail", region_name=region_name)
    pages = cloudtrail.get_paginator("lookup_events").paginate(
        LookupAttributes=[{"AttributeKey": "ReadOnly", "AttributeValue": "false"}], StartTime=since, EndTime=until
    )
    for page in pages:
        yield from page["Events"]


def changed_resources(*, since: datetime) -> Answer:
    """Return the resources whose configuration Config recorded after `since`."""
    config = client("config")
    recorders = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    if not any(each["recording"] for each in recorders):
        return Skipped(reason="no configuration recorder of AWS Config records in this account and region")
    pages = config.get_paginator("select_resource_config").paginate(Expression=CHANGED_RESOURCES.format(since=since))
    return Recorded(rows=[_without_name(json.loads(row)) for page in pages for row in page["Results"]])


def compliance() -> Answer:
    """Return the rules of Config with what they find now."""
    pages = client("config").get_paginator("describe_compliance_by_config_rule").paginate()
    rules = [rule for page in pages for rule in page["ComplianceByConfigRules"]]
    if not rules:
        return Skipped(reason="AWS Config has no rules in this account and region")
    return Recorded(
        rows=[{"rule": each["ConfigRuleName"], "compliance": each["Compliance"]["ComplianceType"]} for each in rules]
    )


def _call(event: dict[str, Any]) -> dict[str, Any]:
    resources = [_resource(each) for each in event.get("Resources", [])]
    return {
        "at": event["EventTime"].astimezone(UTC).isoformat(timespec="seconds"),
        "call": f"{event['EventSource'].split('.')[0]}:{event['EventName']}",
        "by": event.get("Username"),
        "resources": resources,
    }


def _resource(found: dict[str, Any]) -> str:
    kind, name = found.get("ResourceType"), found.get("ResourceName")
    return f"{kind} {STARS if _is_telling(kind) else name}"


def _without_name(row: dict[str, Any]) -> dict[str, Any]:
    if not _is_telling(row.get("resourceType")):
        return row
    return {key: STARS if key in ("resourceId", "resourceName") else value for key, value in row.items()}


def _is_telling(kind: str | None) -> bool:
    """Whether what is of this type has a name that nobody is to know: a bucket, a secret, a key."""
    return (kind or "").startswith(tuple(f"AWS::{service}::" for service in TELLING_SERVICES))


def _unless_missing(ask: Callable[[], Answer]) -> Answer:
    try:
        return ask()
    except ClientError as error:
        if code_of(error) in MISSING_CODES:
            return Skipped(reason=f"the endpoint does not have {error.operation_name} ({code_of(error)})")
        raise


def parser() -> ArgumentParser:
    """Return the command line."""
    made = steps.parser(
        program="audit",
        summary="Write what CloudTrail and AWS Config recorded in the last hours into a folder of evidence, masked.",
        codes=MEANINGS,
    )
    steps.add_evidence(made)
    made.add_argument(
        "--hours",
        type=argument_types.number(least=1, most=MOST_HOURS),
        default=24,
        help=f"how far to look back, 1 to {MOST_HOURS} (default: %(default)s)",
    )
    return made


if __name__ == "__main__":
    sys.exit(main())
