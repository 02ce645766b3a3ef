"""A release against moto, with tasks that really run; deployments end as the stand-in's script says."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator

import pytest

from deploy import release
from deploy.release import Code
from tests.deploy.workflows.conftest import OLD, ROOT, Account, allowed, create, drop
from tests.deploy.workflows.stand_in import Platform, Rollout

HASTE = ("--poll-seconds", "0.05", "--task-seconds", "90", "--service-seconds", "30")
MIGRATE = ["python", "manage.py", "migrate"]
DBCHECK = ["python", "manage.py", "dbcheck", "--json"]
CHANGING = ("RunTask", "RegisterTaskDefinition", "UpdateService", "StopTask")


@pytest.fixture
def changes(account: Account) -> Callable[[], list[str]]:
    """A function that returns what the test asked ECS to change, in order."""
    account.platform.calls.clear()
    return lambda: [call for call in account.platform.calls if call in CHANGING]


@pytest.fixture
def empty_database() -> Iterator[str]:
    name = f"workflow_{uuid.uuid4().hex}"
    create(name)
    yield name
    drop(name)


@pytest.fixture
def quick(account: Account) -> Account:
    """The account, with tasks that are not the real ones but end well at once."""
    account.platform.agent.instead = {
        " ".join(MIGRATE): ["true"],
        " ".join(DBCHECK): ["echo", '{"ok": true, "checks": {}}'],
    }
    return account


def runs_new_image(account: Account, service: str) -> bool:
    return account.image_of(f"papyrus-prd-{service}").endswith(f"/papyrus@{account.new}")


def test_release_migrates_updates_and_checks_in_this_order(
    account: Account, changes: Callable[[], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    code = release.main([account.new, *HASTE])

    assert code == Code.RELEASED
    assert changes() == [
        *("RegisterTaskDefinition", "RunTask"),
        *("RegisterTaskDefinition", "RegisterTaskDefinition", "UpdateService", "UpdateService"),
        "RunTask",
    ]
    assert account.platform.agent.commands == [MIGRATE, DBCHECK]
    assert runs_new_image(account, "web")
    assert runs_new_image(account, "worker")
    printed = capsys.readouterr().out
    assert "migrations: none" in printed
    assert set(account.platform.calls) <= allowed("ecs-deploy")
    assert printed.endswith(f"Released {account.new}.\n")


def test_release_changes_nothing_but_the_image_of_a_task_definition(quick: Account) -> None:
    ecs = quick.direct("ecs")
    before = ecs.describe_task_definition(taskDefinition="papyrus-web", include=["TAGS"])

    release.main([quick.new, *HASTE])

    after = ecs.describe_task_definition(taskDefinition="papyrus-web", include=["TAGS"])
    changed = {key for key, value in before["taskDefinition"].items() if after["taskDefinition"][key] != value}
    assert changed <= {"containerDefinitions", "revision", "taskDefinitionArn", "registeredAt"}
    (old,), (new,) = (each["taskDefinition"]["containerDefinitions"] for each in (before, after))
    assert old | {"image": new["image"]} == new
    assert after["tags"] == before["tags"] == [{"key": "Project", "value": "papyrus"}]


def test_release_asks_for_a_circuit_breaker_that_rolls_back(quick: Account) -> None:
    release.main([quick.new, *HASTE])

    # moto does not tell back what it was asked for, the stand-in does.
    assert [each["deploymentConfiguration"]["deploymentCircuitBreaker"] for each in quick.platform.updates] == [
        {"enable": True, "rollback": True},
        {"enable": True, "rollback": True},
    ]


def test_release_takes_over_what_a_later_revision_changed(quick: Account) -> None:
    quick.register("papyrus-web", ["gunicorn", "papyrus_site.wsgi"], WEB_THREADS="8")

    release.main([quick.new, *HASTE])

    arn = quick.service("papyrus-prd-web")["taskDefinition"]
    described = quick.direct("ecs").describe_task_definition(taskDefinition=arn)["taskDefinition"]
    assert {"name": "WEB_THREADS", "value": "8"} in described["containerDefinitions"][0]["environment"]


def test_release_makes_no_new_revision_when_it_is_repeated(quick: Account, changes: Callable[[], list[str]]) -> None:
    release.main([quick.new, *HASTE])
    quick.platform.calls.clear()

    assert release.main([quick.new, *HASTE]) == Code.RELEASED
    assert "RegisterTaskDefinition" not in changes()


@pytest.mark.parametrize("digest", ["latest", "papyrus:latest", "sha256:abc", f"sha256:{'A' * 64}", ""])
def test_release_changes_nothing_when_it_is_given_no_digest(
    quick: Account, changes: Callable[[], list[str]], capsys: pytest.CaptureFixture[str], digest: str
) -> None:
    assert release.main([digest, *HASTE]) == Code.IMAGE_REFUSED
    assert changes() == []
    assert f"“{digest}” is no digest." in capsys.readouterr().err


def test_release_names_the_remedy_when_the_stack_is_not_applied(
    platform: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release.main([OLD, *HASTE]) == Code.IMAGE_REFUSED
    assert "There is no repository papyrus in us-west-2. Apply the stack 15-ecs" in capsys.readouterr().err


def test_release_changes_nothing_when_the_repository_lacks_the_image(
    quick: Account, changes: Callable[[], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert release.main([OLD, *HASTE]) == Code.IMAGE_REFUSED
    assert changes() == []
    assert f"The repository papyrus has no image {OLD}." in capsys.readouterr().err


def test_release_changes_nothing_when_a_service_is_missing(
    quick: Account, changes: Callable[[], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert release.main([quick.new, *HASTE, "--worker", "nobody"]) == Code.NO_SERVICE
    assert changes() == []
    assert "has no active service nobody" in capsys.readouterr().err

    assert release.main([quick.new, *HASTE, "--migrate-family", "nothing"]) == Code.NO_SERVICE
    assert changes() == []
    assert "There is no task definition nothing in us-west-2." in capsys.readouterr().err


def test_release_leaves_the_services_when_the_migration_exits_badly(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    account.register(
        "papyrus-migrate", ["python", "manage.py", "migrate", "nothing_of_ours"], role=account.database.owner
    )

    assert release.main([account.new, *HASTE]) == Code.MIGRATION_FAILED

    assert not runs_new_image(account, "web")
    assert not runs_new_image(account, "worker")
    printed = capsys.readouterr()
    assert "exit code 1; Essential container in task exited. The services run what they ran before." in printed.err
    assert "No installed app with label 'nothing_of_ours'" in printed.out


def test_release_leaves_the_services_when_the_migration_cannot_start(
    quick: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    quick.platform.script.never_run = "CannotPullContainerError: pull access denied"

    assert release.main([quick.new, *HASTE]) == Code.MIGRATION_FAILED

    assert not runs_new_image(quick, "web")
    assert "it never ran; CannotPullContainerError: pull access denied." in capsys.readouterr().err


def test_release_leaves_the_services_when_ecs_starts_no_task(
    quick: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    quick.platform.script.start_failures = ["RESOURCE:ENI"]

    assert release.main([quick.new, *HASTE]) == Code.MIGRATION_FAILED
    assert "ECS did not start “papyrus-migrate:2”: RESOURCE:ENI." in capsys.readouterr().err


def test_release_stops_the_migration_when_it_is_late(
    quick: Account, changes: Callable[[], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    quick.register("papyrus-migrate", ["sleep", "300"])
    quick.platform.calls.clear()

    code = release.main([quick.new, "--poll-seconds", "0.05", "--task-seconds", "0.5"])

    assert code == Code.MIGRATION_FAILED
    assert changes() == ["RegisterTaskDefinition", "RunTask", "StopTask"]
    assert "had not ended after 0 s." in capsys.readouterr().err


def test_release_names_the_reason_when_the_web_service_is_rolled_back(
    quick: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    quick.platform.script.rollouts["papyrus-prd-web"] = Rollout.ROLLS_BACK

    assert release.main([quick.new, *HASTE]) == Code.ROLLED_BACK

    assert not runs_new_image(quick, "worker")
    assert set(quick.platform.calls) <= allowed("ecs-deploy")
    said = capsys.readouterr().err
    assert (
        "The service papyrus-prd-web was rolled back from papyrus-web:2 to papyrus-web:1: ECS deployment circuit "
        "breaker: tasks failed to start. (service papyrus-prd-web) rolling back to deployment ecs-svc/old. A task of "
        "it ended: exit code 3; Essential container in task exited. The migrations stay. papyrus-prd-worker was not "
        "touched." in said
    )


def test_release_says_what_runs_now_when_the_worker_is_rolled_back(
    quick: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    quick.platform.script.rollouts["papyrus-prd-worker"] = Rollout.ROLLS_BACK

    assert release.main([quick.new, *HASTE]) == Code.ROLLED_BACK

    assert runs_new_image(quick, "web")
    assert "papyrus-prd-web runs the new image: release the former digest to go back." in capsys.readouterr().err


def test_release_says_what_ecs_waits_for_when_a_service_does_not_become_stable(
    quick: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    quick.platform.script.rollouts["papyrus-prd-web"] = Rollout.HANGS

    code = release.main([quick.new, "--poll-seconds", "0.05", "--task-seconds", "90", "--service-seconds", "0.5"])

    assert code == Code.UNSTABLE
    said = capsys.readouterr().err
    assert "(service papyrus-prd-web) was unable to place a task." in said
    assert "long ago" not in said


def test_release_ends_badly_when_the_new_image_finds_fault_with_the_database(
    account: Account, empty_database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    account.register("papyrus-web", ["gunicorn", "papyrus_site.wsgi"], PGDATABASE=empty_database)

    assert release.main([account.new, *HASTE]) == Code.CHECK_FAILED

    said = capsys.readouterr().err
    assert "its database check found: schema (papyrus_schema is missing)" in said


def test_release_says_that_aws_refused_when_it_may_not_ask(
    quick: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    quick.platform.script.denied = {"DescribeRepositories"}
    assert release.main([quick.new, *HASTE]) == 10
    assert "AWS refused DescribeRepositories: AccessDeniedException" in capsys.readouterr().err

    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert release.main([quick.new, *HASTE]) == 10
    assert "AWS could not be asked: Could not connect" in capsys.readouterr().err


def test_release_says_that_aws_goes_on_when_it_is_stopped(quick: Account) -> None:
    quick.platform.script.rollouts["papyrus-prd-web"] = Rollout.HANGS
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.release", quick.new, *HASTE],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    ends_at = time.monotonic() + 60
    while not quick.platform.updates:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < ends_at, "the service was not updated in 60 s"
        time.sleep(0.05)

    process.send_signal(signal.SIGINT)

    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors == (
        "FAILED: Stopped by Ctrl-C. What AWS was asked for goes on: see what runs before you repeat this.\n"
    )
