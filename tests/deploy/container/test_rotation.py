"""The database's password changes under a running service, which reads the new one by itself."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from deploy.database_secret import SECONDS_BETWEEN_READS, read
from papyrus_site.embedded_postgres import SUPERUSER
from tests.deploy.aws.moto import REGION, Moto
from tests.deploy.container.load import Client, answers_of, load
from tests.deploy.container.own_postgres import ROLE, Office, OwnPostgres
from tests.deploy.serving import Server, free_port, wait_for

UNPOOLED = "tests.deploy.container.unpooled_settings"
ROTATIONS = 3
WORKERS = 2


@pytest.fixture(scope="module")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moto]:
    started = Moto(printed=tmp_path_factory.mktemp("moto") / "printed")
    yield started
    started.stop()


@dataclass(frozen=True, kw_only=True)
class Secret:
    """papyrus/prd/db in Secrets Manager, with the steps of a rotation as AWS's own rotation takes them."""

    client: Any
    arn: str
    environment: dict[str, str]

    def version(self, stage: str) -> str:
        found: dict[str, list[str]] = self.client.describe_secret(SecretId=self.arn)["VersionIdsToStages"]
        return next(version for version, stages in found.items() if stage in stages)

    def put(self, password: str, *, stage: str) -> None:
        self.client.put_secret_value(SecretId=self.arn, SecretString=content(password), VersionStages=[stage])

    def finish(self) -> None:
        self.client.update_secret_version_stage(
            SecretId=self.arn,
            VersionStage="AWSCURRENT",
            MoveToVersionId=self.version("AWSPENDING"),
            RemoveFromVersionId=self.version("AWSCURRENT"),
        )


def content(password: str) -> str:
    return json.dumps({"host": "x", "port": 5432, "db": "papyrus", "user": ROLE, "password": password})


@pytest.fixture
def secret(moto: Moto, password: str) -> Secret:
    """A secret that holds the role's password; the service is pointed to it by `environment`."""
    return made_secret(moto, password)


