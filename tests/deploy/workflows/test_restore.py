"""A rehearsed restore: RDS is moto's, the databases that are checked, counted and compared are real ones.

The stand-in copies the database when the snapshot is taken, and the restored instance's address leads to the copy.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql

from deploy import restore
from deploy.command_line import steps
from deploy.evidence.verification import verify
from deploy.restoration.rehearsal import Code
from deploy.restoration.row_counts import differences
from deploy.restoration.temporary_database import Run
from tests.deploy.conftest import connect_as_owner
from tests.deploy.database.installation import Installation
from tests.deploy.workflows.conftest import ROOT, Account, allowed, create, drop
from tests.deploy.workflows.stand_in import Platform

HASTE = ("--poll-seconds", "0.05", "--task-seconds", "90", "--instance-seconds", "20", "--run-id", "r1")
COUNT = "python manage.py count_rows"


@dataclass(frozen=True, kw_only=True)
class Rds:
    """The account with its database, and the folder for evidence."""

    account: Account
    original: str
    copy: str
    evidence: Path

    def rehearse(self, *arguments: str) -> int:
        return restore.main([*HASTE, "--evidence", str(self.evidence), *arguments])

    def left(self) -> list[str]:
        """The instances and snapshots besides the original."""
        rds = self.account.direct("rds")
        instances = [each["DBInstanceIdentifier"] for each in rds.describe_db_instances()["DBInstances"]]
        snapshots = [
            each["DBSnapshotIdentifier"] for each in rds.describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
        ]
        return [*(each for each in instances if each != "papyrus-prd"), *snapshots]

    def report(self) -> dict[str, Any]:
        (path,) = self.evidence.glob("*_restore.json")
        found: dict[str, Any] = json.loads(path.read_text())
        return found

    def execute(self, database: str, statement: str) -> None:
        with closing(connect_as_owner(database)) as connection:
            connection.execute(sql.SQL(statement))


@pytest.fixture
def rds(account: Account, original: Installation, tmp_path: Path) -> Iterator[Rds]:
    """An RDS instance whose database is the real `original`."""
    made = Rds(
        account=account, original=original.database, copy=f"workflow_{uuid.uuid4().hex}", evidence=tmp_path / "evidence"
    )
    client = account.direct("rds")
    network = account.network["awsvpcConfiguration"]
    client.create_db_subnet_group(
        DBSubnetGroupName="papyrus-prd", DBSubnetGroupDescription="of a test", SubnetIds=network["subnets"]
    )
    client.create_db_parameter_group(
        DBParameterGroupName="papyrus-prd-postgres16", DBParameterGroupFamily="postgres16", Description="of a test"
    )
    client.create_db_instance(
        DBInstanceIdentifier="papyrus-prd",
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        EngineVersion="16.3",
        AllocatedStorage=20,
        MasterUsername="papyrus",
        MasterUserPassword="only-in-this-test",
        DBSubnetGroupName="papyrus-prd",
        DBParameterGroupName="papyrus-prd-postgres16",
        VpcSecurityGroupIds=network["securityGroups"],
        DeletionProtection=True,
        Tags=[{"Key": "Project", "Value": "papyrus"}],
    )
    address = client.describe_db_instances()["DBInstances"][0]["Endpoint"]["Address"]
    restored = {"PGHOST": os.environ["PGHOST"], "PGPORT": os.environ["PGPORT"], "PGDATABASE": made.copy}
    account.platform.agent.databases[address.replace("papyrus-prd", "papyrus-restore-r1")] = restored
    account.platform.script.on_snapshot = lambda: create(made.copy, template=made.original)
    yield made
    drop(made.copy)


@pytest.fixture
def quick(rds: Rds) -> Rds:
    """The same, with tasks that are not the real ones but answer at once."""
    address = next(iter(rds.account.platform.agent.databases))
    to_copy = f"env -u DATABASE_SECRET_ARN PGHOST={address} PGPORT=5432"
    rows = ["echo", '{"rows": {"products": 3}}']
    rds.account.platform.agent.instead = {
        COUNT: rows,
        f"{to_copy} {COUNT}": rows,
        f"{to_copy} python manage.py dbcheck --json": ["echo", '{"ok": true, "checks": {}}'],
    }
    return rds


def test_restore_checks_compares_measures_and_deletes(rds: Rds, capsys: pytest.CaptureFixture[str]) -> None:
    assert rds.rehearse() == Code.REHEARSED

    assert rds.left() == []
    assert set(rds.account.platform.calls) <= allowed("rds-snapshot")
    report = rds.report()
    assert report["result"] == "rehearsed"
    assert list(report["seconds"]) == ["snapshot", "restore", "check"]
    assert report["recovery_seconds"] == pytest.approx(report["seconds"]["restore"] + report["seconds"]["check"])
    assert report["check"]["checks"]["migrations"] == {"ok": True, "detail": "none"}
    rows = report["rows"]
    assert rows["before"] == rows["after"] == rows["restored"]
    assert {"stored_products", "delivery_notes", "django_migrations"} <= rows["restored"].keys()
    assert rows["differences"] == report["left_behind"] == []
    assert "rows are as in the original." in capsys.readouterr().out


def test_restore_leaves_evidence_that_is_fit_to_be_published(quick: Rds) -> None:
    quick.rehearse()

    assert verify(quick.evidence) == []
    (manifest,) = quick.evidence.glob("*_manifest.json")
    assert json.loads(manifest.read_text())["result"] == "passed"


def test_restore_really_asks_the_copy_and_not_the_original(rds: Rds) -> None:
    script = rds.account.platform.script
    script.before_restore = lambda: rds.execute(rds.copy, "delete from papyrus_schema.tax_rates")

    assert rds.rehearse() == Code.ROWS_DIFFER

    assert rds.left() == []
    rows = rds.report()["rows"]
    rates = rows["before"]["tax_rates"]
    assert rates > 0
    # Of each row that went, the change history keeps that it went.
    changes = rows["before"]["tax_rate_changes"]
    assert rows["differences"] == [
        f"tax_rate_changes has {changes + rates} rows instead of {changes}",
        f"tax_rates has 0 rows instead of {rates}",
    ]


def test_restore_finds_fault_when_the_copy_lacks_its_migrations(rds: Rds) -> None:
    script = rds.account.platform.script
    script.before_restore = lambda: rds.execute(rds.copy, "delete from papyrus_schema.django_migrations")

    assert rds.rehearse() == Code.CHECK_FAILED

    assert rds.left() == []
    assert "migrations (" in rds.report()["result"]


def test_restore_tags_all_it_makes_and_waits_for_the_instance(quick: Rds) -> None:
    script = quick.account.platform.script
    script.looks_until_available = 3
    made: list[dict[str, str]] = []

    def look() -> None:
        (snapshot,) = quick.account.direct("rds").describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
        made.append({tag["Key"]: tag["Value"] for tag in snapshot["TagList"]})

    script.before_restore = look
    assert quick.rehearse() == Code.REHEARSED
    assert script.looks_until_available == 0
    (tags,) = made
    assert tags.keys() >= {"Project", "Ephemeral", "Purpose", "RunId", "ExpiresAt"}
    assert (tags["Ephemeral"], tags["RunId"]) == ("true", "r1")


def test_restore_restores_to_the_same_network_and_to_nowhere_public(quick: Rds) -> None:
    quick.rehearse()

    (asked,) = quick.account.platform.restores
    assert asked["DBSubnetGroupName"] == "papyrus-prd"
    assert asked["DBParameterGroupName"] == "papyrus-prd-postgres16"
    assert (asked["PubliclyAccessible"], asked["DeletionProtection"]) == ("false", "false")
    assert (
        asked["VpcSecurityGroupIds.VpcSecurityGroupId.1"]
        == quick.account.network["awsvpcConfiguration"]["securityGroups"][0]
    )


def test_restore_deletes_and_says_so_when_the_instance_is_late(quick: Rds, capsys: pytest.CaptureFixture[str]) -> None:
    quick.account.platform.script.looks_until_available = 10**6

    assert quick.rehearse("--instance-seconds", "0.5") == Code.RESTORE_FAILED

    assert quick.left() == []
    assert "The instance papyrus-restore-r1 was “creating” after 0 s instead of “available”." in capsys.readouterr().err


def test_restore_asks_again_when_the_instance_cannot_be_deleted_yet(quick: Rds) -> None:
    quick.account.platform.script.deletions_refused = 3

    assert quick.rehearse() == Code.REHEARSED
    assert quick.left() == []


def test_restore_names_what_is_left_when_it_cannot_be_deleted(quick: Rds, capsys: pytest.CaptureFixture[str]) -> None:
    quick.account.platform.script.deletions_refused = 10**6

    assert quick.rehearse("--instance-seconds", "1") == Code.LEFT_BEHIND

    assert quick.left() == ["papyrus-restore-r1"]
    assert quick.report()["left_behind"] == ["instance papyrus-restore-r1"]
    printed = capsys.readouterr()
    assert printed.out.count("AWS refused DeleteDBInstance: InvalidDBInstanceState") == 1
    assert "Still there, and costing money: instance papyrus-restore-r1." in printed.err


def test_restore_fears_the_worst_when_it_cannot_see_what_is_left(
    quick: Rds, capsys: pytest.CaptureFixture[str]
) -> None:
    script = quick.account.platform.script
    script.before_restore = lambda: script.denied.add("DescribeDBInstances")

    assert quick.rehearse() == Code.LEFT_BEHIND

    printed = capsys.readouterr()
    assert "What is left cannot be seen" in printed.out
    assert "instance papyrus-restore-r1, snapshot papyrus-restore-r1" in printed.err
    assert quick.report()["result"].startswith("AWS refused DescribeDBInstances: AccessDeniedException")


def test_restore_deletes_its_snapshot_when_a_task_cannot_run(quick: Rds, capsys: pytest.CaptureFixture[str]) -> None:
    def no_more_tasks() -> None:
        create(quick.copy, template=quick.original)
        quick.account.platform.script.start_failures = ["RESOURCE:ENI"]

    quick.account.platform.script.on_snapshot = no_more_tasks

    assert quick.rehearse() == Code.TASK_FAILED

    assert quick.left() == []
    assert "RESOURCE:ENI" in capsys.readouterr().err


@pytest.mark.parametrize("option", [("--database", "another"), ("--web", "another")])
def test_restore_makes_nothing_when_the_original_is_not_there(quick: Rds, option: tuple[str, str]) -> None:
    assert quick.rehearse(*option) == Code.NOT_FOUND
    assert "CreateDBSnapshot" not in quick.account.platform.calls


def test_restore_asks_for_no_leftovers_when_it_has_made_nothing(quick: Rds) -> None:
    assert quick.rehearse("--web", "another") == Code.NOT_FOUND

    # Once only, for what is expired of earlier rehearsals.
    assert quick.account.platform.calls.count("DescribeDBSnapshots") == 1


@pytest.mark.parametrize("arguments", [(), ("--clean",)])
def test_restore_claims_nothing_when_there_are_no_credentials(
    signed_out: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert restore.main([*HASTE, "--evidence", str(tmp_path / "evidence"), *arguments]) == steps.Code.AWS

    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == (
        "FAILED: AWS could not be asked: Unable to locate credentials. Sign in, or set AWS_PROFILE.\n"
    )
    assert not (tmp_path / "evidence").exists()


@pytest.mark.parametrize("run_id", ["A B", "r--1", "r" * 25])
def test_restore_refuses_an_id_that_cannot_be_part_of_a_name(run_id: str) -> None:
    with pytest.raises(SystemExit) as ended:
        restore.main(["--clean", "--run-id", run_id])

    assert ended.value.code == 2


def test_restore_names_the_remedy_when_the_stacks_are_not_applied(
    platform: Platform, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evidence = tmp_path / "evidence"
    assert restore.main([*HASTE, "--evidence", str(evidence)]) == Code.NOT_FOUND

    printed = capsys.readouterr()
    assert "There is no cluster papyrus-prd in us-west-2. Apply the stack 15-ecs" in printed.err
    assert printed.out.endswith(f"Evidence: {evidence}\n")
    (manifest,) = evidence.glob("*_manifest.json")
    assert json.loads(manifest.read_text())["label"] == "not AWS: AWS_ENDPOINT_URL is set"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_restore_deletes_what_it_made_when_it_is_told_to_stop(quick: Rds, number: signal.Signals) -> None:
    process = start_endless(quick)

    process.send_signal(number)

    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "The rehearsal was told to stop. What it had made is deleted." in errors
    assert quick.left() == []
    assert quick.report()["result"].startswith("The rehearsal was told to stop.")


def test_restore_names_what_is_left_when_it_is_told_to_stop_three_times(quick: Rds) -> None:
    quick.account.platform.script.deletions_refused = 10**6
    process = start_endless(quick)

    assert process.stdout is not None
    for answer in ("2 more abandon it", "Once more abandons it", "the clean-up is abandoned"):
        process.send_signal(signal.SIGINT)
        while answer not in (line := process.stdout.readline()):
            assert line, process.communicate()

    _, errors = process.communicate(timeout=60)
    assert process.returncode == Code.LEFT_BEHIND, errors
    assert "Traceback" not in errors
    assert "instance papyrus-restore-r1" in errors
    assert quick.report()["left_behind"] != []


def test_restore_cleans_up_by_run_when_it_was_killed(quick: Rds, capsys: pytest.CaptureFixture[str]) -> None:
    process = start_endless(quick)
    process.kill()
    process.communicate(timeout=60)
    assert len(quick.left()) == 2

    assert restore.main(["--clean", "--run-id", "r1", "--poll-seconds", "0.05"]) == Code.REHEARSED

    assert quick.left() == []
    assert "Nothing is left in us-west-2." in capsys.readouterr().out


def test_restore_cleans_up_only_what_is_expired_when_no_run_is_named(quick: Rds) -> None:
    now = datetime.now(UTC)
    for run_id, hours in (("old", -1), ("new", 1)):
        run = Run(run_id=run_id, expires_at=now + timedelta(hours=hours))
        quick.account.direct("rds").create_db_snapshot(
            DBSnapshotIdentifier=run.name, DBInstanceIdentifier="papyrus-prd", Tags=run.tags
        )
    quick.account.direct("rds").create_db_snapshot(
        DBSnapshotIdentifier="kept-by-hand", DBInstanceIdentifier="papyrus-prd", Tags=run.tags
    )

    assert restore.main(["--clean", "--poll-seconds", "0.05"]) == Code.REHEARSED

    assert sorted(quick.left()) == ["kept-by-hand", "papyrus-restore-new"]


def start_endless(rds: Rds) -> subprocess.Popen[str]:
    """Start a rehearsal whose instance never becomes available, and return once it waits for that."""
    script = rds.account.platform.script
    script.looks_until_available = 10**6
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.restore", *HASTE, "--evidence", str(rds.evidence), "--instance-seconds", "60"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    ends_at = time.monotonic() + 60
    while script.looks_until_available == 10**6:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < ends_at, "the instance was not waited for in 60 s"
        time.sleep(0.05)
    return process


@pytest.mark.parametrize(
    ("before", "after", "restored", "found"),
    [
        ({"a": 1}, {"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 3}, {"a": 2}, []),
        ({"a": 3}, {"a": 1}, {"a": 3}, []),
        ({"a": 1}, {"a": 3}, {"a": 4}, ["a has 4 rows instead of 1 to 3"]),
        ({"a": 2}, {"a": 2}, {"a": 1}, ["a has 1 rows instead of 2"]),
        ({"a": 1, "b": 0}, {"a": 1, "b": 0}, {"a": 1}, ["the table b is missing"]),
    ],
)
def test_differences_allow_what_may_have_happened_meanwhile(
    before: dict[str, int], after: dict[str, int], restored: dict[str, int], found: list[str]
) -> None:
    assert differences(before=before, after=after, restored=restored) == found
