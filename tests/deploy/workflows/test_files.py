"""The workflow files, read as data: what every one of them must keep to."""

from __future__ import annotations

import importlib
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy import audit, image, release, restore, scale
from tests.deploy.workflows.acting import stand_in
from tests.deploy.workflows.conftest import ROOT
from tests.deploy.workflows.recorded_docker import BASE

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ROLES = ROOT / "deploy" / "terraform" / "40-github-oidc" / "main.tf"
PINNED = re.compile(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")
ROLE = re.compile(r"arn:aws:iam::\$\{\{ vars\.AWS_ACCOUNT_ID \}\}:role/papyrus-prd-([\w-]+)")
MODULE = re.compile(r"python -m deploy\.(\w+)")
NAMED = {
    *("ci", "ecr-push", "ecs-deploy", "ecs-scale", "alb-smoke", "sweep"),
    *("audit-evidence", "rds-snapshot", "leak-guard", "vulnerabilities"),
}


# The sweep destroys what these make, with their roles.
SWEPT = {"alb-smoke", "rds-snapshot"}
VALUES = {"$WEB": "1", "$WORKER": "1", "$RESULT": "failure"}


def content(workflow: Path) -> dict[Any, Any]:
    loaded: dict[Any, Any] = yaml.safe_load(workflow.read_text())
    return loaded


def jobs(workflow: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = content(workflow)["jobs"]
    return found


def steps(workflow: Path) -> Iterator[dict[str, Any]]:
    for job in jobs(workflow).values():
        yield from job["steps"]


def role_of(job: dict[str, Any]) -> str | None:
    roles = [ROLE.fullmatch(step["with"]["role-to-assume"]) for step in job["steps"] if "role-to-assume" in str(step)]
    return roles[0][1] if roles and roles[0] else None


def subjects() -> dict[str, str]:
    """The roles of the stack 40-github-oidc, and from where each may be taken on: from_branch or from_environment."""
    return dict(re.findall(r"^    ([\w-]+)\s+= \{ subject = local\.(\w+),", ROLES.read_text(), re.MULTILINE))


def called() -> Iterator[tuple[str, list[str]]]:
    """The commands of `deploy` that workflows call, with their arguments; a variable reads as some value."""
    for workflow in WORKFLOWS:
        for step in steps(workflow):
            if found := MODULE.search(step.get("run", "")):
                words = shlex.split(step["run"])[3:]
                yield found[1], [re.sub(r"\$\w+", lambda name: VALUES.get(name[0], "x"), word) for word in words]


each_workflow = pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)


def test_there_is_a_workflow_for_each_work() -> None:
    assert {workflow.stem for workflow in WORKFLOWS} == NAMED
    assert all(content(workflow)["name"] == workflow.stem for workflow in WORKFLOWS)


@each_workflow
def test_workflow_pins_each_action_by_commit_with_the_version_beside_it(workflow: Path) -> None:
    uses = [line.strip().removeprefix("- ") for line in workflow.read_text().splitlines() if "uses:" in line]
    assert uses
    assert [line for line in uses if not PINNED.fullmatch(line)] == []


def test_workflows_pin_each_action_by_the_same_commit() -> None:
    found = {uses for workflow in WORKFLOWS for uses in re.findall(r"uses: (\S+)", workflow.read_text())}
    assert len(found) == len({uses.split("@")[0] for uses in found})


@each_workflow
def test_workflow_grants_nothing_at_its_top_and_little_to_each_job(workflow: Path) -> None:
    assert content(workflow)["permissions"] == {}
    for job in jobs(workflow).values():
        permissions = job["permissions"]
        assert permissions["contents"] == ("write" if "pull-requests" in permissions else "read")
        # Who may write to the repository has no role in AWS, and the other way round.
        assert ("id-token" in permissions) == (role_of(job) is not None)
        assert not {"id-token", "pull-requests"} <= permissions.keys()


@each_workflow
def test_workflow_has_a_concurrency_group_and_each_job_an_end(workflow: Path) -> None:
    assert content(workflow)["concurrency"]["group"]
    assert all(0 < job["timeout-minutes"] <= 120 for job in jobs(workflow).values())


@each_workflow
def test_workflow_keeps_no_token_in_its_checkout(workflow: Path) -> None:
    checkouts = [step for step in steps(workflow) if step.get("uses", "").startswith("actions/checkout@")]
    assert [step["with"]["persist-credentials"] for step in checkouts] == [False] * len(jobs(workflow))


@each_workflow
def test_workflow_puts_no_expression_into_a_shell(workflow: Path) -> None:
    assert [step["run"] for step in steps(workflow) if EXPRESSION.search(step.get("run", ""))] == []


@each_workflow
def test_workflow_has_no_secret_of_its_own(workflow: Path) -> None:
    assert "secrets." not in workflow.read_text()


@each_workflow
def test_workflow_keeps_its_logic_in_commands(workflow: Path) -> None:
    for step in steps(workflow):
        assert not re.search(r"\b(if|for|while|case|aws|jq)\b.*[;\n]", step.get("run", "")), step["run"]


@each_workflow
def test_workflow_takes_on_a_role_that_is_its_own_and_trusts_it(workflow: Path) -> None:
    own = SWEPT if workflow.stem == "sweep" else {workflow.stem}
    for job in jobs(workflow).values():
        role = role_of(job)
        if role is None:
            continue
        assert role in own
        assert subjects()[role] == ("from_environment" if job.get("environment") == "prd" else "from_branch")


def test_each_role_has_a_workflow() -> None:
    taken = {role_of(job) for workflow in WORKFLOWS for job in jobs(workflow).values()} - {None}
    assert taken == subjects().keys()


@each_workflow
def test_workflow_calls_modules_that_exist(workflow: Path) -> None:
    modules = {module for step in steps(workflow) for module in MODULE.findall(step.get("run", ""))}
    paths = (ROOT / "deploy" / module for module in modules)
    assert [path.name for path in paths if not (path.with_suffix(".py").exists() or path.is_dir())] == []


def test_what_begins_in_a_workflow_is_ended_in_it_whatever_happens() -> None:
    for name, clean_up in (("alb-smoke", "deploy.sweep --run-id"), ("rds-snapshot", "deploy.restore --clean ")):
        found = [step for step in steps(ROOT / ".github" / "workflows" / f"{name}.yml") if clean_up in str(step)]
        assert [step["if"] for step in found] == ["${{ always() }}"]


@pytest.mark.parametrize("command", [audit, image, release, restore, scale], ids=lambda module: module.__name__)
def test_help_names_every_exit_code(command: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(["--help"])

    printed = capsys.readouterr().out
    assert ended.value.code == 0
    assert [code for code in (*command.MEANINGS, 2, 10) if not re.search(rf"^ +{int(code)}  \w", printed, re.M)] == []


def test_dependabot_watches_whatever_is_pinned() -> None:
    watched = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text())["updates"]
    assert {each["package-ecosystem"] for each in watched} == {"github-actions", "pip", "docker", "terraform"}


@pytest.mark.parametrize(("command", "arguments"), list(called()), ids=str)
def test_workflow_calls_a_command_as_it_wants_to_be_called(command: str, arguments: list[str]) -> None:
    module = importlib.import_module("deploy.smoke.__main__" if command == "smoke" else f"deploy.{command}")
    parser = getattr(module, "parser", None) or module._parser
    parser().parse_args(arguments)


def test_image_is_built_on_a_base_named_by_digest_and_knows_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in("docker", script="recorded_docker.py", folder=tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("RECORD", str(tmp_path / "record"))
    monkeypatch.setenv("GITHUB_SHA", "c0ffee")
    (step,) = (each for each in steps(ROOT / ".github/workflows/ecr-push.yml") if "docker" in each.get("run", ""))

    subprocess.run(["bash", "-e", "-c", step["run"]], cwd=ROOT, check=True, stdin=subprocess.DEVNULL)

    (base,) = re.findall(r"^ARG PYTHON_IMAGE=(\S+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    told = {"PYTHON_IMAGE": BASE, "VERSION": version, "REVISION": "c0ffee"}
    given = " ".join(f"--build-arg {name}={value}" for name, value in told.items())
    assert (tmp_path / "record").read_text().splitlines() == [
        f"pull --quiet {base}",
        f"inspect --format {{{{index .RepoDigests 0}}}} {base}",
        f"build --provenance=false {given} --tag papyrus:built .",
    ]


def test_rehearsal_keeps_out_of_the_maintenance_of_the_database() -> None:
    (schedule,) = content(ROOT / ".github/workflows/rds-snapshot.yml")[True]["schedule"]
    minute, hour, *_, weekday = schedule["cron"].split()
    database = (ROOT / "deploy/terraform/10-rds/main.tf").read_text()
    assert re.findall(r'maintenance_window += "(.*)"', database) == ["sat:18:00-sat:19:00"]
    assert (weekday, int(hour) * 60 + int(minute) > 19 * 60) == ("6", True)


def test_list_of_parts_has_every_requirement_of_the_image(tmp_path: Path) -> None:
    (step,) = (step for step in steps(ROOT / ".github/workflows/ecr-push.yml") if "cyclonedx-py" in step.get("run", ""))
    listed = tmp_path / "sbom.json"
    command = shlex.split(step["run"].strip().splitlines()[-1])
    program = Path(sys.executable).parent / "cyclonedx-py"

    subprocess.run([program, *command[1:-1], listed], cwd=ROOT, check=True, capture_output=True)

    components = {each["name"]: each["version"] for each in json.loads(listed.read_text())["components"]}
    pinned = re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert components == dict(pinned)
    assert command[-2:] == ["--output-file", "sbom.json"]
