"""Images by digest, and the revisions of task definitions that run them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from deploy.ecs.tasks import CONTAINER
from deploy.sdk.clients import client, region
from deploy.sdk.refusals import code_of

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
# What RegisterTaskDefinition takes of what DescribeTaskDefinition gives.
REGISTERED = (
    "family",
    "taskRoleArn",
    "executionRoleArn",
    "networkMode",
    "containerDefinitions",
    "volumes",
    "placementConstraints",
    "requiresCompatibilities",
    "cpu",
    "memory",
    "runtimePlatform",
    "ephemeralStorage",
)


class ImageRefused(Exception):
    """The image is not one that may be deployed. The text says why."""


@dataclass(frozen=True, kw_only=True)
class Image:
    """An image in the product's repository, by the digest of its contents: `uri` is what ECS is given."""

    uri: str
    digest: str

    def __str__(self) -> str:
        return self.digest


def find_image(*, repository: str, digest: str) -> Image:
    """Return the image with `digest` in `repository`.

    Raises ImageRefused for anything that is no digest, such as a tag, which could mean another image tomorrow, and
    when there is no such repository or it does not have the image.
    """
    if not DIGEST.fullmatch(digest):
        raise ImageRefused(
            f"“{digest}” is no digest. Give sha256: and 64 hexadecimal digits, as ecr-push prints it; tags are refused."
        )
    ecr = client("ecr")
    try:
        uri = ecr.describe_repositories(repositoryNames=[repository])["repositories"][0]["repositoryUri"]
        ecr.describe_images(repositoryName=repository, imageIds=[{"imageDigest": digest}])
    except ClientError as error:
        if code_of(error) == "RepositoryNotFoundException":
            raise ImageRefused(no_repository(repository)) from error
        if code_of(error) != "ImageNotFoundException":
            raise
        raise ImageRefused(f"The repository {repository} has no image {digest}. Push it by ecr-push first.") from error
    return Image(uri=f"{uri}@{digest}", digest=digest)


def no_repository(name: str) -> str:
    """Return the sentence for a repository that is not there."""
    return f"There is no repository {name} in {region()}. Apply the stack 15-ecs, or name the right one."


def digest_of(task_definition: str) -> str:
    """Return the digest of the image that a task definition names; of zeros before the first release."""
    described = client("ecs").describe_task_definition(taskDefinition=task_definition)["taskDefinition"]
    container = next(each for each in described["containerDefinitions"] if each["name"] == CONTAINER)
    return str(container["image"]).rpartition("@")[2]


def revise(*, family: str, image: Image) -> str:
    """Return the ARN of the latest revision of `family` if it has `image`, else of a new one that differs in it.

    Raises LookupError when there is no such family.
    """
    answer = _latest(family)
    current = answer["taskDefinition"]
    containers = [_with_image(each, image) for each in current["containerDefinitions"]]
    if containers == current["containerDefinitions"]:
        return str(current["taskDefinitionArn"])
    wanted = {name: current[name] for name in REGISTERED if current.get(name)} | {"containerDefinitions": containers}
    if tags := answer.get("tags"):
        wanted["tags"] = tags
    return str(client("ecs").register_task_definition(**wanted)["taskDefinition"]["taskDefinitionArn"])


def _latest(family: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = client("ecs").describe_task_definition(taskDefinition=family, include=["TAGS"])
    except ClientError as error:
        if code_of(error) != "ClientException":  # all that ECS says of a name it does not know
            raise
        raise LookupError(
            f"There is no task definition {family} in {region()}. Apply the stack 15-ecs, or name the right one."
        ) from error
    return found


def _with_image(container: dict[str, Any], image: Image) -> dict[str, Any]:
    return container | {"image": image.uri} if container["name"] == CONTAINER else container
