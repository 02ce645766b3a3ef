"""What 10-rds made, as AWS tells it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from deploy.sdk.clients import client
from tests.deploy.aws.account import Account


@pytest.fixture
def instance(applied: Account) -> dict[str, Any]:
    (found,) = client("rds").describe_db_instances(DBInstanceIdentifier="papyrus-prd")["DBInstances"]
    return dict(found)


USERS = {
    "database_secret_arn": "papyrus_app",
    "database_owner_secret_arn": "papyrus_owner",
    "database_administrator_secret_arn": "papyrus",
}


@pytest.fixture(params=USERS)
def output(request: pytest.FixtureRequest) -> str:
    """The output that names a secret of the database: each of the three."""
    return str(request.param)


@pytest.fixture
def secret(applied: Account, output: str) -> dict[str, str]:
    arn = applied.outputs("10-rds")[output]
    return dict(json.loads(client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]))


def test_database_is_postgresql_16(instance: dict[str, Any]) -> None:
    assert instance["Engine"] == "postgres"
    assert instance["EngineVersion"].split(".")[0] == "16"


def test_database_is_private_and_encrypted(applied: Account, instance: dict[str, Any]) -> None:
    assert instance["PubliclyAccessible"] is False
    assert instance["StorageEncrypted"] is True
    assert instance["KmsKeyId"] == applied.outputs("10-rds")["secret_kms_key_arn"]


def test_database_wears_its_group_only(applied: Account, instance: dict[str, Any]) -> None:
    groups = [each["VpcSecurityGroupId"] for each in instance["VpcSecurityGroups"]]
    assert groups == [applied.outputs("00-network")["database_security_group_id"]]


def test_database_is_in_the_private_subnets(applied: Account, instance: dict[str, Any]) -> None:
    subnets = {each["SubnetIdentifier"] for each in instance["DBSubnetGroup"]["Subnets"]}
    assert subnets == set(applied.outputs("00-network")["private_subnets"].values())


def test_database_has_backups_a_standby_and_minor_versions(instance: dict[str, Any]) -> None:
    kept = ("BackupRetentionPeriod", "MultiAZ", "AutoMinorVersionUpgrade", "CopyTagsToSnapshot")
    assert [instance[name] for name in kept] == [14, True, True, True]
    assert instance["EnabledCloudwatchLogsExports"] == ["postgresql", "upgrade"]


def test_logs_of_the_database_are_not_kept_for_ever(applied: Account, instance: dict[str, Any]) -> None:
    prefix = "/aws/rds/instance/papyrus-prd/"
    groups = client("logs").describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]
    kept = {each["logGroupName"].removeprefix(prefix): each["retentionInDays"] for each in groups}
    assert kept.keys() == set(instance["EnabledCloudwatchLogsExports"])
    assert all(days > 0 for days in kept.values())


def test_database_uses_the_group_that_forces_tls(instance: dict[str, Any]) -> None:
    # That the group holds rds.force_ssl=1 is asserted in 10-rds/tests: moto keeps no parameters.
    assert [each["DBParameterGroupName"] for each in instance["DBParameterGroups"]] == ["papyrus-prd-postgres16"]
    (group,) = client("rds").describe_db_parameter_groups(DBParameterGroupName="papyrus-prd-postgres16")[
        "DBParameterGroups"
    ]
    assert group["DBParameterGroupFamily"] == "postgres16"


def test_secret_tells_where_the_database_is_and_who_signs_in(
    applied: Account, output: str, secret: dict[str, str]
) -> None:
    outputs = applied.outputs("10-rds")
    assert sorted(secret) == ["db", "host", "password", "port", "user"]
    assert (secret["host"], secret["port"]) == (outputs["database_address"], str(outputs["database_port"]))
    assert (secret["db"], secret["user"]) == ("papyrus", USERS[output])


def test_administrator_is_the_instances_master(instance: dict[str, Any]) -> None:
    assert instance["MasterUsername"] == USERS["database_administrator_secret_arn"]


def test_password_is_long_and_needs_no_escaping(secret: dict[str, str]) -> None:
    assert len(secret["password"]) == 40
    assert secret["password"].isalnum()


def test_secrets_are_encrypted_with_our_key_which_rotates(applied: Account) -> None:
    outputs = applied.outputs("10-rds")
    described = [client("secretsmanager").describe_secret(SecretId=outputs[each]) for each in USERS]
    assert [each["Name"] for each in described] == ["papyrus/prd/db", "papyrus/prd/db-owner", "papyrus/prd/db-admin"]
    assert {each["KmsKeyId"] for each in described} == {outputs["secret_kms_key_arn"]}
    assert client("kms").get_key_rotation_status(KeyId=outputs["secret_kms_key_arn"])["KeyRotationEnabled"] is True
