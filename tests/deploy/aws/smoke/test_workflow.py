"""alb-smoke.yml itself on its good path: act runs it, and smoke run, sweep and proposal are the real ones."""

from __future__ import annotations

import re

import pytest

from tests.deploy.aws.smoke.long_runs import Ended
from tests.deploy.aws.smoke.workflow_run import WorkflowRun
from tests.deploy.workflows.acting import Acted
from tests.deploy.workflows.test_alb_smoke import ALWAYS, BEFORE, PROPOSAL

BRANCH = re.compile(r"evidence/smoke-\d{8}-\d{6}Z")


@pytest.fixture
def acted(ended: Ended) -> Acted:
    assert isinstance(ended.run, WorkflowRun)
    return ended.run.acted()


@pytest.mark.long_run("good")
def test_alb_smoke_runs_sweeps_and_proposes_its_evidence_when_all_is_well(acted: Acted) -> None:
    assert acted.exit_code == 0, acted.printed
    assert acted.steps_of_workflow() == [*BEFORE, "deploy.smoke", *ALWAYS, *PROPOSAL]
    assert acted.call("role") == "role arn:aws:iam::123456789012:role/papyrus-prd-alb-smoke"
    assert acted.call("deploy.smoke") == "deploy.smoke --run-id gh-1-1"
    assert acted.call("deploy.sweep") == "deploy.sweep --run-id gh-1-1"
    assert acted.call("deploy.proposal").endswith("--result success")


@pytest.mark.long_run("good")
def test_alb_smoke_ends_with_a_sweep_that_finds_nothing(acted: Acted) -> None:
    assert acted.printed.count("| nothing of run gh-1-1 is left in us-west-2") == 1


@pytest.mark.long_run("good")
def test_alb_smoke_asks_to_merge_the_runs_evidence_and_nothing_else(ended: Ended, acted: Acted) -> None:
    (branch,) = acted.proposed()
    assert BRANCH.fullmatch(branch)
    assert acted.call("gh").startswith(f"gh pr create --head {branch} --base main --title ")
    added = acted.files_of(branch)
    assert sorted(path.name for path in ended.run.evidence.iterdir()) == sorted(each.split("/")[-1] for each in added)
    assert {each.rsplit("/", 1)[0] for each in added} == {f"docs/evidence/{ended.run.evidence.name}"}
