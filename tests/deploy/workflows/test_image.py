"""Publishing an image: moto is the registry and its scan, a recorded script is docker."""

from __future__ import annotations

import json
import os
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from deploy import image
from deploy.image import Code
from tests.deploy.aws.moto import REGION
from tests.deploy.workflows.acting import stand_in
from tests.deploy.workflows.agent import direct
from tests.deploy.workflows.conftest import allowed
from tests.deploy.workflows.recorded_docker import push
from tests.deploy.workflows.stand_in import Platform

HASTE = ("--poll-seconds", "0.05", "--scan-seconds", "5")
# docker, and ECR after it, do this themselves.
BY_DOCKER = {"PutImage", "StartImageScan"}
REGISTRY = f"123456789012.dkr.ecr.{REGION}.amazonaws.com"


class Registry:
    """The repository, what docker was told, and the file for outputs."""

    def __init__(self, *, moto: str, folder: Path) -> None:
        self.moto = moto
        self.ecr: Any = direct("ecr", moto=moto)
        self.output = folder / "output"
        self._record = folder / "record"
        self._record.touch()

    @property
    def docker(self) -> list[str]:
        return self._record.read_text().splitlines()

    def digest_of(self, tag: str) -> str:
        found = self.ecr.describe_images(repositoryName="papyrus", imageIds=[{"imageTag": tag}])
        return str(found["imageDetails"][0]["imageDigest"])

    def tell_scan(self, digest: str, *, status: str = "COMPLETE", **counts: int) -> None:
        """Let the scan of `digest` end like this, with one finding of each severity in `counts`."""
        findings = [{"name": f"CVE-2026-{number}", "severity": severity} for number, severity in enumerate(counts)]
        result = {
            "imageScanFindings": {"findings": findings, "findingSeverityCounts": counts},
            "repositoryName": "papyrus",
            "imageId": {"imageDigest": digest},
            "imageScanStatus": {"status": status, "description": "as told"},
        }
        body = json.dumps({"results": [result], "region": REGION}).encode()
        address = f"{self.moto}/moto-api/static/ecr/scan-finding-results"
        request = urllib.request.Request(address, body, {"Content-Type": "application/json"})  # noqa: S310 - ours
        urllib.request.urlopen(request, timeout=10).close()  # noqa: S310 - ours


@pytest.fixture
def registry(platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    made = Registry(moto=platform.moto, folder=tmp_path)
    made.ecr.create_repository(repositoryName="papyrus", imageTagMutability="IMMUTABLE")
    stand_in("docker", script="recorded_docker.py", folder=tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("RECORD", str(tmp_path / "record"))
    return made


def test_image_is_pushed_and_its_digest_is_an_output(
    registry: Registry, platform: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    code = image.main(["papyrus:built", "--tag", "c0ffee", "--output", str(registry.output), *HASTE])

    digest = registry.digest_of("c0ffee")
    assert code == Code.PUBLISHED
    login, *others = registry.docker
    assert login.startswith(f"login --username AWS --password-stdin {REGISTRY} ")
    assert others == [
        f"tag papyrus:built {REGISTRY}/papyrus:c0ffee",
        f"push --quiet {REGISTRY}/papyrus:c0ffee",
    ]
    assert registry.output.read_text() == f"digest={digest}\n"
    assert set(platform.calls) - BY_DOCKER <= allowed("ecr-push")
    assert f"Digest: {digest}" in capsys.readouterr().out


def test_image_is_not_pushed_again_when_the_repository_has_its_tag(registry: Registry) -> None:
    push(f"{REGISTRY}/papyrus:c0ffee")

    code = image.main(["papyrus:built", "--tag", "c0ffee", "--output", str(registry.output), *HASTE])

    assert code == Code.PUBLISHED
    assert registry.docker == []
    assert registry.output.read_text() == f"digest={registry.digest_of('c0ffee')}\n"


@pytest.mark.parametrize("command", ["login", "push"])
def test_image_has_no_digest_when_docker_fails(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    monkeypatch.setenv("FAIL", command)

    code = image.main(["papyrus:built", "--tag", "c0ffee", "--output", str(registry.output), *HASTE])

    assert code == Code.NOT_PUSHED
    assert f"docker {command} ended with exit code 1: denied: no" in capsys.readouterr().err
    assert not registry.output.exists()


def test_image_names_the_remedy_when_the_stack_is_not_applied(
    platform: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    assert image.main(["papyrus:built", "--tag", "c0ffee", *HASTE]) == Code.NOT_PUSHED
    assert "There is no repository papyrus in us-west-2. Apply the stack 15-ecs" in capsys.readouterr().err


def test_image_has_no_digest_when_its_scan_finds_what_is_refused(
    registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    push(f"{REGISTRY}/papyrus:c0ffee")
    registry.tell_scan(registry.digest_of("c0ffee"), CRITICAL=1, HIGH=2)

    code = image.main(["papyrus:built", "--tag", "c0ffee", "--output", str(registry.output), *HASTE])

    assert code == Code.VULNERABLE
    printed = capsys.readouterr()
    assert "Scan: 1 CRITICAL, 2 HIGH" in printed.out
    assert "The scan found 1 CRITICAL: CVE-2026-0. Take a newer base image or requirement." in printed.err
    assert not registry.output.exists()


def test_image_may_be_held_to_a_stricter_rule(registry: Registry) -> None:
    push(f"{REGISTRY}/papyrus:c0ffee")

    # moto's own scan always finds one of severity HIGH.
    assert image.main(["papyrus:built", "--tag", "c0ffee", "--refuse", "CRITICAL", "HIGH", *HASTE]) == Code.VULNERABLE


@pytest.mark.parametrize("status", ["FAILED", "UNSUPPORTED_IMAGE"])
def test_image_has_no_digest_when_its_scan_fails(
    registry: Registry, capsys: pytest.CaptureFixture[str], status: str
) -> None:
    push(f"{REGISTRY}/papyrus:c0ffee")
    registry.tell_scan(registry.digest_of("c0ffee"), status=status)

    assert image.main(["papyrus:built", "--tag", "c0ffee", *HASTE]) == Code.SCAN_FAILED
    assert f"ended as {status}: as told." in capsys.readouterr().err


def test_image_has_no_digest_when_it_is_not_scanned_in_time(
    registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    push(f"{REGISTRY}/papyrus:c0ffee")
    registry.tell_scan(registry.digest_of("c0ffee"), status="IN_PROGRESS")

    code = image.main(["papyrus:built", "--tag", "c0ffee", "--poll-seconds", "0.05", "--scan-seconds", "0.2"])

    assert code == Code.SCAN_FAILED
    assert "had no scan result after 0 s." in capsys.readouterr().err
