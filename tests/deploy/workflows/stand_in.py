"""A stand-in for what moto leaves out of ECS and RDS, as a proxy in front of it.

Everything goes to moto and comes back as moto says, except:

- a task that moto accepts is run by the agent, and its status and exit code are told as they really are;
- a service's update becomes a deployment that ends as the test says: moto has one deployment for ever;
- a snapshot copies the real database, and the instance restored from it can take its time;
- a call can be refused, or be answered by what a test has put into `pages`, for calls that moto lacks.
"""

from __future__ import annotations

import http.client
import json
import re
import threading
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.deploy.workflows.agent import Agent, Ended, direct

Json = dict[str, Any]
OLD_EVENT = {"id": "0", "message": "(service of long ago) was unable to place a task."}


class Rollout(Enum):
    """How the deployments of a service end."""

    COMPLETES = "completes"
    ROLLS_BACK = "rolls back"
    HANGS = "hangs"


@dataclass(kw_only=True)
class Answer:
    status: int
    kind: str
    body: bytes


@dataclass(kw_only=True)
class Deployment:
    """An update of a service: what it ran before, what it is to run, and how often it was looked at."""

    before: str
    wanted: str
    looks: int = 0


@dataclass(kw_only=True)
class Script:
    """What goes wrong. The default is nothing."""

    rollouts: dict[str, Rollout] = field(default_factory=dict)
    start_failures: list[str] = field(default_factory=list)
    never_run: str = ""
    looks_until_available: int = 0
    deletions_refused: int = 0
    denied: set[str] = field(default_factory=set)
    running: int | None = None
    event: str = ""
    before_restore: Callable[[], None] = lambda: None
    on_snapshot: Callable[[], None] = lambda: None


