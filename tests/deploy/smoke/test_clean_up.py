"""How a run ends that is told to stop again and again, and one whose disk is full; with stand-ins for Terraform."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.ephemeral import Part, find_parts
from deploy.evidence.folder import NotWritten
from deploy.sdk.clients import client
from deploy.smoke.account import Account
from deploy.smoke.balancer import LoadBalancer, Log, TerraformBalancer
from deploy.smoke.cleanup import CleanUp
from deploy.smoke.course import Course
from deploy.smoke.interruption import Interruption
from deploy.smoke.order import Order
from deploy.smoke.progress import Progress
from deploy.smoke.record import Record
from deploy.smoke.run import _finish, _Work
from deploy.stacks.stack import TerraformFailed
from deploy.stacks.state_store import StateStore
from tests.deploy.aws.moto import Moto

STORE = StateStore(bucket="papyrus-any", region="us-west-2")
ACCOUNT = Account(
    vpc_id="any",
    public_subnets={},
    database_identifier="any",
    database_secret_arn="any",
    cluster_name="any",
    web_service_name="any",
    log_group_name="any",
    container_port=5000,
    alarm_topic_arn=None,
)
SECRET = {"host": "a.host.of.a.test", "password": "a password of a test"}


class Terraform:
    """Plays Terraform. While it applies, as many Ctrl-C come as are asked for."""

    def __init__(self, *, interruptions: int = 0) -> None:
        self.calls: list[str] = []
        self._interruptions = interruptions

    def plan(self, variables: Mapping[str, object], log: Log) -> None:
        self.calls.append("plan")

    def apply(self, variables: Mapping[str, object], log: Log) -> LoadBalancer:
        self.calls.append("apply")
        for _ in range(self._interruptions):
            os.kill(os.getpid(), signal.SIGINT)
        raise TerraformFailed(stack="20-alb", verb="apply", exit_code=1, tail="Error: interrupted")

    def destroy(self, variables: Mapping[str, object], log: Log) -> None:
        self.calls.append("destroy")
        log("Destroy complete!")

    def owner(self, parts: Iterable[Part]) -> str | None:
        return None


class FullDisk(Record):
    """A record whose logs cannot be begun."""

    @contextmanager
    def log(self, kind: str) -> Iterator[Log]:
        raise NotWritten(f"No space left for {kind}.")
        yield  # for a generator


@pytest.fixture(scope="module")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moto]:
    server = Moto(printed=tmp_path_factory.mktemp("moto") / "printed")
    yield server
    server.stop()


@pytest.fixture
def order(moto: Moto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Order:
    """An order for a run in an empty account with the bucket of the states."""
    for name, value in moto.environment.items():
        monkeypatch.setenv(name, value)
    moto.reset()
    return Order(
        run_id="t-1",
        started_at=datetime.now(UTC),
        state=STORE,
        evidence=tmp_path / "evidence",
        label="test",
        is_dry_run=False,
        connect_to=None,
        healthy_seconds=1,
        answer_seconds=1,
        log_seconds=1,
    )


@contextmanager
def course() -> Iterator[Course]:
    progress = Progress(mask=str)
    with Interruption(say=progress.say) as interruption:
        yield Course(interruption=interruption, progress=progress)


def manifest(order: Order) -> dict[str, object]:
    (path,) = order.evidence.glob("*_manifest.json")
    found: dict[str, object] = json.loads(path.read_text())
    return found


@pytest.mark.parametrize(("times", "code", "calls"), [(1, 130, ["destroy"]), (2, 130, ["destroy"]), (3, 33, [])])
def test_run_finishes_its_evidence_however_often_it_is_told_to_stop_at_apply(
    order: Order, capfd: pytest.CaptureFixture[str], times: int, code: int, calls: list[str]
) -> None:
    terraform, record = Terraform(interruptions=times), Record(order=order, secret=SECRET)
    with course() as running:
        _Work(order=order, account=ACCOUNT, record=record, balancer=terraform, course=running).run()
        _finish(record, order=order, course=running)

        assert running.exit_code() == code

    assert terraform.calls == ["plan", "apply", *calls]
    assert manifest(order)["result"] == "failed"
    printed = capfd.readouterr().out
    assert ("Abandoned. Left: nothing that is known." in printed) == (times == 3)
    assert "evidence: ok" in printed


def test_destroy_runs_when_its_log_cannot_be_begun_and_says_so(order: Order, capfd: pytest.CaptureFixture[str]) -> None:
    terraform = Terraform()
    with course() as running:
        CleanUp(order=order, balancer=terraform, course=running, variables={}).run(FullDisk(order=order, secret=SECRET))

        assert running.exit_code() == 31

    assert terraform.calls == ["destroy"]
    assert "No space left for alb_destroy." in capfd.readouterr().out


def test_run_says_so_when_there_is_no_terraform(
    order: Order, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with course() as running:
        terraform = TerraformBalancer(state=STORE, work_folder=tmp_path / "work", interruption=running.interruption)
        record = Record(order=order, secret=SECRET)
        _Work(order=order, account=ACCOUNT, record=record, balancer=terraform, course=running).run()

        assert running.exit_code() == 12

    printed = capfd.readouterr().out
    assert "no program “terraform” is on PATH" in printed
    assert "Nothing was made, so nothing has to be cleaned up." in printed


def test_a_rehearsals_database_is_no_part_of_a_load_balancer(order: Order) -> None:
    tags = {"Ephemeral": "true", "RunId": "r1", "ExpiresAt": "2020-01-01T00:00:00Z"}
    tagged = [{"Key": key, "Value": value} for key, value in tags.items()]
    client("rds").create_db_instance(
        DBInstanceIdentifier="papyrus-restore-r1",
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        MasterUsername="papyrus",
        MasterUserPassword="of-a-test",
        AllocatedStorage=20,
        Tags=tagged,
    )
    found = client("resourcegroupstaggingapi").get_resources()["ResourceTagMappingList"]
    assert ["papyrus-restore-r1" in each["ResourceARN"] for each in found] == [True]

    assert find_parts() == []
