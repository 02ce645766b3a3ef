"""The ECS services: what they run, updating them, and waiting until they are stable or were rolled back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from deploy.command_line.steps import Patience, Say
from deploy.ecs.tasks import problem_of, revision
from deploy.sdk.clients import client, region
from deploy.sdk.refusals import code_of

# How ECS words what keeps a service from becoming stable.
TELLING = ("unable to", "unhealthy", "failed", "circuit breaker", "rolling back", "stopped")
EVENTS_TOLD = 3
TASKS_TOLD = 3


class RolledBack(Exception):
    """The circuit breaker took the service back to what ran before. The text names the reason."""


class Unstable(Exception):
    """The service did not come to rest in time. The text says what is known."""


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """An update of a service to `task_definition`; `earlier_events` are the ids of those that are not about it."""

    deployment_id: str
    task_definition: str
    earlier_events: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service by the names of its cluster and itself."""

    cluster: str
    name: str

    def describe(self) -> dict[str, Any]:
        """Return what ECS says of the service. Raises LookupError when there is none of that name, or no cluster."""
        try:
            answer = client("ecs").describe_services(cluster=self.cluster, services=[self.name])
        except ClientError as error:
            if code_of(error) != "ClusterNotFoundException":
                raise
            raise LookupError(
                f"There is no cluster {self.cluster} in {region()}. Apply the stack 15-ecs, or name the right one."
            ) from error
        active = [each for each in answer["services"] if each["status"] == "ACTIVE"]
        if not active:
            raise LookupError(
                f"The cluster {self.cluster} has no active service {self.name}. Apply the stack 15-ecs, or name the "
                "right one."
            )
        found: dict[str, Any] = active[0]
        return found

    def deploy(self, task_definition: str) -> Deployment:
        """Begin to run `task_definition`, with a circuit breaker that rolls back."""
        before = self.describe()
        kept = before.get("deploymentConfiguration") or {}
        answer = client("ecs").update_service(
            cluster=self.cluster,
            service=self.name,
            taskDefinition=task_definition,
            deploymentConfiguration=kept | {"deploymentCircuitBreaker": {"enable": True, "rollback": True}},
        )
        return Deployment(
            deployment_id=_primary(answer["service"])["id"],
            task_definition=task_definition,
            earlier_events=frozenset(each["id"] for each in before.get("events", [])),
        )

    def wait_until_stable(self, deployment: Deployment, *, patience: Patience, say: Say) -> None:
        """Wait until `deployment` is complete and nothing else is left of the service.

        Raises RolledBack, or Unstable after the patience.
        """
        watch = _Watch(service=self, deployment=deployment, say=say)
        if patience.wait_for(watch.is_over) is None:
            raise Unstable(
                f"The service {self.name} did not become stable within {patience.seconds:.0f} s. {watch.known()}"
            )

    def scale(self, desired: int) -> None:
        """Ask for `desired` running tasks."""
        client("ecs").update_service(cluster=self.cluster, service=self.name, desiredCount=desired)


@dataclass(kw_only=True)
class _Watch:
    """What was seen of one deployment so far."""

    service: Service
    deployment: Deployment
    say: Say
    _said: str = ""

    def is_over(self) -> bool | None:
        """Return True when the service is stable, None when it is not yet. Raises RolledBack."""
        described = self.service.describe()
        ours = next((each for each in described["deployments"] if each["id"] == self.deployment.deployment_id), None)
        primary = _primary(described)
        self._say_once(ours)
        has_failed = ours is not None and ours.get("rolloutState") == "FAILED"
        if has_failed or primary["taskDefinition"] != self.deployment.task_definition:
            raise RolledBack(self._why_rolled_back(described, ours))
        is_stable = (
            primary.get("rolloutState", "COMPLETED") == "COMPLETED"
            and len(described["deployments"]) == 1
            and described["runningCount"] == described["desiredCount"]
        )
        return True if is_stable else None

    def known(self) -> str:
        """Return in sentences what ECS says about why the service is not stable."""
        described = self.service.describe()
        counts = f"{described['runningCount']} of {described['desiredCount']} tasks run."
        return " ".join([counts, *self._reasons(described)])

    def _why_rolled_back(self, described: Mapping[str, Any], ours: Mapping[str, Any] | None) -> str:
        state = (ours or {}).get("rolloutStateReason") or "ECS gave no reason"
        went_back = revision(_primary(described)["taskDefinition"])
        return " ".join(
            [
                f"The service {self.service.name} was rolled back from {revision(self.deployment.task_definition)} to "
                f"{went_back}: {state.rstrip('.')}.",
                *self._reasons(described),
            ]
        )

    def _reasons(self, described: Mapping[str, Any]) -> Iterator[str]:
        events = [each for each in described.get("events", []) if each["id"] not in self.deployment.earlier_events]
        telling = [each["message"] for each in events if any(word in each["message"] for word in TELLING)]
        yield from (_sentence(each) for each in telling[:EVENTS_TOLD])
        yield from self._ends_of_tasks()

    def _ends_of_tasks(self) -> Iterator[str]:
        ecs = client("ecs")
        cluster = self.service.cluster
        stopped = ecs.list_tasks(cluster=cluster, serviceName=self.service.name, desiredStatus="STOPPED")["taskArns"]
        if not stopped:
            return
        tasks = ecs.describe_tasks(cluster=cluster, tasks=stopped[:100])["tasks"]
        ours = [each for each in tasks if each["taskDefinitionArn"] == self.deployment.task_definition]
        problems = {problem for each in ours if (problem := problem_of(each))}
        yield from (f"A task of it ended: {problem}." for problem in sorted(problems)[:TASKS_TOLD])

    def _say_once(self, ours: Mapping[str, Any] | None) -> None:
        if ours is None:
            return
        counts = f"{ours['runningCount']} running, {ours['pendingCount']} pending, {ours.get('failedTasks', 0)} failed"
        state = f"{self.service.name}: {ours.get('rolloutState', 'COMPLETED')}, {counts}"
        if state != self._said:
            self._said = state
            self.say(state)


def _primary(described: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(each for each in described["deployments"] if each["status"] == "PRIMARY")
    return found


def _sentence(message: str) -> str:
    return message.rstrip(". ") + "."
