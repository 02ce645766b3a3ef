"""What the sweep destroys, and what it leaves alone."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from deploy import ephemeral
from deploy.ephemeral import Kind
from deploy.sdk.clients import client, region
from tests.conftest import needed_program
from tests.deploy.aws.moto import Moto
from tests.deploy.aws.smoke.runs import PATIENCE_SECONDS, left_of
from tests.deploy.aws.standins.gateway import Gateway
from tests.deploy.aws.standins.health import HEALTHY
from tests.deploy.aws.standins.quick_balancer import QuickBalancer, tags_of
from tests.warm.processes import run

LeaveBehind = Callable[[str, timedelta], None]

BUCKET = "papyrus-sweep-state"


@pytest.fixture(scope="module", autouse=True)
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An account of its own, for others' load balancers may be expired: a VPC, subnets and a bucket for states."""
    moto = Moto(printed=tmp_path_factory.mktemp("moto") / "printed")
    with pytest.MonkeyPatch.context() as environment:
        for name, value in moto.environment.items():
            environment.setenv(name, value)
        make_bucket(BUCKET)
        yield
    moto.stop()


@pytest.fixture(scope="module")
def network() -> dict[str, object]:
    """The outputs of 00-network that matter to a load balancer."""
    subnets = client("ec2").describe_subnets()["Subnets"]
    (group,) = client("ec2").describe_security_groups()["SecurityGroups"]
    return {
        "vpc_id": group["VpcId"],
        "public_subnets": {subnet["AvailabilityZone"]: subnet["SubnetId"] for subnet in subnets},
        "task_security_group_id": group["GroupId"],
    }


@pytest.fixture
def leave_behind(network: dict[str, object]) -> Iterator[LeaveBehind]:
    """A function that makes what a run leaves when it is killed; the time is that until it expires."""
    made: list[str] = []

    def leave(run_id: str, remaining: timedelta) -> None:
        made.append(run_id)
        expires_at = f"{datetime.now(UTC) + remaining:%Y-%m-%dT%H:%M:%SZ}"
        QuickBalancer(network=network).apply({"run_id": run_id, "expires_at": expires_at}, lambda line: None)

    yield leave
    for run_id in made:
        assert sweep("--run-id", run_id).returncode == 0


def sweep(*options: str, bucket: str = BUCKET) -> subprocess.CompletedProcess[str]:
    """Run `python -m deploy.sweep` with these options."""
    return run(["-m", "deploy.sweep", "--state-bucket", bucket, *options], env=os.environ, timeout=PATIENCE_SECONDS)


def make_bucket(name: str) -> None:
    client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region()})


def test_sweep_destroys_the_expired_and_leaves_the_fresh(leave_behind: LeaveBehind) -> None:
    leave_behind("s-old", timedelta(minutes=-1))
    leave_behind("s-new", timedelta(hours=1))
    before = left_of(client, run_id="s-new")

    done = sweep("--expired")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "nothing expired is left in us-west-2"
    assert left_of(client, run_id="s-old") == []
    assert left_of(client, run_id="s-new") == before != []


def test_sweep_says_so_when_there_is_nothing_to_destroy() -> None:
    done = sweep("--expired", "--dry-run")

    assert (done.returncode, done.stdout, done.stderr) == (0, "nothing expired is left in us-west-2\n", "")


@pytest.mark.parametrize("run_id", ["A B", "a--b"])
def test_sweep_refuses_what_is_no_runs_id(run_id: str) -> None:
    done = sweep("--run-id", run_id, "--dry-run")

    assert (done.returncode, done.stdout) == (2, "")
    assert f"argument --run-id: “{run_id}” is not" in done.stderr


def test_sweep_names_the_remedy_when_there_are_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", os.devnull)

    done = sweep("--expired")

    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout == "AWS could not be asked: Unable to locate credentials. Sign in, or set AWS_PROFILE.\n"


