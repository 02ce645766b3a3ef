"""A small account in moto with the parts that a release, a scaling and a restore touch, and a real database."""

from __future__ import annotations

import json
import os
import re
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from psycopg import sql

from tests.deploy.aws.moto import REGION, Moto
from tests.deploy.conftest import connect_as_owner
from tests.deploy.database.installation import Installation, new_installation
from tests.deploy.workflows.agent import direct
from tests.deploy.workflows.stand_in import Platform

OLD = f"sha256:{'0' * 64}"
ROOT = Path(__file__).resolve().parents[3]
ROLES = ROOT / "deploy" / "terraform" / "40-github-oidc"


@pytest.fixture(scope="session")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moto]:
    """A moto server for the tests of this folder, which empty it again and again."""
    server = Moto(printed=tmp_path_factory.mktemp("moto") / "printed")
    yield server
    server.stop()


@pytest.fixture
def platform(moto: Moto, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """An empty account, which everything in this process and its children takes for AWS."""
    moto.reset()
    started = Platform(moto=moto.environment["AWS_ENDPOINT_URL"])
    for name, value in (moto.environment | {"AWS_ENDPOINT_URL": started.address}).items():
        monkeypatch.setenv(name, value)
    yield started
    started.close()


@pytest.fixture
def signed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment without credentials, and without a machine's own."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    # It keeps the credentials that it has found once.
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)


@pytest.fixture(scope="session")
def migrated_database() -> Iterator[Installation]:
    """A database with its roles and all migrations, to be copied."""
    with new_installation() as made:
        made.create_roles()
        made.migrate()
        yield made


@pytest.fixture
def original(migrated_database: Installation) -> Iterator[Installation]:
    """The database that the services use."""
    copy = replace(migrated_database, database=f"workflow_{uuid.uuid4().hex}")
    create(copy.database, template=migrated_database.database)
    yield copy
    drop(copy.database)


def allowed(role: str) -> set[str]:
    """The calls that the stack 40-github-oidc allows the role of a workflow, such as RunTask."""
    texts = "\n".join(path.read_text() for path in sorted(ROLES.glob("*.tf")))
    documents = dict(re.findall(r'^data "aws_iam_policy_document" "(\w+)" {\n(.*?)^}', texts, re.M | re.S))
    text = documents[role.replace("-", "_")]
    text += "".join(documents[name] for name in re.findall(r"aws_iam_policy_document\.(\w+)\.json", text))
    return set(re.findall(r'"[a-z]+:([A-Z]\w+)"', text)) | {"GetCallerIdentity"}  # which needs no permission


def create(name: str, *, template: str = "template1") -> None:
    with closing(connect_as_owner("postgres")) as server:
        server.execute(sql.SQL("create database {} template {}").format(*map(sql.Identifier, (name, template))))


def drop(name: str) -> None:
    with closing(connect_as_owner("postgres")) as server:
        server.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


