"""What CloudWatch would say of an alarm, by the rules of “Evaluating an alarm” and “Configuring how CloudWatch alarms
treat missing data” in its user guide. moto keeps alarms and never evaluates one.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

Value: TypeAlias = float | None
Samples: TypeAlias = Sequence[float]
# The user guide's example looks at five points where three are asked for.
POINTS_BEYOND = 2
COMPARISONS = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


class State(StrEnum):
    """The states of an alarm."""

    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


@dataclass(frozen=True, kw_only=True)
class Series:
    """Samples of a metric by period, oldest first; an empty period had none."""

    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    periods: Sequence[Samples]


def state_of(alarm: Mapping[str, Any], *, recorded: Sequence[Series]) -> State:
    """Return the state of `alarm`, as DescribeAlarms gives it, after the last of the recorded periods."""
    wanted, needed = alarm["EvaluationPeriods"], alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"])
    points = _points(alarm, recorded)[-(wanted + POINTS_BEYOND) :]
    real = [point for point in points if point is not None]
    missing = max(0, wanted - len(real))
    if missing:
        return _with_missing(alarm, real=real, missing=missing, needed=needed)
    return State.ALARM if _breaching(alarm, real[-wanted:]) >= needed else State.OK


def _with_missing(alarm: Mapping[str, Any], *, real: list[float], missing: int, needed: int) -> State:
    treatment = alarm.get("TreatMissingData", "missing")
    breaching = _breaching(alarm, real) + (missing if treatment == "breaching" else 0)
    if breaching >= needed:
        return State.ALARM
    if treatment == "missing" and not real:
        return State.INSUFFICIENT_DATA
    assert treatment != "ignore", "no alarm of ours keeps its state"
    return State.OK


def _breaching(alarm: Mapping[str, Any], points: Sequence[float]) -> int:
    breaches = COMPARISONS[alarm["ComparisonOperator"]]
    return sum(breaches(point, alarm["Threshold"]) for point in points)


def _points(alarm: Mapping[str, Any], recorded: Sequence[Series]) -> list[Value]:
    statistic = alarm.get("Statistic") or alarm["ExtendedStatistic"]
    dimensions = {each["Name"]: each["Value"] for each in alarm["Dimensions"]}
    name = (alarm["Namespace"], alarm["MetricName"], dimensions)
    found = [each for each in recorded if (each.namespace, each.metric, dict(each.dimensions)) == name]
    # Of a metric that nobody reports CloudWatch knows nothing.
    periods = found[0].periods if found else [()] * max(len(each.periods) for each in recorded)
    return [_statistic(statistic, samples) for samples in periods]


def _statistic(statistic: str, samples: Samples) -> Value:
    if not samples:
        return None
    if statistic.startswith("p"):
        return sorted(samples)[math.ceil(len(samples) * float(statistic[1:]) / 100) - 1]
    by_name = {"Sum": sum(samples), "Average": sum(samples) / len(samples), "Maximum": max(samples)}
    return by_name.get(statistic, min(samples))
