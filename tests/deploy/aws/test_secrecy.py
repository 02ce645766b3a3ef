"""No secret is anywhere but in Secrets Manager."""

from __future__ import annotations

import json

import pytest

from deploy.sdk.clients import client
from deploy.stacks.stack import STACKS
from tests.deploy.aws.account import Account


@pytest.fixture
def secrets(applied: Account) -> list[str]:
    """The values nobody may see."""
    keys = {
        "papyrus/prd/db": "password",
        "papyrus/prd/db-owner": "password",
        "papyrus/prd/db-admin": "password",
        "papyrus/prd/django": "secret_key",
    }
    found = []
    for name, key in keys.items():
        text = client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
        found.append(json.loads(text)[key])
    assert [len(each) for each in found] == [40, 40, 40, 64]
    assert len(set(found)) == 4
    return found


def leaks(secrets: list[str], text: str) -> bool:
    return any(secret in text for secret in secrets)


def test_no_version_of_a_state_holds_a_secret(applied: Account, secrets: list[str]) -> None:
    s3, bucket = client("s3"), applied.store.bucket
    versions = s3.list_object_versions(Bucket=bucket)["Versions"]
    assert {each["Key"] for each in versions} >= {f"{name}.tfstate" for name in STACKS}
    for each in versions:
        text = s3.get_object(Bucket=bucket, Key=each["Key"], VersionId=each["VersionId"])["Body"].read().decode()
        assert not leaks(secrets, text), each["Key"]


@pytest.mark.parametrize("name", STACKS)
def test_no_output_holds_a_secret(applied: Account, secrets: list[str], name: str) -> None:
    assert not leaks(secrets, json.dumps(applied.outputs(name)))


def test_no_task_definition_holds_a_secret(applied: Account, secrets: list[str]) -> None:
    ecs = client("ecs")
    arns = ecs.list_task_definitions()["taskDefinitionArns"]
    assert len(arns) == 4
    for arn in arns:
        assert not leaks(secrets, json.dumps(ecs.describe_task_definition(taskDefinition=arn), default=str))


def test_terraform_printed_no_secret(applied: Account, secrets: list[str]) -> None:
    logs = sorted(applied.work_folder.glob("*.log"))
    assert len(logs) == len(STACKS)
    assert [path.name for path in logs if leaks(secrets, path.read_text())] == []