@dataclass(frozen=True, kw_only=True)
class Account:
    """What the account has: names as in the stacks, the digest of an image that does not run yet, secrets by role."""

    platform: Platform
    new: str
    network: dict[str, Any]
    secrets: dict[str, str]
    database: Installation

    def direct(self, service: str) -> Any:
        """A client of moto itself, for what the test does and looks at."""
        return direct(service, moto=self.platform.moto)

    def service(self, name: str) -> dict[str, Any]:
        ecs = self.direct("ecs")
        found: dict[str, Any] = ecs.describe_services(cluster="papyrus-prd", services=[name])["services"][0]
        return found

    def image_of(self, service: str) -> str:
        """The image that `service` is to run."""
        ecs = self.direct("ecs")
        described = ecs.describe_task_definition(taskDefinition=self.service(service)["taskDefinition"])
        return str(described["taskDefinition"]["containerDefinitions"][0]["image"])

    def register(
        self, family: str, command: list[str], *, role: str = "", digest: str = OLD, **environment: str
    ) -> str:
        """Register a revision of `family` that signs in as `role`, else as the application; as the stacks do."""
        secret = self.secrets[role or self.database.application]
        keys = {"PGHOST": "host", "PGPORT": "port", "PGDATABASE": "db", "PGUSER": "user"}
        plain = {
            "PGSSLMODE": "disable",
            "DJANGO_SECRET_KEY": "a key for this test",
            "DJANGO_ALLOWED_HOSTS": "papyrus.example",
            "DATABASE_SECRET_ARN": secret,
        } | environment
        secrets = {name: f"{secret}:{key}::" for name, key in keys.items() if name not in environment}
        registered = self.direct("ecs").register_task_definition(
            family=family,
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            executionRoleArn="arn:aws:iam::123456789012:role/papyrus-prd-execution",
            taskRoleArn="arn:aws:iam::123456789012:role/papyrus-prd-task",
            tags=[{"key": "Project", "value": "papyrus"}],
            containerDefinitions=[
                {
                    "name": "papyrus",
                    "image": f"123456789012.dkr.ecr.{REGION}.amazonaws.com/papyrus@{digest}",
                    "memory": 512,
                    "command": command,
                    "environment": [{"name": name, "value": value} for name, value in plain.items()],
                    "secrets": [{"name": name, "valueFrom": value} for name, value in secrets.items()],
                    "logConfiguration": {
                        "logDriver": "awslogs",
                        "options": {
                            "awslogs-group": "/ecs/papyrus",
                            "awslogs-stream-prefix": "papyrus",
                            "awslogs-region": REGION,
                        },
                    },
                }
            ],
        )
        return str(registered["taskDefinition"]["taskDefinitionArn"])


@pytest.fixture
def account(platform: Platform, original: Installation) -> Account:
    """The account after the stacks were applied, with the old image in service."""
    moto = platform.moto
    direct("logs", moto=moto).create_log_group(logGroupName="/ecs/papyrus")
    direct("ecs", moto=moto).create_cluster(clusterName="papyrus-prd")
    made = Account(
        platform=platform,
        new=_push_image(direct("ecr", moto=moto)),
        network=_network(direct("ec2", moto=moto)),
        secrets={
            role: _secret(direct("secretsmanager", moto=moto), name=name, database=original.database, user=role)
            for name, role in (
                ("db", original.application),
                ("db-owner", original.owner),
                ("db-admin", original.administrator),
            )
        },
        database=original,
    )
    made.register("papyrus-migrate", ["python", "manage.py", "migrate"], role=original.owner)
    made.register(
        "papyrus-database-roles",
        ["python", "manage.py", "create_database_roles"],
        role=original.administrator,
        DATABASE_OWNER=original.owner,
        DATABASE_APPLICATION=original.application,
    )
    for name, command in (
        ("papyrus-web", ["gunicorn", "papyrus_site.wsgi"]),
        ("papyrus-worker", ["python", "manage.py", "archive_pending"]),
    ):
        made.direct("ecs").create_service(
            cluster="papyrus-prd",
            serviceName=name.replace("papyrus", "papyrus-prd"),
            taskDefinition=made.register(name, command),
            desiredCount=1,
            launchType="FARGATE",
            networkConfiguration=made.network,
        )
    return made


def _push_image(ecr: Any) -> str:
    ecr.create_repository(repositoryName="papyrus")
    image = {"schemaVersion": 2, "config": {"digest": f"sha256:{'c' * 64}"}, "layers": []}
    kind = "application/vnd.docker.distribution.manifest.v2+json"
    put = ecr.put_image(
        repositoryName="papyrus", imageManifest=json.dumps(image), imageManifestMediaType=kind, imageTag="new"
    )
    return str(put["image"]["imageId"]["imageDigest"])


def _network(ec2: Any) -> dict[str, Any]:
    subnets = [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"][:2]]
    groups = [each["GroupId"] for each in ec2.describe_security_groups()["SecurityGroups"][:1]]
    return {"awsvpcConfiguration": {"subnets": subnets, "securityGroups": groups, "assignPublicIp": "ENABLED"}}


def _secret(secretsmanager: Any, *, name: str, database: str, user: str) -> str:
    value = {
        "host": os.environ["PGHOST"],
        "port": os.environ.get("PGPORT", "5432"),
        "db": database,
        "user": user,
    }
    made = secretsmanager.create_secret(Name=f"papyrus/prd/{name}", SecretString=json.dumps(value))
    return str(made["ARN"])
