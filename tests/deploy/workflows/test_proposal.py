"""A proposal with real git; gh, which needs GitHub, is a recorded script."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy import proposal
from deploy.evidence.folder import EvidenceFolder, set_name
from deploy.evidence.masking import Mask
from deploy.proposal import Code
from tests.deploy.workflows.acting import git, stand_in

BRANCH = re.compile(r"evidence/audit-\d{8}-\d{6}Z")


class Checkout:
    """A clone with an empty folder of evidence, and the repository it pushes to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "clone"
        self.origin = folder / "origin.git"
        self.record = folder / "record"
        self.record.touch()
        (self.folder / "docs" / "evidence").mkdir(parents=True)
        (self.folder / "docs" / "evidence" / "README.md").write_text("Evidence.\n")
        git("init", "--quiet", folder=self.folder)
        git("add", ".", folder=self.folder)
        git("commit", "--quiet", "--message", "Begin", folder=self.folder)
        git("clone", "--quiet", "--bare", ".", str(self.origin), folder=self.folder)
        git("remote", "add", "origin", str(self.origin), folder=self.folder)

    def branches(self) -> list[str]:
        found = git("for-each-ref", "--format=%(refname:short)", folder=self.origin).split()
        return [branch for branch in found if branch != "main"]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    made = Checkout(tmp_path)
    stand_in("gh", script="recorded.py", folder=tmp_path)
    for name, value in {
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "RECORD": str(made.record),
        "FAIL": "",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(made.folder)
    return made


def test_proposal_pushes_a_branch_and_opens_a_pull_request(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    add_evidence(checkout)

    assert proposal.main(["docs/evidence", "--kind", "audit", "--result", "failure"]) == Code.PROPOSED

    (branch,) = checkout.branches()
    assert BRANCH.fullmatch(branch)
    assert git("log", "-1", "--format=%s|%an", branch, folder=checkout.origin) == (
        "Add evidence of audit, failure|github-actions[bot]\n"
    )
    changed = git("diff", "--name-only", "main", branch, folder=checkout.origin).split()
    assert changed
    assert all(name.startswith("docs/evidence/20") for name in changed)
    assert checkout.record.read_text().startswith(
        f"gh pr create --head {branch} --base main --title Add evidence of audit, failure --body "
    )
    assert "Proposed: https://github.example/papyrus/pull/1" in capsys.readouterr().out


def test_proposal_does_nothing_when_there_is_no_new_evidence(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    assert proposal.main(["docs/evidence", "--kind", "audit", "--result", "failure"]) == Code.PROPOSED

    assert checkout.branches() == []
    assert checkout.record.read_text() == ""
    assert "docs/evidence has no new evidence; the run ended before there was any." in capsys.readouterr().out


def test_proposal_ends_badly_when_a_run_that_succeeded_has_no_evidence(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    assert proposal.main(["docs/evidence", "--kind", "audit", "--result", "success"]) == Code.NOT_FIT

    assert checkout.branches() == []
    assert "has no new evidence, though the run succeeded." in capsys.readouterr().err


def test_proposal_leaves_out_what_is_not_evidence(checkout: Checkout) -> None:
    add_evidence(checkout)
    (checkout.folder / "secret.txt").write_text("not for the repository")

    proposal.main(["docs/evidence", "--kind", "audit"])

    (branch,) = checkout.branches()
    assert "secret.txt" not in git("ls-tree", "-r", "--name-only", branch, folder=checkout.origin)


def test_proposal_commits_nothing_when_the_evidence_is_not_fit(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    path = add_evidence(checkout)
    path.write_text("123456789012.dkr.ecr.us-west-2.amazonaws.com")

    assert proposal.main(["docs/evidence", "--kind", "audit"]) == Code.NOT_FIT

    assert checkout.branches() == []
    assert "is not fit to be published" in capsys.readouterr().err


def test_proposal_says_so_when_gh_refuses(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add_evidence(checkout)
    monkeypatch.setenv("FAIL", "gh#1")

    assert proposal.main(["docs/evidence", "--kind", "audit"]) == Code.REFUSED
    assert "gh pr ended with exit code 1: gh fails, as the test wants" in capsys.readouterr().err


def test_proposal_says_so_when_the_push_is_refused(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    add_evidence(checkout)
    checkout.origin.rename(checkout.origin.with_name("gone.git"))

    assert proposal.main(["docs/evidence", "--kind", "audit"]) == Code.REFUSED
    assert "git push ended with exit code 128" in capsys.readouterr().err


def add_evidence(checkout: Checkout) -> Path:
    """Write evidence as the commands do, and return one of its files."""
    now = datetime.now(UTC)
    folder = checkout.folder / "docs" / "evidence" / set_name(now)
    evidence = EvidenceFolder(folder=folder, mask=Mask(), started_at=now, label="made by a test")
    path = evidence.write("healthz", "HTTP/1.1 200 OK", extension="log")
    evidence.finish()
    return path
