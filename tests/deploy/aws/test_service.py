"""What 15-ecs made, as AWS tells it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from deploy.sdk.clients import client
from papyrus_site.local import ROOT
from tests.deploy.aws.account import IMAGE, Account

SECRETS = ["DJANGO_SECRET_KEY", "PGDATABASE", "PGHOST", "PGPASSWORD", "PGPORT", "PGUSER"]
# As whom each kind of task signs in to the database: families and secrets by the names of outputs.
SIGN_INS = {
    "web_task_family": "database_secret_arn",
    "worker_task_family": "database_secret_arn",
    "migrate_task_family": "database_owner_secret_arn",
    "database_roles_task_family": "database_administrator_secret_arn",
}


@pytest.fixture
def outputs(applied: Account) -> dict[str, Any]:
    return applied.outputs("15-ecs")


def service(outputs: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = client("ecs").describe_services(cluster=outputs["cluster_name"], services=[name])["services"]
    return dict(found)


def container(family: str) -> dict[str, Any]:
    (found,) = client("ecs").describe_task_definition(taskDefinition=family)["taskDefinition"]["containerDefinitions"]
    return dict(found)


@pytest.fixture(params=SIGN_INS)
def family(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def each_container(outputs: dict[str, Any], family: str) -> dict[str, Any]:
    return container(outputs[family])


def test_repository_keeps_tags_and_scans(outputs: dict[str, Any]) -> None:
    (found,) = client("ecr").describe_repositories(repositoryNames=[outputs["repository_name"]])["repositories"]
    assert found["imageTagMutability"] == "IMMUTABLE"
    assert found["imageScanningConfiguration"] == {"scanOnPush": True}


def test_cluster_measures_its_tasks(outputs: dict[str, Any]) -> None:
    (found,) = client("ecs").describe_clusters(clusters=[outputs["cluster_name"]], include=["SETTINGS"])["clusters"]
    assert found["settings"] == [{"name": "containerInsights", "value": "enabled"}]


@pytest.mark.parametrize("name", ["web_service_name", "worker_service_name"])
def test_service_wants_one_task_on_fargate(outputs: dict[str, Any], name: str) -> None:
    # How it replaces its tasks is asserted in 15-ecs/tests: moto does not tell.
    found = service(outputs, outputs[name])
    assert (found["desiredCount"], found["launchType"]) == (1, "FARGATE")


@pytest.mark.parametrize("name", ["web_service_name", "worker_service_name"])
def test_service_is_in_every_zone_of_the_load_balancer(applied: Account, outputs: dict[str, Any], name: str) -> None:
    network = applied.outputs("00-network")
    found = service(outputs, outputs[name])["networkConfiguration"]["awsvpcConfiguration"]
    assert sorted(found["subnets"]) == sorted(network["public_subnets"].values())
    assert found["securityGroups"] == [network["task_security_group_id"]]


def test_container_runs_the_image_by_digest(each_container: dict[str, Any]) -> None:
    assert each_container["image"] == IMAGE


def test_container_can_write_to_tmp_only(each_container: dict[str, Any]) -> None:
    assert each_container["readonlyRootFilesystem"] is True
    assert [each["containerPath"] for each in each_container["mountPoints"]] == ["/tmp"]  # noqa: S108 - in the container
    assert each_container["linuxParameters"]["capabilities"]["drop"] == ["ALL"]


def references(container: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["valueFrom"] for each in container["secrets"]}


def test_container_gets_secrets_by_reference(applied: Account, family: str, each_container: dict[str, Any]) -> None:
    found = references(each_container)
    database = applied.outputs("10-rds")[SIGN_INS[family]]
    assert [name for name in sorted(found) if not name.startswith("DATABASE_")] == SECRETS
    keys = {"PGHOST": "host", "PGPORT": "port", "PGDATABASE": "db", "PGUSER": "user", "PGPASSWORD": "password"}
    assert {name: found[name] for name in keys} == {name: f"{database}:{key}::" for name, key in keys.items()}


def test_roles_are_made_with_the_sign_ins_of_both_and_nobody_else_is_given_them(
    applied: Account, outputs: dict[str, Any], family: str, each_container: dict[str, Any]
) -> None:
    database = applied.outputs("10-rds")
    expected = {
        f"DATABASE_{role}{word}": f"{database[output]}:{key}::"
        for role, output in (("OWNER", "database_owner_secret_arn"), ("APPLICATION", "database_secret_arn"))
        for word, key in (("", "user"), ("_PASSWORD", "password"))
    }
    found = {name: arn for name, arn in references(each_container).items() if name.startswith("DATABASE_")}
    assert found == (expected if family == "database_roles_task_family" else {})


def test_task_can_read_no_other_sign_in_than_its_own(outputs: dict[str, Any], family: str) -> None:
    # What each role may is asserted in test_roles.
    described = client("ecs").describe_task_definition(taskDefinition=outputs[family])["taskDefinition"]
    started_with = described["executionRoleArn"].rsplit("/", 1)[-1]
    runs_with = described.get("taskRoleArn", "").rsplit("/", 1)[-1]
    assert (started_with, runs_with) == {
        "web_task_family": ("papyrus-prd-execution", "papyrus-prd-task"),
        "worker_task_family": ("papyrus-prd-execution", "papyrus-prd-task"),
        "migrate_task_family": ("papyrus-prd-execution-migrate", "papyrus-prd-migrate"),
        "database_roles_task_family": ("papyrus-prd-execution-database-roles", ""),
    }[family]


def test_container_is_told_the_rest(
    applied: Account, family: str, each_container: dict[str, Any], outputs: dict[str, Any]
) -> None:
    told = {each["name"]: each["value"] for each in each_container["environment"]}
    again = told.pop("DATABASE_SECRET_ARN", None)
    assert again == (None if family == "database_roles_task_family" else applied.outputs("10-rds")[SIGN_INS[family]])
    assert told == {
        "ARCHIVE_BUCKET": outputs["archive_bucket"],
        "AWS_REGION": "us-west-2",
        "DJANGO_ALLOWED_HOSTS": "localhost",
        "PAPYRUS_TRUSTED_PROXIES": "1",
        "PGSSLMODE": "require",
        "WEB_CONCURRENCY": "2",
    }


def test_container_logs_without_waiting(each_container: dict[str, Any]) -> None:
    log = each_container["logConfiguration"]
    assert (log["logDriver"], log["options"]["awslogs-group"]) == ("awslogs", "/ecs/papyrus")
    assert log["options"]["mode"] == "non-blocking"


def test_containers_run_their_commands(outputs: dict[str, Any]) -> None:
    web = container(outputs["web_task_family"])
    assert web["command"] == ["gunicorn", "--config", "deploy/gunicorn.conf.py", "papyrus_site.wsgi"]
    assert [each["containerPort"] for each in web["portMappings"]] == [5000]
    worker = container(outputs["worker_task_family"])
    assert worker["command"] == ["python", "manage.py", "archive_pending", "--every", "60"]
    assert container(outputs["migrate_task_family"])["command"] == ["python", "manage.py", "migrate"]
    roles = container(outputs["database_roles_task_family"])
    assert roles["command"] == ["python", "manage.py", "create_database_roles"]


def test_container_is_given_longer_to_stop_than_gunicorn_takes(each_container: dict[str, Any]) -> None:
    # Read as text: gunicorn's configuration is no module, and loading it sets up logging.
    graceful = re.search(
        r"^graceful_timeout = (\d+)$", (ROOT / "deploy" / "gunicorn.conf.py").read_text(), re.MULTILINE
    )
    assert graceful is not None
    assert each_container["stopTimeout"] > int(graceful[1])


def test_log_is_kept_for_a_year(outputs: dict[str, Any]) -> None:
    (found,) = client("logs").describe_log_groups(logGroupNamePrefix=outputs["log_group_name"])["logGroups"]
    assert (found["logGroupName"], found["retentionInDays"]) == ("/ecs/papyrus", 365)


def test_callback_url_is_a_parameter(applied: Account) -> None:
    found = client("ssm").get_parameter(Name="/papyrus/prd/auth0/callback_url")["Parameter"]
    assert found["Value"].startswith("https://")


def test_secret_of_the_sign_in_service_waits_for_its_value(applied: Account) -> None:
    found = client("secretsmanager").describe_secret(SecretId="papyrus/prd/auth0")
    assert "VersionIdsToStages" not in found


def test_archive_is_versioned_encrypted_and_locked(outputs: dict[str, Any]) -> None:
    s3, bucket = client("s3"), outputs["archive_bucket"]
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    lock = s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
    retention = lock["Rule"]["DefaultRetention"]
    assert (retention["Mode"], retention["Years"]) == ("GOVERNANCE", 10)


def test_archive_is_closed_to_the_public_and_to_plain_http(outputs: dict[str, Any]) -> None:
    s3, bucket = client("s3"), outputs["archive_bucket"]
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert set(block.values()) == {True}
    (statement,) = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    assert (statement["Effect"], statement["Action"].lower()) == ("Deny", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert sorted(statement["Resource"]) == [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]


def test_archive_takes_and_gives_a_file(outputs: dict[str, Any]) -> None:
    s3, bucket = client("s3"), outputs["archive_bucket"]
    s3.put_object(Bucket=bucket, Key="trial.pdf", Body=b"%PDF-", ChecksumAlgorithm="SHA256")
    found = s3.get_object(Bucket=bucket, Key="trial.pdf")
    assert found["Body"].read() == b"%PDF-"
    assert found["ObjectLockMode"] == "GOVERNANCE"
