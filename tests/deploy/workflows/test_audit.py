"""The audit against moto, which lacks CloudTrail's look-up; a stand-in answers that one call in one test."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from deploy import audit
from deploy.audit import Code
from deploy.evidence.verification import verify
from tests.deploy.workflows.agent import direct
from tests.deploy.workflows.conftest import allowed
from tests.deploy.workflows.stand_in import Platform

EVENT = {
    "EventId": "1",
    "EventName": "UpdateService",
    "EventSource": "ecs.amazonaws.com",
    "Username": "ecs-deploy-1",
    "Resources": [{"ResourceType": "AWS::ECS::Service", "ResourceName": "papyrus-prd-web"}],
    "CloudTrailEvent": "{}",
}


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


def written(evidence: Path, kind: str) -> dict[str, Any]:
    (path,) = evidence.glob(f"*_{kind}.json")
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def record(moto: str) -> None:
    """Let Config record, as far as moto can."""
    config = direct("config", moto=moto)
    config.put_configuration_recorder(
        ConfigurationRecorder={"name": "papyrus", "roleARN": "arn:aws:iam::123456789012:role/config"}
    )
    config.put_delivery_channel(DeliveryChannel={"name": "papyrus", "s3BucketName": "of-a-test"})
    config.start_configuration_recorder(ConfigurationRecorderName="papyrus")


def test_audit_says_what_it_skipped_and_ends_badly_when_there_is_no_cloudtrail(
    platform: Platform, evidence: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit.main(["--evidence", str(evidence)]) == Code.NO_CLOUDTRAIL

    assert written(evidence, "cloudtrail")["skipped"] == "the endpoint does not have LookupEvents (500)"
    assert "entries" not in written(evidence, "cloudtrail")
    printed = capsys.readouterr().out
    assert "cloudtrail: SKIPPED: the endpoint does not have LookupEvents (500)" in printed
    assert "config_resources: SKIPPED: no configuration recorder of AWS Config records" in printed


def test_audit_records_the_calls_of_every_page(platform: Platform, evidence: Path) -> None:
    now = int(time.time())
    platform.pages["LookupEvents"] = [
        {"Events": [EVENT | {"EventTime": now}], "NextToken": "more"},
        {"Events": [EVENT | {"EventId": "2", "EventTime": now - 60, "EventName": "RunTask"}]},
        {"Events": []},
    ]

    assert audit.main(["--evidence", str(evidence), "--hours", "24"]) == Code.RECORDED

    entries = written(evidence, "cloudtrail")["entries"]
    assert [each["call"] for each in entries] == ["ecs:UpdateService", "ecs:RunTask"]
    assert entries[0]["by"] == "ecs-deploy-1"
    assert verify(evidence) == []
    assert entries[0]["resources"] == ["AWS::ECS::Service papyrus-prd-web"]
    asked = json.loads(platform.bodies["LookupEvents"])
    assert asked["EndTime"] - asked["StartTime"] == pytest.approx(24 * 3600, abs=1)
    assert asked["LookupAttributes"] == [{"AttributeKey": "ReadOnly", "AttributeValue": "false"}]


def test_audit_looks_up_global_services_too_and_merges_both_histories(platform: Platform, evidence: Path) -> None:
    now = int(time.time())
    role = {"EventId": "3", "EventTime": now - 30, "EventSource": "iam.amazonaws.com", "EventName": "PutRolePolicy"}
    both = EVENT | {"EventTime": now - 60}
    platform.pages["LookupEvents"] = [
        {"Events": [EVENT | {"EventId": "2", "EventTime": now}, both]},
        {"Events": [role, both]},
    ]

    assert audit.main(["--evidence", str(evidence)]) == Code.RECORDED

    calls = [each["call"] for each in written(evidence, "cloudtrail")["entries"]]
    assert calls == ["ecs:UpdateService", "iam:PutRolePolicy", "ecs:UpdateService"]
    signed = platform.signed["LookupEvents"]
    assert [re.findall(r"/([a-z0-9-]+)/cloudtrail/", each) for each in signed] == [["us-west-2"], ["us-east-1"]]


def test_audit_looks_up_once_where_the_own_region_has_the_global_services(
    platform: Platform, evidence: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    platform.pages["LookupEvents"] = [{"Events": []}]

    assert audit.main(["--evidence", str(evidence)]) == Code.RECORDED
    assert platform.calls.count("LookupEvents") == 1


def test_audit_names_no_bucket_secret_or_key(platform: Platform, evidence: Path) -> None:
    record(platform.moto)
    kinds = ("AWS::S3::Bucket", "AWS::S3::Object", "AWS::SecretsManager::Secret", "AWS::KMS::Key")
    resources = [{"ResourceType": kind, "ResourceName": "company-invoices"} for kind in kinds]
    platform.pages["LookupEvents"] = [
        {"Events": [EVENT | {"EventTime": int(time.time()), "Resources": resources}]},
        {"Events": []},
    ]
    row = {"resourceId": "company-invoices", "a": {"b": {"c": 1}}, "resourceType": "AWS::S3::Bucket"}
    platform.pages["SelectResourceConfig"] = [{"Results": [json.dumps(row)]}]

    assert audit.main(["--evidence", str(evidence)]) == Code.RECORDED

    assert written(evidence, "cloudtrail")["entries"][0]["resources"] == [f"{kind} ****" for kind in kinds]
    assert written(evidence, "config_resources")["entries"] == [row | {"resourceId": "****"}]
    assert [path for path in evidence.iterdir() if "company" in path.read_text()] == []
    assert verify(evidence) == []


def test_audit_asks_config_for_what_changed_when_it_records(
    platform: Platform, evidence: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record(platform.moto)
    platform.pages["SelectResourceConfig"] = [{"Results": ['{"resourceType": "AWS::RDS::DBInstance"}']}]

    audit.main(["--evidence", str(evidence)])

    assert written(evidence, "config_resources")["entries"] == [{"resourceType": "AWS::RDS::DBInstance"}]
    assert set(platform.calls) <= allowed("audit-evidence")
    asked = json.loads(platform.bodies["SelectResourceConfig"])["Expression"]
    assert "WHERE configurationItemCaptureTime > '20" in asked
    assert "config_resources: 1 entries" in capsys.readouterr().out


@pytest.mark.parametrize("hours", ["0", "-1", "2161", "99999999999"])
def test_audit_refuses_hours_that_cloudtrail_does_not_keep(hours: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        audit.main([f"--hours={hours}"])

    assert ended.value.code == 2
    assert f"“{hours}” is not a number from 1 to 2160" in capsys.readouterr().err


def test_audit_fails_and_does_not_skip_when_it_may_not_ask(
    platform: Platform, evidence: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    platform.script.denied = {"LookupEvents"}

    assert audit.main(["--evidence", str(evidence)]) == 10
    assert "AWS refused LookupEvents: AccessDeniedException" in capsys.readouterr().err


def test_audit_names_the_variable_when_the_environment_is_of_no_use(
    platform: Platform, evidence: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "z")

    assert audit.main(["--evidence", str(evidence)]) == 10
    assert 'AWS_MAX_ATTEMPTS is "z"' in capsys.readouterr().err