def test_sweep_destroys_one_run_and_leaves_the_others(leave_behind: LeaveBehind) -> None:
    leave_behind("s-one", timedelta(hours=1))
    leave_behind("s-two", timedelta(minutes=-1))
    before = left_of(client, run_id="s-two")

    assert sweep("--run-id", "s-one").returncode == 0

    assert left_of(client, run_id="s-one") == []
    assert left_of(client, run_id="s-two") == before != []


@pytest.mark.parametrize("missing", ["Ephemeral", "RunId"])
def test_sweep_leaves_what_lacks_a_tag(network: dict[str, object], missing: str) -> None:
    elbv2, run_id = client("elbv2"), f"s-no-{missing.lower()}"
    tags = [tag for tag in tags_of(run_id=run_id, expires_at="2026-01-01T00:00:00Z") if tag["Key"] != missing]
    (made,) = elbv2.create_target_group(
        Name=f"papyrus-{run_id}", Protocol="HTTP", Port=80, VpcId=network["vpc_id"], Tags=tags
    )["TargetGroups"]

    assert [sweep("--expired").returncode, sweep("--run-id", run_id).returncode] == [0, 0]

    assert left_of(client, run_id=run_id) == [made["TargetGroupArn"]]
    elbv2.delete_target_group(TargetGroupArn=made["TargetGroupArn"])


def test_sweep_ends_red_when_it_cannot_destroy_a_part() -> None:
    sns = client("sns")
    topic = sns.create_topic(Name="s-odd", Tags=tags_of(run_id="s-odd", expires_at="2026-01-01T00:00:00Z"))["TopicArn"]

    done = sweep("--run-id", "s-odd", "--seconds", "0")

    sns.delete_topic(TopicArn=topic)
    assert done.returncode == 1
    assert "LEFT: part of an unknown kind" in done.stdout
    assert done.stdout.splitlines()[-1] == "something of run s-odd is left in us-west-2"


@pytest.mark.parametrize(("hours", "is_locked"), [(0, True), (2, False)])
def test_scheduled_sweep_takes_only_an_old_lock_away(hours: int, is_locked: bool) -> None:
    needed_program("terraform")
    s3, bucket, key = client("s3"), f"papyrus-lock-{hours}", "20-alb.tfstate.tflock"
    make_bucket(bucket)
    lock = {
        "ID": "11111111-2222-3333-4444-555555555555",
        "Operation": "OperationTypeApply",
        "Info": "",
        "Who": "runner@gone",
        "Version": "1.11.4",
        "Created": f"{datetime.now(UTC) - timedelta(hours=hours):%Y-%m-%dT%H:%M:%S}.123456789Z",
        "Path": f"{bucket}/20-alb.tfstate",
    }
    s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(lock).encode())

    assert sweep("--expired", bucket=bucket).returncode == 0

    assert bool(s3.list_objects_v2(Bucket=bucket, Prefix=key).get("Contents")) is is_locked


def test_search_passes_over_what_another_run_destroys_meanwhile(
    leave_behind: LeaveBehind, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_behind("s-here", timedelta(hours=1))
    leave_behind("s-going", timedelta(hours=1))
    elbv2 = client("elbv2")
    going = [arn for arn in left_of(client, run_id="s-going") if arn.startswith("arn:")]

    gateway = Gateway(moto=os.environ["AWS_ENDPOINT_URL"], health_of=lambda *_: HEALTHY)
    with closing(gateway), monkeypatch.context() as environment, ThreadPoolExecutor(1) as thread:
        environment.setenv("AWS_ENDPOINT_URL", gateway.url)
        hold = gateway.holds.add("DescribeTags")
        found = thread.submit(ephemeral.find_parts)
        hold.wait_until_reached()
        elbv2.delete_load_balancer(LoadBalancerArn=going[0])
        elbv2.delete_target_group(TargetGroupArn=going[1])
        hold.release()
        parts = found.result()

    # A load balancer's tags outlive it in moto.
    kinds = (Kind.LISTENER, Kind.TARGET_GROUP)
    assert [(part.run_id, part.kind) for part in parts if part.kind in kinds] == [("s-here", kind) for kind in kinds]
