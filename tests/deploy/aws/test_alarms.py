"""The alarms that moto keeps, tried on recorded metrics, and what 30-monitor made around them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from deploy import scale
from deploy.sdk.clients import client
from tests.deploy.aws.account import RUN_ID, Account
from tests.deploy.aws.alarm_evaluation import Samples, Series, State, state_of
from tests.deploy.aws.moto import ACCOUNT

GIB = 1024**3
SERVICES = ["web", "worker"]
MONITORED = [
    *(f"papyrus-prd-{kind}-{service}" for kind in ("ecs-memory", "no-running-task") for service in SERVICES),
    "papyrus-prd-rds-connections",
    "papyrus-prd-rds-cpu",
    "papyrus-prd-rds-storage",
]
BALANCED = [f"papyrus-{RUN_ID}-{kind}" for kind in ("alb-5xx", "response-time", "target-5xx")]
Periods = Sequence[Samples]
NOTHING: Samples = ()


def alarm(name: str) -> dict[str, Any]:
    (found,) = client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return dict(found)


def of_service(namespace: str, metric: str, service: str, periods: Periods) -> Series:
    dimensions = {"ClusterName": "papyrus-prd", "ServiceName": f"papyrus-prd-{service}"}
    return Series(namespace=namespace, metric=metric, dimensions=dimensions, periods=periods)


def of_database(metric: str, periods: Periods) -> Series:
    dimensions = {"DBInstanceIdentifier": "papyrus-prd"}
    return Series(namespace="AWS/RDS", metric=metric, dimensions=dimensions, periods=periods)


def of_balancer(applied: Account, metric: str, periods: Periods) -> Series:
    outputs = applied.outputs("20-alb")
    dimensions = {"LoadBalancer": outputs["load_balancer_arn"].split(":loadbalancer/")[1]}
    if "ELB" not in metric:
        dimensions["TargetGroup"] = outputs["target_group_arn"].rsplit(":", 1)[1]
    return Series(namespace="AWS/ApplicationELB", metric=metric, dimensions=dimensions, periods=periods)


@pytest.mark.parametrize(
    ("periods", "state"),
    [
        ([(79.0, 81.0), (80.0,)], State.OK),
        ([(95.0,), (70.0,)], State.OK),
        ([(70.0,), (95.0,)], State.OK),
        ([(81.0,), (81.0,)], State.ALARM),
        # A peak in a quiet period is no average.
        ([(99.0, 50.0), (99.0, 50.0)], State.OK),
        # Scaled to 0, and back.
        ([NOTHING, NOTHING, NOTHING, NOTHING], State.OK),
        ([(85.0,), NOTHING, NOTHING, NOTHING], State.OK),
    ],
)
@pytest.mark.parametrize("service", SERVICES)
def test_memory_rings_after_two_periods_above_80(
    applied: Account, service: str, periods: Periods, state: State
) -> None:
    recorded = [of_service("AWS/ECS", "MemoryUtilization", service, periods)]
    assert state_of(alarm(f"papyrus-prd-ecs-memory-{service}"), recorded=recorded) is state


@pytest.mark.parametrize(
    ("running", "state"),
    [
        ([(1.0,)] * 5, State.OK),
        ([(0.0,)] * 5, State.ALARM),
        # Container Insights reports nothing of a service without tasks.
        ([NOTHING] * 7, State.ALARM),
        # CloudWatch looks back at two points more than five, and uses them rather than none.
        ([(1.0,), (1.0,), *[NOTHING] * 5], State.OK),
        ([(1.0,), (1.0,), *[NOTHING] * 7], State.ALARM),
        # A deployment or a fail-over shorter than 5 minutes.
        ([(1.0,), (0.0,), (0.0,), (0.0,), (0.0,)], State.OK),
        ([(1.0,), *[NOTHING] * 4], State.OK),
        # A report is lost while a task runs.
        ([(1.0,), NOTHING, (1.0,), NOTHING, (1.0,)], State.OK),
    ],
)
@pytest.mark.parametrize("service", SERVICES)
def test_missing_task_rings_after_five_minutes_also_when_nothing_is_reported(
    applied: Account, service: str, running: Periods, state: State
) -> None:
    recorded = [of_service("ECS/ContainerInsights", "RunningTaskCount", service, running)]
    assert state_of(alarm(f"papyrus-prd-no-running-task-{service}"), recorded=recorded) is state


@pytest.mark.parametrize("service", SERVICES)
def test_scale_names_the_alarm_of_missing_tasks_as_it_is_named(applied: Account, service: str) -> None:
    # That scale switches its actions is tried in tests/deploy/workflows/test_scale.py.
    cluster = applied.outputs("15-ecs")["cluster_name"]
    assert scale.alarm_name(cluster, kind=service) in applied.outputs("30-monitor")["alarm_names"]


@pytest.mark.parametrize(
    ("kind", "metric", "good", "bad"),
    [
        ("rds-storage", "FreeStorageSpace", 1.5 * GIB, 1.5 * GIB - 1),
        ("rds-cpu", "CPUUtilization", 80.0, 80.1),
        ("rds-connections", "DatabaseConnections", 120.0, 121.0),
    ],
)
def test_database_rings_after_two_periods_beyond_its_limit(
    applied: Account, kind: str, metric: str, good: float, bad: float
) -> None:
    def state(*periods: Samples) -> State:
        return state_of(alarm(f"papyrus-prd-{kind}"), recorded=[of_database(metric, periods)])

    assert state((good,), (good,)) is State.OK
    assert state((good,), (bad,)) is State.OK
    assert state((bad,), (bad,)) is State.ALARM
    assert state(NOTHING, NOTHING) is State.OK


@pytest.mark.parametrize(
    ("kind", "metric"), [("alb", "HTTPCode_ELB_5XX_Count"), ("target", "HTTPCode_Target_5XX_Count")]
)
@pytest.mark.parametrize(
    ("periods", "state"),
    [
        ([NOTHING, (1.0,)], State.OK),
        ([(1.0,), (1.0,)], State.OK),
        ([NOTHING, NOTHING, NOTHING, (1.0, 1.0, 1.0)], State.OK),
        ([(1.0, 1.0), (1.0, 1.0)], State.ALARM),
        # CloudWatch uses older points rather than none: two bursts within 20 minutes ring as well.
        ([(1.0, 1.0), NOTHING, NOTHING, (1.0, 1.0)], State.ALARM),
        ([(1.0, 1.0), NOTHING, NOTHING, NOTHING, NOTHING], State.OK),
    ],
)
def test_errors_ring_after_two_periods_with_more_than_one(
    applied: Account, kind: str, metric: str, periods: Periods, state: State
) -> None:
    recorded = [of_balancer(applied, metric, periods)]
    assert state_of(alarm(f"papyrus-{RUN_ID}-{kind}-5xx"), recorded=recorded) is state


@pytest.mark.parametrize(
    ("periods", "state"),
    [
        # One slow request in ten is the tenth that p90 leaves out.
        ([[0.1] * 9 + [9.0]] * 2, State.OK),
        ([[0.1] * 8 + [1.6] * 2] * 2, State.ALARM),
        ([[1.5] * 10] * 2, State.OK),
        ([[0.1] * 10, [9.0] * 10], State.OK),
        ([NOTHING, NOTHING], State.OK),
    ],
)
def test_response_time_rings_when_a_tenth_is_slow_twice(applied: Account, periods: Periods, state: State) -> None:
    recorded = [of_balancer(applied, "TargetResponseTime", periods)]
    assert state_of(alarm(f"papyrus-{RUN_ID}-response-time"), recorded=recorded) is state


def test_alarms_are_these_and_no_others(applied: Account) -> None:
    found = client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert sorted(each["AlarmName"] for each in found) == sorted([*MONITORED, *BALANCED])
    assert sorted(applied.outputs("30-monitor")["alarm_names"]) == sorted(MONITORED)


@pytest.mark.parametrize("name", MONITORED)
def test_alarm_reports_to_the_topic_and_names_no_load_balancer(applied: Account, name: str) -> None:
    found = alarm(name)
    topic = applied.outputs("30-monitor")["topic_arn"]
    assert (found["AlarmActions"], found["OKActions"], found["InsufficientDataActions"]) == ([topic], [topic], [])
    assert "ApplicationELB" not in json.dumps(found, default=str)


@pytest.mark.parametrize("name", [*MONITORED, *BALANCED])
def test_silence_rings_no_alarm_but_that_of_missing_tasks(applied: Account, name: str) -> None:
    silence = [Series(namespace="none", metric="none", dimensions={}, periods=[NOTHING] * 10)]
    assert state_of(alarm(name), recorded=silence) is (State.ALARM if "no-running-task" in name else State.OK)


@pytest.mark.parametrize("name", [*MONITORED, *BALANCED])
def test_alarm_acts_from_the_beginning_unless_it_is_of_missing_tasks(applied: Account, name: str) -> None:
    assert alarm(name)["ActionsEnabled"] is ("no-running-task" not in name)


@pytest.mark.parametrize("name", [*MONITORED, *BALANCED])
def test_alarm_names_its_section_of_the_runbook(applied: Account, name: str) -> None:
    found = alarm(name)
    kind = name.removeprefix("papyrus-prd-").removeprefix(f"papyrus-{RUN_ID}-").removesuffix("-web")
    assert found["AlarmDescription"].endswith(f" docs/operations.md#alarm-{kind.removesuffix('-worker')}")


def test_only_cloudwatch_of_this_account_and_eventbridge_may_publish(applied: Account) -> None:
    topic = applied.outputs("30-monitor")["topic_arn"]
    policy = json.loads(client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"])
    assert {each["Principal"]["Service"]: each.get("Condition") for each in policy["Statement"]} == {
        "cloudwatch.amazonaws.com": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        # AWS: “You can't use Condition blocks in Amazon SNS topic policies for EventBridge.”
        "events.amazonaws.com": None,
    }
    assert all((each["Action"], each["Resource"]) == ("sns:Publish", topic) for each in policy["Statement"])


def test_tasks_that_cannot_start_are_reported_by_ecs_itself(applied: Account) -> None:
    events = client("events")
    (rule,) = events.list_rules()["Rules"]
    (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    assert (rule["State"], target["Arn"]) == ("ENABLED", applied.outputs("30-monitor")["topic_arn"])
    assert json.loads(rule["EventPattern"]) == {
        "source": ["aws.ecs"],
        "detail-type": ["ECS Service Action"],
        "detail": {
            "clusterArn": [f"arn:aws:ecs:us-west-2:{ACCOUNT}:cluster/papyrus-prd"],
            "eventName": ["SERVICE_TASK_START_IMPAIRED", "SERVICE_TASK_PLACEMENT_FAILURE"],
        },
    }


def test_dashboard_shows_alarms_graphs_and_errors(applied: Account) -> None:
    name = applied.outputs("30-monitor")["dashboard_name"]
    widgets = json.loads(client("cloudwatch").get_dashboard(DashboardName=name)["DashboardBody"])["widgets"]
    assert [each["type"] for each in widgets] == ["alarm", *["metric"] * 10, "log"]
    assert len(widgets[0]["properties"]["alarms"]) == len(MONITORED)
    assert all(not _overlap(one, other) for one in widgets for other in widgets if one is not other)


def _overlap(one: Mapping[str, int], other: Mapping[str, int]) -> bool:
    return all(
        one[place] < other[place] + other[size] and other[place] < one[place] + one[size]
        for place, size in (("x", "width"), ("y", "height"))
    )
