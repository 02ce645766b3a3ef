"""The files themselves, without an account."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from deploy.stacks.stack import FOLDER, STACKS, Stack
from deploy.stacks.state_store import StateStore
from papyrus_site.local import ROOT
from tests.conftest import needed_program

NOWHERE = StateStore(bucket="nowhere", region="us-west-2")
TERRAFORM_FILES = sorted(FOLDER.rglob("*.tf"))
BLOCK = re.compile(r'^(variable|output) "(\w+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)
RUNBOOK = re.compile(r"docs/operations\.md#(alarm-[a-z0-9-]+)")


@pytest.mark.parametrize("name", STACKS)
def test_stack_passes_its_own_tests(name: str, tmp_path: Path) -> None:
    needed_program("terraform")
    stack = Stack(name=name, state=NOWHERE, work_folder=tmp_path)
    lines: list[str] = []
    stack.test(lines.append)
    assert any(line.startswith("Success!") and line.endswith(" 0 failed.") for line in lines)


def test_stacks_are_the_folders() -> None:
    assert sorted(path.parent.name for path in FOLDER.glob("*/.terraform.lock.hcl")) == list(STACKS)


@pytest.mark.parametrize("path", TERRAFORM_FILES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_variables_are_typed_and_described_and_outputs_described(path: Path) -> None:
    for kind, name, body in BLOCK.findall(path.read_text()):
        assert re.search(r'^  description += "\S.*\."$', body, re.MULTILINE), name
        assert kind == "output" or re.search(r"^  type +=", body, re.MULTILINE), name


@pytest.mark.parametrize("name", STACKS)
def test_provider_is_told_its_region_and_tags_only(name: str) -> None:
    text = (FOLDER / name / "terraform.tf").read_text()
    providers = re.findall(r'^provider "aws" \{\n(.*?)^\}', text, re.MULTILINE | re.DOTALL)
    told = {word for body in providers for word in re.findall(r"^  (\w+)", body, re.MULTILINE)}
    assert told <= {"alias", "region", "default_tags"}


@pytest.mark.parametrize("path", TERRAFORM_FILES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_suppressed_findings_are_explained(path: Path) -> None:
    for line in path.read_text().splitlines():
        if "checkov:skip" in line:
            assert re.fullmatch(r" +# checkov:skip=CKV2?_AWS_\d+:[A-Z].{20,}\.", line), line


def test_address_of_the_registry_stands_in_the_lock_files_only() -> None:
    registry = "registry." + "terraform.io"
    folders = (ROOT / "deploy", ROOT / "tests" / "deploy", ROOT / "docs")
    files = [path for folder in folders for path in folder.rglob("*")]
    texts = [path for path in files if path.is_file() and path.suffix in (".tf", ".py", ".md", ".hcl", ".yaml")]
    assert {path.name for path in texts if registry in path.read_text()} == {".terraform.lock.hcl"}


def test_every_alarm_names_its_section_of_the_runbook() -> None:
    text = "\n".join(path.read_text() for path in TERRAFORM_FILES)
    alarms = re.findall(r'^resource "aws_cloudwatch_metric_alarm" "\w+" \{\n(.*?)^\}', text, re.MULTILINE | re.DOTALL)
    named = {anchor for alarm in alarms for anchor in RUNBOOK.findall(alarm)}
    assert len(alarms) == 8
    assert named == {
        "alarm-alb-5xx",
        "alarm-ecs-memory",
        "alarm-no-running-task",
        "alarm-rds-connections",
        "alarm-rds-cpu",
        "alarm-rds-storage",
        "alarm-response-time",
        "alarm-target-5xx",
    }
