from __future__ import annotations

import pytest

from deploy import scale
from deploy.command_line import steps
from deploy.scale import Code
from tests.deploy.workflows.conftest import Account, allowed
from tests.deploy.workflows.stand_in import Platform

HASTE = ("--poll-seconds", "0.05", "--seconds", "10")


def counts(account: Account) -> tuple[int, int]:
    """How many tasks the web and the worker service are to run."""
    web, worker = (account.service(f"papyrus-prd-{name}")["desiredCount"] for name in ("web", "worker"))
    return web, worker


def monitor(account: Account, *, acting: bool) -> None:
    """Make the alarms of the stack 30-monitor, with their actions on or off."""
    for kind in scale.MOST:
        account.direct("cloudwatch").put_metric_alarm(
            AlarmName=scale.alarm_name("papyrus-prd", kind=kind),
            Namespace="ECS/ContainerInsights",
            MetricName="RunningTaskCount",
            Statistic="Maximum",
            ComparisonOperator="LessThanThreshold",
            Threshold=1,
            Period=60,
            EvaluationPeriods=5,
            ActionsEnabled=acting,
        )


def acting(account: Account) -> dict[str, bool]:
    """Whether the alarm of a missing task acts, by kind of service."""
    found = account.direct("cloudwatch").describe_alarms()["MetricAlarms"]
    return {each["AlarmName"].rsplit("-", 1)[1]: each["ActionsEnabled"] for each in found}


def test_scale_shows_before_and_after_when_it_changes_both(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    assert scale.main(["--web-tasks", "3", "--worker-tasks", "0", *HASTE]) == Code.SCALED

    assert counts(account) == (3, 0)
    assert set(account.platform.calls) <= allowed("ecs-scale")
    lines = [line.split("] ")[1] for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        "Before: papyrus-prd-web runs 0 of 1 tasks",
        "Before: papyrus-prd-worker runs 0 of 1 tasks",
        "After:  papyrus-prd-web runs 3 of 3 tasks",
        "After:  papyrus-prd-worker runs 0 of 0 tasks",
    ]


def test_scale_changes_only_what_it_is_told(account: Account) -> None:
    assert scale.main(["--web-tasks", "2", *HASTE]) == Code.SCALED
    assert counts(account) == (2, 1)


def test_scale_only_shows_when_it_is_given_no_number(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    assert scale.main([*HASTE]) == Code.SCALED

    assert "UpdateService" not in account.platform.calls
    assert "After" not in capsys.readouterr().out


def test_scale_to_none_switches_the_alarm_off_so_that_it_does_not_ring(account: Account) -> None:
    monitor(account, acting=True)

    assert scale.main(["--web-tasks", "1", "--worker-tasks", "0", *HASTE]) == Code.SCALED

    assert acting(account) == {"web": True, "worker": False}
    assert set(account.platform.calls) <= allowed("ecs-scale")
    assert account.platform.calls.index("DisableAlarmActions") < account.platform.calls.index("UpdateService")


def test_scale_switches_the_alarm_on_as_soon_as_tasks_run(account: Account) -> None:
    monitor(account, acting=False)

    assert scale.main(["--web-tasks", "2", *HASTE]) == Code.SCALED

    assert acting(account) == {"web": True, "worker": False}
    calls = account.platform.calls
    assert calls.index("EnableAlarmActions") > calls.index("DescribeServices", calls.index("UpdateService"))


def test_scale_changes_no_service_when_the_alarm_cannot_be_switched_off(account: Account) -> None:
    account.platform.script.denied = {"DisableAlarmActions"}

    assert scale.main(["--web-tasks", "2", "--worker-tasks", "0", *HASTE]) == steps.Code.AWS
    assert counts(account) == (1, 1)


@pytest.mark.parametrize(
    "arguments", [["--web-tasks", "5"], ["--worker-tasks", "2"], ["--web-tasks=-1"], ["--web-tasks", "two"]]
)
def test_scale_refuses_a_number_out_of_bounds(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        scale.main(arguments)

    assert ended.value.code == 2
    assert "is not a number from 0 to" in capsys.readouterr().err


def test_scale_changes_nothing_when_a_service_is_missing(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    assert scale.main(["--web-tasks", "2", "--worker", "nobody", *HASTE]) == Code.NO_SERVICE

    assert counts(account) == (1, 1)
    assert "has no active service nobody" in capsys.readouterr().err


def test_scale_names_the_remedy_when_the_stack_is_not_applied(
    platform: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    assert scale.main(["--web-tasks", "1", *HASTE]) == Code.NO_SERVICE
    assert "There is no cluster papyrus-prd in us-west-2. Apply the stack 15-ecs" in capsys.readouterr().err


def test_scale_says_what_ecs_waits_for_when_the_tasks_do_not_come(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    monitor(account, acting=False)
    account.platform.script.running = 0
    account.platform.script.event = "(service papyrus-prd-web) was unable to place a task."

    assert scale.main(["--web-tasks", "2", "--poll-seconds", "0.05", "--seconds", "0.3"]) == Code.LATE
    assert (
        "papyrus-prd-web runs 0 of 2 tasks after 0 s. ECS goes on trying. Its latest event: (service papyrus-prd-web) "
        "was unable to place a task." in capsys.readouterr().err
    )
    assert acting(account) == {"web": False, "worker": False}
