"""Runs with real Terraform, which takes its time. They go on in threads while the quick ones are tested."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.deploy.aws.smoke.runs import PATIENCE_SECONDS, REAL, Run
from tests.deploy.aws.smoke.workflow_run import WorkflowRun


@dataclass(kw_only=True)
class Ended:
    """A run that ended: its exit code, and what a scenario saw on the way."""

    run: Run
    code: int
    seen: dict[str, object] = field(default_factory=dict)


# Starts a run; the fixture ends those that a scenario leaves.
Start = Callable[..., Run]
Scenario = Callable[[Start], Ended]


def good(start: Start) -> Ended:
    """Nothing happens to the run, which alb-smoke.yml makes."""
    run = start(kind=WorkflowRun)
    return Ended(run=run, code=run.finish())


def dry(start: Start) -> Ended:
    """The run is only to look."""
    run = start(module=REAL, options=("--dry-run",))
    return Ended(run=run, code=run.finish())


def interrupted_plan(start: Start) -> Ended:
    """Ctrl-C while Terraform plans."""
    run = start(module=REAL)
    run.wait_for_line("plan: terraform plan")
    run.signal(signal.SIGINT)
    return Ended(run=run, code=run.finish())


def interrupted_apply(start: Start) -> Ended:
    """Ctrl-C while Terraform waits for the load balancer it has made."""
    run = start(module=REAL)
    _wait_for_balancer(run)
    run.signal(signal.SIGINT)
    return Ended(run=run, code=run.finish())


def terminated_destroy(start: Start) -> Ended:
    """SIGTERM while Terraform destroys the load balancer."""
    run = start(module=REAL, held="DeleteLoadBalancer")
    run.hold.wait_until_reached()
    run.signal(signal.SIGTERM)
    run.wait_for_line("SIGTERM: the clean-up goes on")
    run.hold.release()
    return Ended(run=run, code=run.finish())


def killed_apply(start: Start) -> Ended:
    """The machine is switched off while Terraform waits for the load balancer it has made; then come sweeps."""
    run = start(module=REAL)
    _wait_for_balancer(run)
    run.kill_all()
    ended = Ended(run=run, code=run.process.wait())
    ended.seen |= {"left": run.left(), "locked": run.is_locked()}
    ended.seen["dry sweep"] = run.sweep("--run-id", run.run_id, "--dry-run")
    ended.seen["left after dry sweep"] = run.left()
    ended.seen["sweep"] = run.sweep("--run-id", run.run_id)
    ended.seen["locked after sweep"] = run.is_locked()
    ended.seen["unlocking sweep"] = run.sweep("--run-id", run.run_id, "--unlock")
    return ended


def _wait_for_balancer(run: Run) -> None:
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while not any("loadbalancer/app" in each for each in run.left()):
        assert time.monotonic() < ends_at, f"no load balancer in {PATIENCE_SECONDS} s:\n{run.text()}"
        time.sleep(0.3)


SCENARIOS: tuple[Scenario, ...] = (good, killed_apply, interrupted_apply, terminated_destroy, interrupted_plan, dry)