class Platform:
    """The proxy; `address` is what AWS_ENDPOINT_URL is set to."""

    def __init__(self, *, moto: str) -> None:
        self.moto = moto
        self.agent = Agent(moto=moto)
        self.script = Script()
        self.calls: list[str] = []
        self.updates: list[Json] = []
        self.restores: list[dict[str, str]] = []
        # Answers that are given instead of moto's, in order; what was last asked; each call's signature.
        self.pages: dict[str, list[Json]] = {}
        self.bodies: dict[str, bytes] = {}
        self.signed: dict[str, list[str]] = {}
        self._deployments: dict[str, Deployment] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self.agent.close()

    def answer(self, *, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        operation = _operation(headers, body)
        self.calls.append(operation)
        if operation in self.script.denied:
            return _denied(headers)
        self.bodies[operation] = body
        self.signed.setdefault(operation, []).append(headers.get("Authorization", ""))
        if pages := self.pages.get(operation):
            return _json(pages.pop(0))
        special = getattr(self, f"_{_snake(operation)}", None)

        def forward() -> Answer:
            return self._forward(method=method, path=path, headers=headers, body=body)

        if special is None:
            return forward()
        answered: Answer = special(body, forward)
        return answered

    def _forward(self, *, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        connection = http.client.HTTPConnection(self.moto.removeprefix("http://"), timeout=30)
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        kind = response.headers.get("Content-Type", "text/plain")
        answer = Answer(status=response.status, kind=kind, body=response.read())
        connection.close()
        return answer

    def _run_task(self, body: bytes, forward: Callable[[], Answer]) -> Answer:
        if self.script.start_failures:
            return _json({"tasks": [], "failures": [{"reason": each} for each in self.script.start_failures]})
        answer = forward()
        if answer.status == 200:
            overrides = json.loads(body).get("overrides", {}).get("containerOverrides", [])
            command = overrides[0].get("command") if overrides else None
            for task in json.loads(answer.body)["tasks"]:
                if self.script.never_run:
                    self.agent.ended[task["taskArn"]] = Ended(exit_code=None, reason=self.script.never_run)
                else:
                    self.agent.start(task, command=command)
        return answer

    def _stop_task(self, body: bytes, forward: Callable[[], Answer]) -> Answer:
        answer = forward()
        self.agent.stop(json.loads(answer.body)["task"]["taskArn"])
        return answer

    def _describe_tasks(self, body: bytes, forward: Callable[[], Answer]) -> Answer:
        found = json.loads(forward().body)
        for task in found["tasks"]:
            ended = self.agent.ended.get(task["taskArn"])
            task["lastStatus"] = "STOPPED" if ended else "RUNNING"
            task["containers"][0].pop("exitCode", None)
            if ended:
                task["stoppedReason"] = ended.reason
                task["containers"][0] |= {} if ended.exit_code is None else {"exitCode": ended.exit_code}
        return _json(found)

    def _update_service(self, body: bytes, forward: Callable[[], Answer]) -> Answer:
        asked = json.loads(body)
        if "taskDefinition" not in asked:
            return forward()
        self.updates.append(asked)
        before = self._ecs().describe_services(cluster=asked["cluster"], services=[asked["service"]])["services"][0]
        found = json.loads(forward().body)
        self._deployments[asked["service"]] = Deployment(
            before=before["taskDefinition"], wanted=asked["taskDefinition"]
        )
        if self._rollout(asked["service"]) is Rollout.ROLLS_BACK:
            self._crash(asked, before)
        found["service"] |= self._state(found["service"])
        return _json(found)

    def _describe_services(self, body: bytes, forward: Callable[[], Answer]) -> Answer:
        answer = forward()
        if answer.status != http.client.OK:
            return answer
        found = json.loads(answer.body)
        for service in found["services"]:
            service["events"] = [OLD_EVENT]
            if service["serviceName"] in self._deployments:
                self._deployments[service["serviceName"]].looks += 1
                service |= self._state(service)
            if self.script.running is not None:
                service |= {"runningCount": self.script.running, "events": [{"id": "1", "message": self.script.event}]}
        return _json(found)

    def _state(self, service: Json) -> Json:
        deployment = self._deployments[service["serviceName"]]
        rollout = self._rollout(service["serviceName"])
        running = service["desiredCount"]
        new = _deployment("new", deployment.wanted, running=running)
        old = _deployment("old", deployment.before, running=running)
        if rollout is Rollout.COMPLETES and deployment.looks > 1:
            return {"deployments": [new | {"status": "PRIMARY"}], "runningCount": running}
        if rollout is Rollout.ROLLS_BACK and deployment.looks > 1:
            reason = "ECS deployment circuit breaker: tasks failed to start."
            failed = new | {"status": "INACTIVE", "rolloutState": "FAILED", "rolloutStateReason": reason}
            event = f"(service {service['serviceName']}) rolling back to deployment ecs-svc/old."
            return {
                "deployments": [old | {"status": "PRIMARY"}, failed],
                "taskDefinition": deployment.before,
                "events": [{"id": "1", "message": event}, OLD_EVENT],
            }
        new |= {"status": "PRIMARY", "rolloutState": "IN_PROGRESS", "runningCount": 0, "pendingCount": running}
        event = f"(service {service['serviceName']}) was unable to place a task."
        events = [{"id": "1", "message": event}, OLD_EVENT] if rollout is Rollout.HANGS else [OLD_EVENT]
        return {"deployments": [new, old | {"status": "ACTIVE"}], "runningCount": running, "events": events}

    def _rollout(self, service: str) -> Rollout:
        return self.script.rollouts.get(service, Rollout.COMPLETES)

    def _crash(self, asked: Json, service: Json) -> None:
        """Leave behind a task of the service that ended by itself, as a new image that cannot start does."""
        ecs = self._ecs()
        task = ecs.run_task(
            cluster=asked["cluster"],
            taskDefinition=asked["taskDefinition"],
            launchType="FARGATE",
            group=f"service:{asked['service']}",
            networkConfiguration=service["networkConfiguration"],
        )["tasks"][0]
        ecs.stop_task(cluster=asked["cluster"], task=task["taskArn"], reason="Essential container in task exited")
        self.agent.ended[task["taskArn"]] = Ended(exit_code=3)

    def _create_db_snapshot(self, body: bytes, forward: Callable[[], Answer]) -> Answer:
        self.script.on_snapshot()
        return forward()

    def _restore_db_instance_from_db_snapshot(self, body: bytes, forward: Callable[[], Answer]) -> Answer:
        self.restores.append(dict(urllib.parse.parse_qsl(body.decode())))
        self.script.before_restore()
        answer = forward()
        # moto takes over the original's protection, whatever is asked.
        name = self.restores[-1]["DBInstanceIdentifier"]
        direct("rds", moto=self.moto).modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=False)
        return answer

    def _describe_db_instances(self, body: bytes, forward: Callable[[], Answer]) -> Answer:
        answer = forward()
        if b"papyrus-restore-" in body and self.script.looks_until_available > 0:
            self.script.looks_until_available -= 1
            status = rb"<DBInstanceStatus>\w+<"
            answer.body = re.sub(status, b"<DBInstanceStatus>creating<", answer.body)
        return answer

    def _delete_db_instance(self, body: bytes, forward: Callable[[], Answer]) -> Answer:
        if self.script.deletions_refused > 0:
            self.script.deletions_refused -= 1
            text = "<ErrorResponse><Error><Code>InvalidDBInstanceState</Code><Message>creating</Message></Error>"
            return Answer(status=400, kind="text/xml", body=f"{text}</ErrorResponse>".encode())
        return forward()

    def _ecs(self) -> Any:
        return direct("ecs", moto=self.moto)


def _denied(headers: dict[str, str]) -> Answer:
    code = "AccessDeniedException"
    if "X-Amz-Target" in headers:
        return Answer(status=400, kind="application/x-amz-json-1.1", body=json.dumps({"__type": code}).encode())
    error = f"<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>"
    return Answer(status=403, kind="text/xml", body=error.encode())


def _deployment(name: str, task_definition: str, *, running: int) -> Json:
    return {
        "id": f"ecs-svc/{name}",
        "taskDefinition": task_definition,
        "desiredCount": running,
        "runningCount": running,
        "pendingCount": 0,
        "failedTasks": 0,
        "rolloutState": "COMPLETED",
    }


def _operation(headers: dict[str, str], body: bytes) -> str:
    if target := headers.get("X-Amz-Target"):
        return target.split(".")[-1]
    return urllib.parse.parse_qs(body.decode(errors="replace")).get("Action", ["?"])[0]


def _snake(operation: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", operation).lower()


def _json(value: Json) -> Answer:
    return Answer(status=200, kind="application/x-amz-json-1.1", body=json.dumps(value).encode())


def _handler(platform: Platform) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Or each answer waits 40 ms for the kernel to hear that its head has arrived.
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = platform.answer(method=self.command, path=self.path, headers=dict(self.headers), body=body)
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST  # noqa: N815 - as http.server names it

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
