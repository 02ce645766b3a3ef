"""alb-smoke.yml itself, run by act: which steps run when one fails, and what comes out.

The smoke run and the sweep are recorded calls here, they have tests of their own. The proposal is the real one.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.deploy.workflows.acting import Acted, act

SET_UP = ["actions/checkout", "actions/setup-python", "pip"]
BEFORE = [*SET_UP, "hashicorp/setup-terraform", "aws-actions/configure-aws-credentials"]
ALWAYS = ["deploy.sweep", "actions/upload-artifact"]
PROPOSAL = [*SET_UP, "actions/download-artifact", "deploy.proposal", "gh"]
BRANCH = re.compile(r"evidence/smoke-\d{8}-\d{6}Z")


def steps_of(acted: Acted) -> list[str]:
    """The steps that ran, without what a stand-in adds about the role."""
    return [step for step in acted.steps if step != "role"]


def proposed(acted: Acted) -> list[str]:
    """The branches that were pushed."""
    return [branch for branch in acted.branches() if branch != "main"]


def test_alb_smoke_runs_sweeps_and_proposes_its_evidence_when_all_is_well(tmp_path: Path) -> None:
    acted = act("alb-smoke.yml", folder=tmp_path)

    assert acted.exit_code == 0, acted.printed
    assert steps_of(acted) == [*BEFORE, "deploy.smoke", *ALWAYS, *PROPOSAL]
    assert acted.call("role") == "role arn:aws:iam::123456789012:role/papyrus-prd-alb-smoke"
    assert acted.call("deploy.smoke") == "deploy.smoke --run-id gh-1-1"
    assert acted.call("deploy.sweep") == "deploy.sweep --run-id gh-1-1"
    (branch,) = proposed(acted)
    assert BRANCH.fullmatch(branch)
    assert acted.files_of(branch)[0].startswith("docs/evidence/20")
    assert acted.call("gh").startswith(f"gh pr create --head {branch} --base main --title ")


@pytest.mark.parametrize("failing", BEFORE)
def test_alb_smoke_sweeps_and_ends_red_when_a_step_before_the_run_fails(tmp_path: Path, failing: str) -> None:
    acted = act("alb-smoke.yml", folder=tmp_path, fail=f"{failing}#1")

    assert acted.exit_code != 0
    # Without evidence the proposal has nothing to commit, and asks for no pull request.
    assert steps_of(acted) == [*BEFORE[: BEFORE.index(failing) + 1], *ALWAYS, *PROPOSAL[:-1]]
    assert acted.call("deploy.proposal").endswith("--result failure")
    assert proposed(acted) == []


@pytest.mark.parametrize("failing", ["deploy.smoke", "deploy.sweep"])
def test_alb_smoke_sweeps_proposes_and_ends_red_when_the_run_or_the_sweep_fails(tmp_path: Path, failing: str) -> None:
    acted = act("alb-smoke.yml", folder=tmp_path, fail=f"{failing}#1")

    assert acted.exit_code != 0
    assert steps_of(acted) == [*BEFORE, "deploy.smoke", *ALWAYS, *PROPOSAL]
    assert acted.call("deploy.proposal").endswith("--result failure")
    assert len(proposed(acted)) == 1


@pytest.mark.parametrize("failing", ["actions/upload-artifact#1", "actions/download-artifact#1"])
def test_alb_smoke_proposes_nothing_when_its_evidence_does_not_arrive(tmp_path: Path, failing: str) -> None:
    acted = act("alb-smoke.yml", folder=tmp_path, fail=failing)

    assert acted.exit_code != 0
    assert "deploy.sweep" in acted.steps
    assert proposed(acted) == []


@pytest.mark.parametrize("failing", [*(f"{step}#2" for step in SET_UP), "deploy.proposal#1", "gh#1"])
def test_alb_smoke_ends_red_when_its_proposal_fails(tmp_path: Path, failing: str) -> None:
    acted = act("alb-smoke.yml", folder=tmp_path, fail=failing)

    assert acted.exit_code != 0
    assert steps_of(acted)[: len(BEFORE) + 3] == [*BEFORE, "deploy.smoke", *ALWAYS]
    last = failing.split("#")[0]
    assert steps_of(acted)[len(BEFORE) + 3 :] == PROPOSAL[: PROPOSAL.index(last) + 1]
