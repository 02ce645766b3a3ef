"""The whole run with real Terraform, on its good path and in the ways in which it can be stopped."""

from __future__ import annotations

import json
import re
from subprocess import CompletedProcess
from typing import Any

import pytest

from deploy.evidence.verification import verify
from tests.deploy.aws.smoke.long_runs import Ended
from tests.deploy.aws.smoke.test_signals import steps_begun
from tests.deploy.aws.stage import Stage

KINDS = {
    "healthz.log",
    "dbcheck.log",
    "cloudwatch_healthz.json",
    "cloudwatch_dbcheck.json",
    "healthz_json_line.log",
    "dbcheck_json_line.log",
    "listeners.json",
    "tg_health.json",
    "alb_plan.log",
    "alb_apply.log",
    "alb_destroy.log",
}
ALL_STEPS = [
    "preflight",
    "drift",
    "plan",
    "apply",
    "task",
    "register",
    "healthy",
    "healthz",
    "dbcheck",
    "log-lines",
    "record",
    "deregister",
    "destroy",
    "sweep",
    "nothing-left",
    "evidence",
]
# What of an account may stand nowhere, by how it looks.
IDENTIFYING = re.compile(
    r"\b(?:sg|sgr|vpc|subnet|eni|igw|rtb)-[0-9a-f]{8,}|\b\d{12}\b|arn:aws:[a-z]+:us-west-2:\d|10\.251\."
)


def files(ended: Ended) -> dict[str, str]:
    """Return the texts of the evidence by kind; the manifest aside."""
    found = {path.name[16:]: path.read_text() for path in ended.run.evidence.iterdir()}
    return {name: text for name, text in found.items() if name in KINDS}


@pytest.mark.long_run("good")
def test_run_passes_every_step_and_leaves_nothing_when_all_is_well(ended: Ended) -> None:
    assert ended.code == 0, ended.run.text()
    assert steps_begun(ended.run) == ALL_STEPS
    assert all(re.match(r"\[ *\d+\.\d s\] ", line) for line in ended.run.lines)
    assert ended.run.left() == []
    assert not ended.run.is_locked()


@pytest.mark.long_run("good")
def test_run_keeps_every_kind_of_evidence(ended: Ended) -> None:
    kept = files(ended)

    assert kept.keys() == KINDS
    assert [line for line in kept["healthz.log"].splitlines() if line.startswith(("GET", "HTTP"))] == [
        "GET /healthz HTTP/1.1",
        "HTTP/1.1 200 OK",
    ]
    assert kept["dbcheck.log"].splitlines()[-1] == '{"ok": true, "inserted": true}'
    for route in ("healthz", "dbcheck"):
        line = json.loads(kept[f"{route}_json_line.log"])
        assert kept[f"{route}_json_line.log"].count("\n") == 1
        assert (line["msg"], line["route"], line["status"]) == ("request", route, 200)
        assert f"X-Amzn-Trace-Id: Root={line['request_id']}" in kept[f"{route}.log"]
        assert json.loads(json.loads(kept[f"cloudwatch_{route}.json"])["message"]) == line
    assert json.loads(kept["listeners.json"])[0]["Port"] == 80
    assert json.loads(kept["tg_health.json"])[0]["TargetHealth"]["State"] == "healthy"
    assert "Apply complete!" in kept["alb_apply.log"]
    assert "Destroy complete!" in kept["alb_destroy.log"]
    assert "Plan: " in kept["alb_plan.log"]


@pytest.mark.long_run("good")
def test_run_masks_what_identifies_the_account_in_evidence_and_progress(stage: Stage, ended: Ended) -> None:
    secret = stage.secret()
    for text in [*files(ended).values(), ended.run.text()]:
        assert IDENTIFYING.findall(text) == []
        assert secret["host"] not in text
        assert secret["password"] not in text
        assert ".elb.amazonaws.com" not in text.replace("****.us-west-2.elb.amazonaws.com", "")
    assert verify(ended.run.evidence) == []


@pytest.mark.long_run("dry")
def test_run_makes_nothing_when_it_is_only_to_look(ended: Ended) -> None:
    assert ended.code == 0
    assert steps_begun(ended.run) == ["preflight", "drift", "plan", "task", "evidence"]
    assert ended.run.left() == []


@pytest.mark.long_run("interrupted_plan")
def test_run_makes_nothing_when_interrupted_while_terraform_plans(ended: Ended) -> None:
    assert ended.code == 130
    assert steps_begun(ended.run) == ["preflight", "drift", "plan", "evidence"]
    assert (ended.run.left(), ended.run.is_locked()) == ([], False)


@pytest.mark.long_run("interrupted_apply")
def test_run_destroys_all_when_interrupted_while_terraform_applies(ended: Ended) -> None:
    assert ended.code == 130, ended.run.text()
    assert steps_begun(ended.run)[3:] == ["apply", *ALL_STEPS[-5:]]
    assert (ended.run.left(), ended.run.is_locked()) == ([], False)


@pytest.mark.long_run("terminated_destroy")
def test_run_finishes_destroying_when_terminated_while_terraform_destroys(ended: Ended) -> None:
    assert ended.code == 143, ended.run.text()
    assert steps_begun(ended.run) == ALL_STEPS
    assert (ended.run.left(), ended.run.is_locked()) == ([], False)


@pytest.mark.long_run("killed_apply")
def test_sweep_destroys_all_when_a_run_was_killed_while_terraform_applied(ended: Ended) -> None:
    def seen(name: str) -> CompletedProcess[str]:
        found = ended.seen[name]
        assert isinstance(found, CompletedProcess)
        return found

    left: Any = ended.seen["left"]
    assert ended.code == -9
    assert (any("loadbalancer/app" in each for each in left), ended.seen["locked"]) == (True, True)

    assert (seen("dry sweep").returncode, ended.seen["left after dry sweep"]) == (1, left)
    assert "would destroy load balancer" in seen("dry sweep").stdout

    assert seen("sweep").returncode == 0, seen("sweep").stdout + seen("sweep").stderr
    assert seen("sweep").stdout.splitlines()[-1] == f"nothing of run {ended.run.run_id} is left in us-west-2"
    # Whose lock it is cannot be known, unless the operator says that nobody else is at work.
    assert "is locked by" in seen("sweep").stdout
    assert ended.seen["locked after sweep"] is True
    assert ended.run.left() == []

    assert seen("unlocking sweep").returncode == 0
    assert "took the lock of" in seen("unlocking sweep").stdout
    assert not ended.run.is_locked()
