"""The Fargate agent: runs the command of a task definition as a process of this machine."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from botocore.exceptions import ClientError

from tests.warm.processes import Heard

ROOT = Path(__file__).resolve().parents[4]
PATIENCE_SECONDS = 60

Clients = Callable[[str], Any]


class Fargate:
    """Starts tasks of services and families that moto knows.

    `clients` makes a client of moto by its service's name. `surroundings` are the variables in which this machine
    differs from AWS: how to reach the database and the endpoints.
    """

    def __init__(self, *, clients: Clients, surroundings: Mapping[str, str]) -> None:
        self.reach: dict[str, int] = {}
        self._clients = clients
        self._surroundings = dict(surroundings)
        self._tasks: list[Task] = []

    def start_service(
        self,
        *,
        cluster: str,
        service: str,
        subnet: str | None = None,
        command: Sequence[str] = (),
        surroundings: Mapping[str, str] | None = None,
    ) -> Task:
        """Start a task of `service`, in `subnet` or the service's first; return once it accepts requests.

        `command` is run instead of the container's, with {port} for its port; `surroundings` are added to the others.
        """
        (found,) = self._clients("ecs").describe_services(cluster=cluster, services=[service])["services"]
        network = found["networkConfiguration"]
        if subnet:
            network["awsvpcConfiguration"]["subnets"] = [subnet]
        task = self._launch(
            cluster=cluster, definition=found["taskDefinition"], network=network, group=f"service:{service}"
        )
        self._start(task, command=command, surroundings=surroundings or {})
        task.wait_until_ready()
        self.reach[task.address] = task.port
        return task

    def run_to_the_end(self, *, cluster: str, family: str, service: str) -> int:
        """Run one task of `family` in the network of `service`; return its exit code."""
        (found,) = self._clients("ecs").describe_services(cluster=cluster, services=[service])["services"]
        task = self._launch(
            cluster=cluster, definition=family, network=found["networkConfiguration"], group=f"family:{family}"
        )
        self._start(task, command=(), surroundings={})
        code = task.process.wait(PATIENCE_SECONDS)
        task.stop()
        return code

    def close(self) -> None:
        for task in self._tasks:
            task.stop()

    def _launch(self, *, cluster: str, definition: str, network: dict[str, Any], group: str) -> Task:
        found = self._clients("ecs").run_task(
            cluster=cluster, taskDefinition=definition, networkConfiguration=network, group=group, launchType="FARGATE"
        )
        return Task(described=found["tasks"][0], cluster=cluster, clients=self._clients)

    def _start(self, task: Task, *, command: Sequence[str], surroundings: Mapping[str, str]) -> None:
        container = self._container(task.definition)
        words = [word.format(port=task.port) for word in command] or container["command"]
        environment = {**self._environment(container, port=task.port), **surroundings}
        task.start(words, container=container, environment=environment)
        self._tasks.append(task)

    def _container(self, definition: str) -> dict[str, Any]:
        found = self._clients("ecs").describe_task_definition(taskDefinition=definition)["taskDefinition"]
        container: dict[str, Any] = found["containerDefinitions"][0]
        return container

    def _environment(self, container: Mapping[str, Any], *, port: int) -> dict[str, str]:
        plain = {each["name"]: each["value"] for each in container.get("environment", [])}
        secret = {each["name"]: self._resolve(each["valueFrom"]) for each in container.get("secrets", [])}
        inherited = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        return inherited | plain | secret | self._surroundings | {"GUNICORN_BIND": f"127.0.0.1:{port}"}

    def _resolve(self, reference: str) -> str:
        """Return the value behind an ARN of SSM, or of Secrets Manager followed by `:key::`."""
        parts = reference.split(":")
        if parts[2] == "ssm":
            name = reference.split(":parameter", 1)[1]
            return str(self._clients("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])
        found = self._clients("secretsmanager").get_secret_value(SecretId=":".join(parts[:7]))["SecretString"]
        return str(json.loads(found)[parts[7]]) if len(parts) > 7 and parts[7] else str(found)


class Task:
    """A running task: its process, its private address in moto, and its port on loopback."""

    process: Heard

    def __init__(self, *, described: dict[str, Any], cluster: str, clients: Clients) -> None:
        self.arn: str = described["taskArn"]
        self.definition: str = described["taskDefinitionArn"]
        details = {each["name"]: each["value"] for each in described["attachments"][0]["details"]}
        self.address: str = details["privateIPv4Address"]
        self.interface_id: str = details["networkInterfaceId"]
        self.port = _free_port()
        self._cluster = cluster
        self._clients = clients
        self._is_stopped = False

    def start(self, words: Sequence[str], *, container: Mapping[str, Any], environment: Mapping[str, str]) -> None:
        """Run the command `words`; what it prints goes to the container's log group."""
        self.process = Heard(_arguments(words), env=environment)
        options = container["logConfiguration"]["options"]
        stream = f"{options['awslogs-stream-prefix']}/{container['name']}/{self.arn.rsplit('/', 1)[-1]}"
        self._shipping = threading.Thread(
            target=self._ship, args=(self.process.printed, options["awslogs-group"], stream), daemon=True
        )
        self._shipping.start()

    def wait_until_ready(self) -> None:
        ends_at = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < ends_at:
            assert self.process.poll() is None, f"the container ended with {self.process.returncode}"
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError(f"nobody listens on port {self.port} after {PATIENCE_SECONDS} s")

    def stop(self) -> None:
        """End the process as ECS does, and say so to moto."""
        if self._is_stopped:
            return
        self._is_stopped = True
        self.process.terminate()
        try:
            self.process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._shipping.join(PATIENCE_SECONDS)
        self._clients("ecs").stop_task(cluster=self._cluster, task=self.arn)
        # moto may have deleted it with the task, as ECS does.
        with suppress(ClientError):
            self._clients("ec2").delete_network_interface(NetworkInterfaceId=self.interface_id)

    def _ship(self, printed: IO[str], group: str, stream: str) -> None:
        logs = self._clients("logs")
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        with printed:
            for line in printed:
                event = {"timestamp": int(time.time() * 1000), "message": line.rstrip("\n")}
                logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])


def _arguments(words: Sequence[str]) -> list[str]:
    """Return the container's command as arguments of an interpreter."""
    program, *rest = words
    return rest if program.startswith("python") else ["-m", program, *rest]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