def made_secret(moto: Moto, password: str) -> Secret:
    client = boto3.client(
        "secretsmanager",
        region_name=REGION,
        endpoint_url=moto.environment["AWS_ENDPOINT_URL"],
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    arn = client.create_secret(Name=f"papyrus/{secrets.token_hex(4)}/db", SecretString=content(password))["ARN"]
    return Secret(client=client, arn=arn, environment={**moto.environment, "DATABASE_SECRET_ARN": arn})


def printed(folder: Path) -> str:
    return "".join(path.read_text() for path in folder.rglob("printed"))


@pytest.mark.timeout(240)
def test_no_request_fails_when_the_password_is_rotated_under_load(
    serve: Callable[..., Server],
    own_postgres: OwnPostgres,
    office: Office,
    password: str,
    secret: Secret,
    tmp_path: Path,
) -> None:
    server = serve(password, WEB_CONCURRENCY=str(WORKERS), DJANGO_SETTINGS_MODULE=UNPOOLED, **secret.environment)
    clients = [
        Client(port=server.port, path=path, headers=office.headers)
        for path in (f"/notes/{office.short_note}/pdf", "/dbcheck")
        for _ in range(3)
    ]
    passwords = [password]

    with load(*clients):
        for _ in range(ROTATIONS):
            passwords.append(secrets.token_urlsafe(16))
            secret.put(passwords[-1], stage="AWSPENDING")
            own_postgres.set_password(passwords[-1])
            wait_until_asked_again(clients)
            secret.finish()
            wait_until_asked_again(clients)
            # Rotations are days apart, and within this time no process reads twice.
            time.sleep(SECONDS_BETWEEN_READS)

    assert {answer.status for answer in answers_of(*clients)} == {200}
    reads = [line for line in server.lines() if line["msg"] == "database.secret_read"]
    assert ROTATIONS <= len(reads) <= 2 * ROTATIONS * WORKERS
    assert [each for each in passwords if each in printed(tmp_path)] == []
    assert {line["lvl"] for line in server.lines()} == {"INFO"}


def test_service_recovers_when_the_secret_becomes_right_only_after_the_database(
    serve: Callable[..., Server], own_postgres: OwnPostgres, password: str, secret: Secret
) -> None:
    server = serve(password, **secret.environment)
    changed = secrets.token_urlsafe(16)

    own_postgres.set_password(changed)
    assert server.get("/dbcheck").status == 503
    secret.put(changed, stage="AWSCURRENT")

    server.wait_for(lambda: server.get("/dbcheck").status == 200)
    assert server.requests(route="dbcheck", status=503, reason="sign-in to the database refused")


def test_service_is_served_all_along_when_the_secret_is_changed_before_the_database(
    serve: Callable[..., Server], own_postgres: OwnPostgres, office: Office, password: str, secret: Secret
) -> None:
    """As Terraform and the task database-roles rotate; a process that starts in between has only the new password."""
    changed = secrets.token_urlsafe(16)
    secret.put(changed, stage="AWSCURRENT")
    server = serve(changed, DJANGO_SETTINGS_MODULE=UNPOOLED, WEB_CONCURRENCY="1", **secret.environment)
    assert server.get("/dbcheck").status == 200

    own_postgres.manage(
        "create_database_roles", role=SUPERUSER, DATABASE_APPLICATION=ROLE, DATABASE_APPLICATION_PASSWORD=changed
    )
    # Within this time no process reads twice.
    time.sleep(SECONDS_BETWEEN_READS)

    assert server.get("/dbcheck").status == 200
    assert server.get(f"/notes/{office.short_note}/pdf", headers=office.headers).status == 200


def test_dbcheck_command_signs_in_when_its_injected_password_is_old(
    own_postgres: OwnPostgres, office: Office, password: str, secret: Secret, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in secret.environment.items():
        monkeypatch.setenv(name, value)

    found = own_postgres.command("manage.py", "dbcheck", "--json", password="an old one")

    assert json.loads(found.stdout)["ok"] is True
    assert [json.loads(line)["msg"] for line in found.stderr.splitlines()] == ["database.secret_read"]
    assert password not in found.stdout + found.stderr


def test_sign_in_stays_refused_and_the_log_says_why_when_secrets_manager_is_down(
    serve: Callable[..., Server],
    office: Office,
    password: str,
    secret: Secret,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    port = free_port()
    environment = {**secret.environment, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
    server = serve("an old one", WEB_CONCURRENCY="1", **environment)

    assert (server.get("/healthz").status, server.get("/dbcheck").status) == (200, 503)
    assert server.get(f"/notes/{office.short_note}/pdf", headers=office.headers).status == 500

    server.wait_for(lambda: server.requests(status=500))
    (line, *_) = [line for line in server.lines() if line["msg"] == "database.secret_unreadable"]
    assert (line["lvl"], line["reason"]) == ("WARNING", "EndpointConnectionError")
    assert server.requests(route="dbcheck", reason="sign-in to the database refused")
    assert password not in printed(tmp_path)


def test_service_recovers_by_itself_when_secrets_manager_is_back(
    serve: Callable[..., Server], own_postgres: OwnPostgres, password: str, moto: Moto, secret: Secret
) -> None:
    server = serve("an old one", WEB_CONCURRENCY="1", **secret.environment)
    arn = secret.client.delete_secret(SecretId=secret.arn)["ARN"]
    assert server.get("/dbcheck").status == 503

    secret.client.restore_secret(SecretId=arn)

    server.wait_for(lambda: server.get("/dbcheck").status == 200)
    reasons = [line["reason"] for line in server.lines() if line["msg"] == "database.secret_unreadable"]
    assert set(reasons) == {"InvalidRequestException"}


@pytest.mark.parametrize(
    ("held", "reason"),
    [("no JSON", "JSONDecodeError"), ('{"user": "papyrus"}', "KeyError"), ('["user", "password"]', "TypeError")],
)
def test_nothing_is_found_and_the_log_says_why_when_the_secret_holds_no_sign_in(
    secret: Secret, held: str, reason: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name, value in secret.environment.items():
        monkeypatch.setenv(name, value)
    secret.client.put_secret_value(SecretId=secret.arn, SecretString=held)

    with caplog.at_level("INFO", logger="papyrus"):
        assert read(secret.arn) == []

    (record,) = caplog.records
    assert (record.levelname, record.getMessage()) == ("WARNING", "database.secret_unreadable")
    assert record.__dict__["reason"] == reason


def wait_until_asked_again(clients: list[Client]) -> None:
    """Wait until every client has sent and got an answer to two more requests."""
    before = [len(each.answers) for each in clients]
    wait_for(
        lambda: all(len(each.answers) >= count + 2 for each, count in zip(clients, before, strict=True)), seconds=60
    )
