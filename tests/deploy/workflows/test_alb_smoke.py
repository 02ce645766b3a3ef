"""alb-smoke.yml itself, run by act: which steps run when one fails, and what comes out.

The smoke run and the sweep are recorded calls here and the proposal is the real one. The good path, on which all three
are, is in tests/deploy/aws/smoke/test_workflow.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.deploy.workflows.acting import act

SET_UP = ["actions/checkout", "actions/setup-python", "pip"]
BEFORE = [*SET_UP, "hashicorp/setup-terraform", "aws-actions/configure-aws-credentials"]
ALWAYS = ["deploy.sweep", "actions/upload-artifact"]
PROPOSAL = [*SET_UP, "actions/download-artifact", "deploy.proposal", "gh"]


@pytest.mark.parametrize("failing", BEFORE)
def test_alb_smoke_sweeps_and_ends_red_when_a_step_before_the_run_fails(tmp_path: Path, failing: str) -> None:
    acted = act("alb-smoke.yml", folder=tmp_path, fail=f"{failing}#1")

    assert acted.exit_code != 0
    # Without evidence the proposal has nothing to commit, and asks for no pull request.
    assert acted.steps_of_workflow() == [*BEFORE[: BEFORE.index(failing) + 1], *ALWAYS, *PROPOSAL[:-1]]
    assert acted.call("deploy.proposal").endswith("--result failure")
    assert acted.proposed() == []


@pytest.mark.parametrize("failing", ["deploy.smoke", "deploy.sweep"])
def test_alb_smoke_sweeps_proposes_and_ends_red_when_the_run_or_the_sweep_fails(tmp_path: Path, failing: str) -> None:
    acted = act("alb-smoke.yml", folder=tmp_path, fail=f"{failing}#1")

    assert acted.exit_code != 0
    assert acted.steps_of_workflow() == [*BEFORE, "deploy.smoke", *ALWAYS, *PROPOSAL]
    assert acted.call("deploy.proposal").endswith("--result failure")
    assert len(acted.proposed()) == 1


@pytest.mark.parametrize("failing", ["actions/upload-artifact#1", "actions/download-artifact#1"])
def test_alb_smoke_proposes_nothing_when_its_evidence_does_not_arrive(tmp_path: Path, failing: str) -> None:
    acted = act("alb-smoke.yml", folder=tmp_path, fail=failing)

    assert acted.exit_code != 0
    assert "deploy.sweep" in acted.steps
    assert acted.proposed() == []


@pytest.mark.parametrize("failing", [*(f"{step}#2" for step in SET_UP), "deploy.proposal#1", "gh#1"])
def test_alb_smoke_ends_red_when_its_proposal_fails(tmp_path: Path, failing: str) -> None:
    acted = act("alb-smoke.yml", folder=tmp_path, fail=failing)

    assert acted.exit_code != 0
    assert acted.steps_of_workflow()[: len(BEFORE) + 3] == [*BEFORE, "deploy.smoke", *ALWAYS]
    last = failing.split("#")[0]
    assert acted.steps_of_workflow()[len(BEFORE) + 3 :] == PROPOSAL[: PROPOSAL.index(last) + 1]
