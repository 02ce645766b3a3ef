"""What the Dockerfile and compose.yaml say."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.container import dockerfile
from tests.deploy.serving import COMMAND, ROOT

BUILD, FINAL = dockerfile.stages()
PACKAGES = ("papyrus_site", "catalog", "deploy", "history", "invoices", "typesetting")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
OURS = ("roles", "migrate", "web", "worker")


def tracked_files() -> set[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {name for name in listed.split("\0") if name and (ROOT / name).exists()}


def test_both_stages_are_of_the_one_base_that_an_argument_names() -> None:
    text = (ROOT / "Dockerfile").read_text()
    (default,) = re.findall(r"^ARG PYTHON_IMAGE=(\S+)$", text, re.MULTILINE)

    assert {BUILD.base, FINAL.base} == {"${PYTHON_IMAGE}"}
    # No registry's name, which would stand before a slash.
    assert re.fullmatch(r"python:3\.\d+-slim", default)


def test_image_starts_the_command_the_tests_start() -> None:
    assert tuple(FINAL.command) == COMMAND


def test_image_runs_as_a_numbered_user_who_is_not_root() -> None:
    # By number: ECS and Kubernetes can tell from it that the user is not root.
    assert FINAL.only("USER").rest == "10001:10001"
    assert FINAL.instructions.index(FINAL.only("USER")) > FINAL.instructions.index(FINAL.of("COPY")[-1])


def test_image_listens_on_the_port_of_the_task_and_leaves_probing_to_the_platform() -> None:
    assert FINAL.only("EXPOSE").rest == "5000"
    assert FINAL.of("HEALTHCHECK") == []


def test_image_writes_nothing_outside_tmp() -> None:
    environment = FINAL.environment
    assert (environment["HOME"], environment["PYTHONDONTWRITEBYTECODE"]) == ("/tmp", "1")  # noqa: S108
    assert environment["DJANGO_STATIC_ROOT"] in ("/opt/static",)


def test_image_declares_tmp_so_that_fargate_lets_everybody_write_to_it() -> None:
    assert json.loads(FINAL.only("VOLUME").rest) == ["/tmp"]  # noqa: S108
    # What comes after a VOLUME would not change the mode that the platform sees.
    assert FINAL.instructions[-1] == FINAL.only("VOLUME")
    assert "chmod 1777 /tmp" in " ".join(each.rest for each in FINAL.of("RUN"))


def test_requirements_are_installed_by_their_hashes_and_as_wheels_only() -> None:
    (install,) = [each.rest for each in BUILD.of("RUN") if "pip" in each.rest]
    assert {"--require-hashes", "--only-binary"} <= set(install.split())
    requirements = (ROOT / "requirements.txt").read_text()
    pinned = re.findall(r"^[a-z0-9.\[\]_-]+==\S+", requirements, re.MULTILINE | re.IGNORECASE)
    assert len(pinned) >= 20
    assert "--index-url" not in requirements


def test_final_stage_installs_nothing_and_keeps_nothing_to_install_with() -> None:
    run = " ".join(each.rest for each in FINAL.of("RUN"))
    assert not re.search(r"pip install|apt-get|curl|wget|gcc", run)
    assert "rm -rf /usr/local/lib/python3*/site-packages/*" in run
    assert "--without-pip" in BUILD.of("RUN")[0].rest


def test_every_copied_thing_exists() -> None:
    context = dockerfile.context()
    for source, _ in BUILD.copied:
        assert source in context or any(path.startswith(f"{source}/") for path in context), source
    assert FINAL.copied == []
    assert [each.parts for each in FINAL.of("COPY")] == [["--from=build", "/opt", "/opt"]]


def test_image_has_every_file_of_the_product() -> None:
    product = {path for path in tracked_files() if path.split("/")[0] in PACKAGES or path == "manage.py"}
    needed = {path for path in product if not path.startswith("deploy/terraform/")}

    assert needed - dockerfile.context() == set()
    assert {
        "deploy/gunicorn.conf.py",
        "typesetting/fonts/BIZUDGothic-Regular.ttf",
        "papyrus_site/locale/ja/LC_MESSAGES/django.mo",
        "papyrus_site/templates/base.html",
        "invoices/static/invoices/note_form.js",
    } <= dockerfile.context()
    assert {source for source, _ in BUILD.copied} == {"requirements.txt", "manage.py", *PACKAGES}


def test_image_has_nothing_else() -> None:
    context = dockerfile.context()
    assert {path.split("/")[0] for path in context} == {"requirements.txt", "manage.py", *PACKAGES}
    unwanted = (".tf", ".pyc", ".tfstate", ".md.orig")
    assert [path for path in context if path.endswith(unwanted) or "/." in path or "__pycache__" in path] == []


@pytest.mark.parametrize(
    ("path", "ignored"),
    [
        ("manage.py", False),
        ("deploy/health/probe.py", False),
        ("tests/conftest.py", True),
        (".git/config", True),
        ("var/secret_key", True),
        ("deploy/terraform/10-rds/main.tf", True),
        ("deploy/__pycache__/probe.cpython-313.pyc", True),
        ("catalog/.env", True),
    ],
)
def test_context_is_read_as_docker_reads_it(path: str, ignored: bool) -> None:
    patterns = (ROOT / ".dockerignore").read_text().splitlines()
    assert dockerfile._is_ignored(path, [each for each in patterns if each and not each.startswith("#")]) is ignored


@pytest.mark.parametrize("name", OURS)
def test_compose_holds_each_process_of_the_image_as_tight_as_production(name: str) -> None:
    service = COMPOSE["services"][name]
    assert (service["read_only"], service["tmpfs"]) == (True, ["/tmp"])  # noqa: S108
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_compose_migrates_once_before_anything_serves() -> None:
    services = COMPOSE["services"]
    assert services["database"]["image"] == "postgres:16"
    assert services["migrate"]["command"] == ["python", "manage.py", "migrate"]
    assert services["roles"]["command"] == ["python", "manage.py", "create_database_roles"]
    assert (services["roles"]["restart"], services["migrate"]["restart"]) == ("no", "no")
    assert services["migrate"]["depends_on"] == {"roles": {"condition": "service_completed_successfully"}}
    for name in ("web", "worker"):
        assert services[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    assert "command" not in services["web"]


def test_compose_serves_with_the_lesser_role() -> None:
    users = {name: COMPOSE["services"][name]["environment"]["PGUSER"] for name in OURS}
    assert users == {"roles": "papyrus", "migrate": "papyrus_owner", "web": "papyrus_app", "worker": "papyrus_app"}


def test_compose_has_no_secret_and_says_which_are_missing() -> None:
    text = Path(ROOT / "compose.yaml").read_text()
    for name in ("DJANGO_SECRET_KEY", "POSTGRES_PASSWORD"):
        values = re.findall(rf"(?:{name}|PGPASSWORD): (?:&password )?(\$\{{{name}\S*.*)$", text, re.MULTILINE)
        assert values
        assert all(value.startswith(f"${{{name}:?Set {name} to a") for value in values)


def test_compose_waits_longer_than_gunicorn_does() -> None:
    for name in OURS:
        assert COMPOSE["services"][name]["stop_grace_period"] == "40s"
