"""A snapshot of the database and an instance restored from it: made, waited for, and deleted whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from deploy.command_line.steps import Patience, Say
from deploy.sdk.clients import client
from deploy.sdk.refusals import code_of, sentence_of

PURPOSE = "restore-rehearsal"
GONE = ("DBInstanceNotFound", "DBSnapshotNotFound")
PREFIX = "papyrus-restore-"
DELETING = "deleting …"
# An instance cannot be deleted while it is being made.
BUSY = (
    "InvalidDBInstanceState",
    "InvalidDBInstanceStateFault",
    "InvalidDBSnapshotState",
    "InvalidDBSnapshotStateFault",
)


class NotAvailable(Exception):
    """A snapshot or an instance did not become available in time. The text says what it is instead."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """What marks everything that one rehearsal makes."""

    run_id: str
    expires_at: datetime

    @property
    def name(self) -> str:
        """Name of both the snapshot and the instance."""
        return f"{PREFIX}{self.run_id}"

    @property
    def tags(self) -> list[dict[str, str]]:
        """Tags of both, by which a later run finds what this one left behind."""
        marks = {
            "Project": "papyrus",
            "Ephemeral": "true",
            "Purpose": PURPOSE,
            "RunId": self.run_id,
            "ExpiresAt": self.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        return [{"Key": key, "Value": value} for key, value in marks.items()]


@dataclass(frozen=True, kw_only=True)
class Leftover:
    """A snapshot or an instance of some rehearsal."""

    kind: str
    name: str
    run_id: str
    expires_at: datetime

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    def delete(self) -> str | None:
        """Ask RDS to delete it, and return why RDS refuses, if it does. What is gone already is fine."""
        rds = client("rds")
        try:
            if self.kind == "snapshot":
                rds.delete_db_snapshot(DBSnapshotIdentifier=self.name)
            else:
                rds.delete_db_instance(
                    DBInstanceIdentifier=self.name, SkipFinalSnapshot=True, DeleteAutomatedBackups=True
                )
        except ClientError as error:
            return None if code_of(error) in GONE else sentence_of(error)
        return None


def take_snapshot(*, run: Run, database: str, patience: Patience) -> dict[str, Any]:
    """Take a snapshot of the instance `database` and return its description once it is available."""
    client("rds").create_db_snapshot(DBSnapshotIdentifier=run.name, DBInstanceIdentifier=database, Tags=run.tags)

    def look() -> tuple[str, dict[str, Any]]:
        (found,) = client("rds").describe_db_snapshots(DBSnapshotIdentifier=run.name)["DBSnapshots"]
        return found["Status"], found

    return _available(f"The snapshot {run.name}", look, patience)


def restore_instance(*, run: Run, original: Mapping[str, Any], patience: Patience) -> dict[str, Any]:
    """Restore the run's snapshot into an instance beside `original` and return its description once available.

    It is reached by whoever reaches the original: same subnets, security groups and parameters.
    """
    client("rds").restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier=run.name,
        DBSnapshotIdentifier=run.name,
        DBInstanceClass=original["DBInstanceClass"],
        DBSubnetGroupName=original["DBSubnetGroup"]["DBSubnetGroupName"],
        VpcSecurityGroupIds=[each["VpcSecurityGroupId"] for each in original["VpcSecurityGroups"]],
        DBParameterGroupName=original["DBParameterGroups"][0]["DBParameterGroupName"],
        MultiAZ=False,
        PubliclyAccessible=False,
        DeletionProtection=False,
        Tags=run.tags,
    )
    return _available(f"The instance {run.name}", lambda: _instance(run.name), patience)


def describe(database: str) -> dict[str, Any]:
    """Return what RDS says of the instance `database`. Raises LookupError when there is none."""
    try:
        return _instance(database)[1]
    except ClientError as error:
        if code_of(error) not in GONE:
            raise
        raise LookupError(f"RDS has no instance {database}. Apply the stack 10-rds, or name the right one.") from error


def leftovers() -> list[Leftover]:
    """Return every instance and snapshot that a rehearsal made, by their tags."""
    rds = client("rds")
    found: list[Leftover] = []
    for page in rds.get_paginator("describe_db_instances").paginate():
        found += _ours("instance", page["DBInstances"], name="DBInstanceIdentifier")
    for page in rds.get_paginator("describe_db_snapshots").paginate(SnapshotType="manual"):
        found += _ours("snapshot", page["DBSnapshots"], name="DBSnapshotIdentifier")
    return found


def possible(run_id: str) -> list[Leftover]:
    """Return what the run may have left, for when RDS cannot be asked."""
    run = Run(run_id=run_id, expires_at=datetime.now(UTC))
    return [
        Leftover(kind=kind, name=run.name, run_id=run_id, expires_at=run.expires_at)
        for kind in ("instance", "snapshot")
    ]


def delete(unwanted: Iterable[Leftover], *, patience: Patience, say: Say) -> list[Leftover]:
    """Delete the `unwanted` and return those that are still there when the patience ends.

    What RDS refuses is tried again: an instance cannot be deleted while it is being made.
    """
    deletion = _Deletion(names={str(each) for each in unwanted}, say=say)
    if not deletion.names or patience.wait_for(deletion.is_done):
        return []
    return deletion.left()


@dataclass(frozen=True, kw_only=True)
class _Deletion:
    """What is to be deleted, and what came of it last."""

    names: set[str]
    say: Say
    outcomes: dict[str, str] = field(default_factory=dict)

    def left(self) -> list[Leftover]:
        return [each for each in leftovers() if str(each) in self.names]

    def is_done(self) -> bool | None:
        left = self.left()
        for each in left:
            if self.outcomes.get(str(each)) != DELETING:
                self._ask_for(each)
        return None if left else True

    def _ask_for(self, each: Leftover) -> None:
        outcome = each.delete() or DELETING
        if outcome != self.outcomes.get(str(each)):
            self.say(f"{each}: {outcome}")
        self.outcomes[str(each)] = outcome


def _instance(name: str) -> tuple[str, dict[str, Any]]:
    (found,) = client("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    return found["DBInstanceStatus"], found


def _available(what: str, look: Callable[[], tuple[str, dict[str, Any]]], patience: Patience) -> dict[str, Any]:
    status = "unknown"

    def is_available() -> dict[str, Any] | None:
        nonlocal status
        status, found = look()
        return found if status == "available" else None

    found = patience.wait_for(is_available)
    if found is None:
        raise NotAvailable(f"{what} was “{status}” after {patience.seconds:.0f} s instead of “available”.")
    return found


def _ours(kind: str, described: list[dict[str, Any]], *, name: str) -> Iterator[Leftover]:
    for each in described:
        tags = {tag["Key"]: tag["Value"] for tag in each.get("TagList", [])}
        # The name as well: a tag can be copied to what must stay.
        if tags.get("Purpose") == PURPOSE and each[name].startswith(PREFIX):
            yield Leftover(
                kind=kind,
                name=each[name],
                run_id=tags["RunId"],
                expires_at=datetime.fromisoformat(tags["ExpiresAt"]),
            )
