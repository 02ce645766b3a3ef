"""A stand-in for the Fargate agent: moto keeps a task's record but runs nothing, this runs its command for real.

It resolves the secrets of the registered task definition, starts the command of the container on this machine, ships
its output to CloudWatch Logs in moto, and knows the exit code. Of AWS it lacks the image, the network and the roles.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import boto3

from tests.warm.processes import Heard

BINARIES = Path(sys.executable).parent


@dataclass(kw_only=True)
class Ended:
    """How a task ended; without an exit code its container never ran."""

    exit_code: int | None
    reason: str = "Essential container in task exited"


@dataclass(kw_only=True)
class Agent:
    """Runs tasks that `moto` (its address) has accepted. `databases` stands for the name service of the network:
    the address of an instance, and the variables that reach its database on this machine. `instead` has commands by
    what is run in their place, for tests that are about something else.
    """

    moto: str
    databases: dict[str, dict[str, str]] = field(default_factory=dict)
    ended: dict[str, Ended] = field(default_factory=dict)
    commands: list[list[str]] = field(default_factory=list)
    instead: dict[str, list[str]] = field(default_factory=dict)
    _processes: dict[str, Heard] = field(default_factory=dict)

    def start(self, task: Mapping[str, Any], *, command: list[str] | None) -> None:
        """Run the container of `task` in the background, with `command` instead of its own when one is given."""
        described = self._client("ecs").describe_task_definition(taskDefinition=task["taskDefinitionArn"])
        container = described["taskDefinition"]["containerDefinitions"][0]
        arguments = command or container["command"]
        self.commands.append(arguments)
        run = self.instead.get(" ".join(arguments), arguments)
        words = [argument for each in run for argument in self._resolved(each)]
        process = _started(words, environment=self._environment(container))
        self._processes[task["taskArn"]] = process
        threading.Thread(target=self._attend, args=(task["taskArn"], process, container), daemon=True).start()

    def stop(self, task_arn: str) -> None:
        """End a task as ECS does when it is told to."""
        self._processes[task_arn].terminate()

    def close(self) -> None:
        for process in self._processes.values():
            with suppress(ProcessLookupError):
                process.kill()
            process.wait()

    def _attend(self, task_arn: str, process: Heard, container: Mapping[str, Any]) -> None:
        with process.printed:
            printed = process.printed.read()
        process.wait()
        self._ship(printed, container=container, task_id=task_arn.rsplit("/", 1)[-1])
        self.ended[task_arn] = Ended(exit_code=process.returncode)

    def _ship(self, printed: str, *, container: Mapping[str, Any], task_id: str) -> None:
        if not printed:
            return
        options = container["logConfiguration"]["options"]
        place = {
            "logGroupName": options["awslogs-group"],
            "logStreamName": f"{options['awslogs-stream-prefix']}/{container['name']}/{task_id}",
        }
        now = int(time.time() * 1000)
        logs = self._client("logs")
        logs.create_log_stream(**place)
        logs.put_log_events(
            **place, logEvents=[{"timestamp": now, "message": line} for line in printed.splitlines() if line]
        )

    def _environment(self, container: Mapping[str, Any]) -> dict[str, str]:
        plain = {each["name"]: each["value"] for each in container.get("environment", [])}
        secret = {each["name"]: self._secret(each["valueFrom"]) for each in container.get("secrets", [])}
        path = f"{BINARIES}{os.pathsep}{os.environ['PATH']}"
        found = {"PATH": path, "HOME": os.environ.get("HOME", "/"), **plain, **secret}
        return found | self.databases.get(found.get("PGHOST", ""), {})

    def _secret(self, value_from: str) -> str:
        # arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX:KEY::
        arn, key = ":".join(value_from.split(":")[:7]), value_from.split(":")[7]
        return str(json.loads(self._client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])[key])

    def _resolved(self, argument: str) -> list[str]:
        name, _, value = argument.partition("=")
        if name == "PGHOST" and value in self.databases:
            return [f"{key}={each}" for key, each in self.databases[value].items()]
        return [] if name == "PGPORT" else [argument]

    def _client(self, service: str) -> Any:
        return direct(service, moto=self.moto)


def _started(words: list[str], *, environment: dict[str, str]) -> Heard:
    if words[0] == "python":
        return Heard(words[1:], env=environment)
    return Heard(["-c", "import os, sys; os.execvpe(sys.argv[1], sys.argv[1:], os.environ)", *words], env=environment)


@cache
def direct(service: str, *, moto: str) -> Any:
    """Return a client that goes past every stand-in; making one takes long, so it is kept."""
    return boto3.client(service, endpoint_url=moto)
