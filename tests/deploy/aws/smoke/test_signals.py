"""A run that is told to stop, at each of its steps: nothing is left, and the exit code says what stopped it."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import pytest

from tests.deploy.aws.smoke.runs import Run, TerminalRun

Start = Callable[..., Any]

# The step, and the traffic that it is held at: one name after the other.
WHEN_NOTHING_IS_MADE = {"preflight": ("DescribeRouteTables",), "drift": ("DescribeDBInstances",)}
WHEN_WORKING = {
    "apply": ("CreateLoadBalancer",),
    "task": ("ListTasks",),
    "register": ("RegisterTargets",),
    "healthy": ("DescribeTargetHealth",),
    "healthz": ("/healthz",),
    "dbcheck": ("/dbcheck",),
    "log-lines": ("FilterLogEvents",),
    "record": ("FilterLogEvents", "DescribeListeners"),
}
WHEN_CLEANING_UP = {
    "deregister": ("DeregisterTargets",),
    "destroy": ("DeleteLoadBalancer",),
    "sweep": ("DeleteLoadBalancer", "GetResources"),
    "nothing-left": ("DeleteLoadBalancer", "GetResources", "GetResources"),
}
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


def held_at(start: Start, names: tuple[str, ...]) -> dict[signal.Signals, Run]:
    """Start a run for each signal and return once all wait at the last of `names`."""
    runs = {number: start(held=names[0]) for number in SIGNALS}
    for run in runs.values():
        run.hold.wait_until_reached()
        for name in names[1:]:
            before, run.hold = run.hold, run.add_hold(name)
            before.release()
            run.hold.wait_until_reached()
    return runs


def tell_to_stop(runs: dict[signal.Signals, Run], answer: str) -> None:
    """Send each run its signal and return once each has given its `answer`."""
    for number, run in runs.items():
        run.signal(number)
        run.wait_for_line(f"{number.name}: {answer}")


def let_go(runs: dict[signal.Signals, Run]) -> None:
    for run in runs.values():
        run.hold.release()


def steps_begun(run: Run) -> list[str]:
    """Return the names of the steps in the order in which they began."""
    return [line.split("] ")[1].split(":")[0] for line in run.lines if line.endswith(" …")]


@pytest.mark.parametrize("step", WHEN_NOTHING_IS_MADE)
def test_run_makes_nothing_when_told_to_stop_before(start: Start, step: str) -> None:
    runs = held_at(start, WHEN_NOTHING_IS_MADE[step])

    tell_to_stop(runs, "stopping")
    let_go(runs)

    for number, run in runs.items():
        assert run.finish() == 128 + number
        assert steps_begun(run)[-1] == step
        assert "Nothing was made, so nothing has to be cleaned up." in run.text()
        assert run.left() == []


@pytest.mark.parametrize("step", WHEN_WORKING)
def test_run_cleans_up_when_told_to_stop_at_a_step(start: Start, step: str) -> None:
    runs = held_at(start, WHEN_WORKING[step])
    assert all(run.left() for run in runs.values())

    tell_to_stop(runs, "stopping, then cleaning up. 2 more abandon it")
    let_go(runs)

    for number, run in runs.items():
        assert run.finish() == 128 + number
        assert steps_begun(run)[-6:] == [step, "deregister", "destroy", "sweep", "nothing-left", "evidence"]
        assert run.left() == []


@pytest.mark.parametrize("step", WHEN_CLEANING_UP)
def test_run_goes_on_cleaning_up_when_told_to_stop_doing_so(start: Start, step: str) -> None:
    runs = held_at(start, WHEN_CLEANING_UP[step])
    assert [steps_begun(run)[-1] for run in runs.values()] == [step] * len(SIGNALS)

    tell_to_stop(runs, "the clean-up goes on")
    tell_to_stop(runs, ".*Once more abandons it and lists what is left")
    let_go(runs)

    for number, run in runs.items():
        assert run.finish() == 128 + number
        assert steps_begun(run)[-1] == "evidence"
        assert run.left() == []


def test_run_cleans_up_when_its_terminal_is_closed(start: Start) -> None:
    run = start(kind=TerminalRun, held="CreateLoadBalancer")
    run.hold.wait_until_reached()

    run.close_terminal()
    run.hold.release()

    assert run.finish() == 128 + signal.SIGHUP
    assert run.left() == []
    assert len(list(run.evidence.glob("*_manifest.json"))) == 1


@pytest.mark.parametrize("call", ["CreateLoadBalancer", "DeregisterTargets"])
def test_run_lists_what_is_left_and_ends_red_when_told_three_times(start: Start, call: str) -> None:
    run = start(held=call)
    run.hold.wait_until_reached()

    for answer in ("2 more abandon it", "Once more abandons it", "the clean-up is abandoned"):
        run.signal(signal.SIGINT)
        run.wait_for_line(f"SIGINT: .*{answer}")
    run.hold.release()

    assert run.finish() == 33
    assert "Traceback" not in run.text()
    assert [path.name for path in run.evidence.glob("*_manifest.json")] != []
    left = run.wait_for_line("Abandoned. Left: ")
    assert [kind in left for kind in ("load balancer ", "target group ", "security group ")] == [True] * 3
    assert f"python -m deploy.sweep --run-id {run.run_id}" in run.text()
    assert run.left() != []
    swept = run.sweep("--run-id", run.run_id)
    assert (swept.returncode, swept.stdout.splitlines()[-1]) == (0, f"nothing of run {run.run_id} is left in us-west-2")
    assert run.left() == []
