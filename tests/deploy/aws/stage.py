"""What a smoke run needs on this machine: an account with the permanent stacks, and the stand-ins at work."""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Mapping
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import psycopg
from botocore.config import Config
from psycopg import sql

from tests.deploy.aws.account import Account
from tests.deploy.aws.moto import Moto
from tests.deploy.aws.standins.fargate import Fargate, Task
from tests.deploy.aws.standins.gateway import Gateway
from tests.deploy.aws.standins.health import HEALTHY
from tests.deploy.aws.standins.load_balancer import LoadBalancers

PERMANENT = ("00-network", "10-rds", "15-ecs", "30-monitor")
NO_RETRIES = Config(connect_timeout=5, read_timeout=60, retries={"total_max_attempts": 2})


class Stage:
    """The stand-ins around `moto`, in which `account` has the permanent stacks applied. Undone by close().

    `database` are the PG* variables of a real server on which roles and databases may be made; `folder` is for files.
    """

    def __init__(self, *, moto: Moto, account: Account, database: Mapping[str, str], folder: Path) -> None:
        self.account = account
        self.outputs: dict[str, Any] = {}
        self.undo = ExitStack()
        self._moto = moto
        self._url = moto.environment["AWS_ENDPOINT_URL"]
        self._database = database
        self._keep_tasks_running()
        # The stand-ins ask moto through this one, too: see gateway.ONE_AT_A_TIME.
        self._plain = self.undo.enter_context(closing(Gateway(moto=self._url, health_of=lambda *_: HEALTHY)))
        self.fargate = self.undo.enter_context(closing(Fargate(clients=self.client, surroundings=self._around(folder))))
        self.balancers = self.undo.enter_context(
            closing(LoadBalancers(elbv2=self.client("elbv2"), reach=self.fargate.reach))
        )
        self.gateway = self.undo.enter_context(closing(self.new_gateway()))
        for stack in PERMANENT:
            self.outputs |= account.outputs(stack)

    def close(self) -> None:
        self.undo.close()

    def client(self, service: str) -> Any:
        """Return a client of moto itself, past everything in front of it."""
        variables = self._moto.environment
        return boto3.client(
            service,
            endpoint_url=self._plain.url,
            region_name=variables["AWS_REGION"],
            aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
            config=NO_RETRIES,
        )

    def new_gateway(self) -> Gateway:
        """Return another endpoint of the account, with holds of its own."""
        return Gateway(moto=self._url, health_of=self.balancers.health_of)

    def environment(self) -> dict[str, str]:
        """Return the variables that lead the programs of deploy/ here instead of to AWS."""
        here = {"AWS_ENDPOINT_URL": self.gateway.url, "SMOKE_CONNECT_TO": self.balancers.address}
        return {**os.environ, **self._moto.environment, **here}

    def serve(self) -> Task:
        """Make the database's roles and migrate it, each by its task, and start a task of the web service."""
        self._make_database()
        cluster, service = self.outputs["cluster_name"], self.outputs["web_service_name"]
        for family in (self.outputs["database_roles_task_family"], self.outputs["migrate_task_family"]):
            code = self.fargate.run_to_the_end(cluster=cluster, family=family, service=service)
            assert code == 0, f"the task {family} ended with {code}"
        return self.fargate.start_service(cluster=cluster, service=service)

    def add_service(self, name: str) -> str:
        """Make another service like the web service, without a task; return its name."""
        ecs, cluster = self.client("ecs"), self.outputs["cluster_name"]
        (web,) = ecs.describe_services(cluster=cluster, services=[self.outputs["web_service_name"]])["services"]
        ecs.create_service(
            cluster=cluster,
            serviceName=name,
            taskDefinition=web["taskDefinition"],
            desiredCount=1,
            launchType="FARGATE",
            networkConfiguration=web["networkConfiguration"],
        )
        self.undo.callback(partial(ecs.delete_service, cluster=cluster, service=name, force=True))
        return name

    def secret(self, of: str = "database_secret_arn") -> dict[str, str]:
        """Return what a secret of the database holds, that of the application unless another output is named."""
        found = self.client("secretsmanager").get_secret_value(SecretId=self.outputs[of])
        secret: dict[str, str] = json.loads(found["SecretString"])
        return secret

    def _make_database(self) -> None:
        """Make administrator and database as their secret names them; on AWS, RDS has."""
        secret = self.secret("database_administrator_secret_arn")
        role, name = sql.Identifier(secret["user"]), sql.Identifier(secret["db"])
        with closing(self._connect()) as connection:
            if not connection.execute("select 1 from pg_roles where rolname = %s", [secret["user"]]).fetchone():
                connection.execute(sql.SQL("create role {} login createrole createdb").format(role))
            if not connection.execute("select 1 from pg_database where datname = %s", [secret["db"]]).fetchone():
                connection.execute(sql.SQL("create database {} owner {}").format(name, role))

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host=self._database["PGHOST"],
            port=self._database["PGPORT"],
            user=self._database["PGUSER"],
            dbname="postgres",
            autocommit=True,
        )

    def _around(self, folder: Path) -> dict[str, str]:
        """In what a container here differs from one on AWS: its way to the database, and no TLS on it."""
        return {
            "PGHOST": self._database["PGHOST"],
            "PGPORT": self._database["PGPORT"],
            "PGSSLMODE": "disable",
            "DJANGO_STATIC_ROOT": str(folder),
            **self._moto.environment,
        }

    def _keep_tasks_running(self) -> None:
        """Tell moto so: after a few looks its tasks end by themselves."""
        wanted = {"model_name": "ecs::task", "transition": {"progression": "manual", "times": 1_000_000}}
        connection = http.client.HTTPConnection("127.0.0.1", self._moto.port, timeout=30)
        connection.request("POST", "/moto-api/state-manager/set-transition", body=json.dumps(wanted))
        assert connection.getresponse().status == http.client.CREATED
        connection.close()
