"""`python -m deploy.release`: bring an image into service, in the order that never leaves a half-made release."""

from __future__ import annotations

import sys
import uuid
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from deploy.command_line import argument_types, steps
from deploy.command_line.steps import Patience, Say, StepFailed
from deploy.ecs.revisions import Image, ImageRefused, find_image, revise
from deploy.ecs.services import RolledBack, Service, Unstable
from deploy.ecs.tasks import Command, Runner, TaskFailed, revision
from deploy.health import database_check


class Code(IntEnum):
    """How a release ends."""

    RELEASED = 0
    IMAGE_REFUSED = 3
    NO_SERVICE = 4
    MIGRATION_FAILED = 5
    ROLLED_BACK = 6
    UNSTABLE = 7
    CHECK_FAILED = 8


MEANINGS: dict[int, str] = {
    Code.RELEASED: "the image is in service",
    Code.IMAGE_REFUSED: "the image is named by a tag, or the repository does not have it; nothing was changed",
    Code.NO_SERVICE: "a service or the task definition does not exist; nothing was changed",
    Code.MIGRATION_FAILED: "the migration task failed; the services run what they ran",
    Code.ROLLED_BACK: "the circuit breaker rolled a service back",
    Code.UNSTABLE: "a service did not become stable in time",
    Code.CHECK_FAILED: "the image is in service, but its database check found something",
}


@dataclass(frozen=True, kw_only=True)
class Release:
    """One release: `services` in the order they are updated, the first of them giving tasks their network."""

    image: Image
    services: Sequence[Service]
    migrate_family: str
    task_patience: Patience
    service_patience: Patience
    say: Say

    def carry_out(self) -> Code:
        """Migrate, update the services one after the other, and check the database from the new revision.

        Raises StepFailed at the first step that fails; no later step is begun then.
        """
        families = [self._family_of(service) for service in self.services]
        runner = self._runner()
        self._migrate(runner)
        # Of the family's latest revision, which may be one that Terraform made and no service runs yet.
        revised = [revise(family=each, image=self.image) for each in families]
        for service, task_definition in zip(self.services, revised, strict=True):
            self._update(service, task_definition=task_definition)
        self._check(runner, task_definition=revised[0])
        self.say(f"Released {self.image}.")
        return Code.RELEASED

    def _family_of(self, service: Service) -> str:
        try:
            return revision(service.describe()["taskDefinition"]).split(":")[0]
        except LookupError as missing:
            raise StepFailed(Code.NO_SERVICE, str(missing.args[0])) from missing

    def _runner(self) -> Runner:
        first = self.services[0]
        return Runner(
            cluster=first.cluster,
            network=first.describe()["networkConfiguration"],
            started_by=f"release-{uuid.uuid4().hex[:12]}",
            patience=self.task_patience,
            say=self.say,
        )

    def _migrate(self, runner: Runner) -> None:
        try:
            migrate = revise(family=self.migrate_family, image=self.image)
        except LookupError as missing:
            raise StepFailed(Code.NO_SERVICE, str(missing.args[0])) from missing
        self.say(f"Migrating by {revision(migrate)}.")
        try:
            runner.succeed(Command(task_definition=migrate))
        except TaskFailed as failure:
            raise StepFailed(
                Code.MIGRATION_FAILED,
                f"{failure} The services run what they ran before. Mend the migration and release again.",
            ) from failure

    def _update(self, service: Service, *, task_definition: str) -> None:
        self.say(f"Updating {service.name} to {revision(task_definition)}.")
        deployment = service.deploy(task_definition)
        try:
            service.wait_until_stable(deployment, patience=self.service_patience, say=self.say)
        except RolledBack as failure:
            raise StepFailed(Code.ROLLED_BACK, f"{failure} {self._state_after(service)}") from failure
        except Unstable as failure:
            raise StepFailed(Code.UNSTABLE, f"{failure} {self._state_after(service)}") from failure

    def _state_after(self, failed: Service) -> str:
        """Return what the services before and after `failed` run now."""
        position = self.services.index(failed)
        updated = [each.name for each in self.services[:position]]
        left = [each.name for each in self.services[position + 1 :]]
        sentences = ["The migrations stay."]
        if updated:
            sentences.append(f"{' and '.join(updated)} runs the new image: release the former digest to go back.")
        if left:
            sentences.append(f"{' and '.join(left)} was not touched.")
        return " ".join(sentences)

    def _check(self, runner: Runner, *, task_definition: str) -> None:
        try:
            command = Command(task_definition=task_definition, arguments=database_check.COMMAND)
            answer = runner.ask(command, key=database_check.KEY)
        except TaskFailed as failure:
            raise StepFailed(Code.CHECK_FAILED, f"The database could not be checked. {failure}") from failure
        for line in database_check.lines(answer):
            self.say(f"  {line}")
        if faults := database_check.faults(answer):
            raise StepFailed(
                Code.CHECK_FAILED,
                f"The new image is in service, but its database check found: {', '.join(faults)}. See “Roll-back” in "
                "docs/operations.md.",
            )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = parser().parse_args(arguments)
    return steps.run(lambda say: _release(options, say=say).carry_out())


def _release(options: Namespace, *, say: Say) -> Release:
    try:
        image = find_image(repository=options.repository, digest=options.digest)
    except ImageRefused as refused:
        raise StepFailed(Code.IMAGE_REFUSED, str(refused)) from refused
    return Release(
        image=image,
        services=[Service(cluster=options.cluster, name=name) for name in (options.web, options.worker)],
        migrate_family=options.migrate_family,
        task_patience=Patience(seconds=options.task_seconds, between=options.poll_seconds),
        service_patience=Patience(seconds=options.service_seconds, between=options.poll_seconds),
        say=say,
    )


def parser() -> ArgumentParser:
    """Return the command line."""
    made = steps.parser(
        program="release",
        summary="Run the migrations of an image, bring it into service by its digest, and check the database from it.",
        codes=MEANINGS,
    )
    made.add_argument("digest", help="the image's digest, sha256:…, as ecr-push prints it; tags are refused")
    made.add_argument("--repository", default="papyrus", help="ECR repository (default: %(default)s)")
    steps.add_names(made)
    made.add_argument("--migrate-family", default="papyrus-migrate", help="(default: %(default)s)")
    made.add_argument(
        "--task-seconds", type=argument_types.seconds, default=900, help="for each task to end (default: %(default)s)"
    )
    made.add_argument(
        "--service-seconds",
        type=argument_types.seconds,
        default=1200,
        help="for each service to become stable (default: %(default)s)",
    )
    return made


if __name__ == "__main__":
    sys.exit(main())
