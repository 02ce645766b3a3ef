"""`python -m deploy.image`: push an image once, have it scanned, and print the digest it is deployed by."""

from __future__ import annotations

import base64
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from deploy.command_line import argument_types, steps
from deploy.command_line.steps import Patience, Say, StepFailed
from deploy.ecs.revisions import no_repository
from deploy.sdk.clients import client
from deploy.sdk.refusals import code_of

SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED")
SCANNED = ("COMPLETE", "ACTIVE")
SCANNING = ("IN_PROGRESS", "PENDING")


class Code(IntEnum):
    """How publishing an image ends."""

    PUBLISHED = 0
    NOT_PUSHED = 3
    SCAN_FAILED = 4
    VULNERABLE = 5


MEANINGS: dict[int, str] = {
    Code.PUBLISHED: "the repository has the image, and its scan found nothing that is refused",
    Code.NOT_PUSHED: "there is no such repository, or docker could not push the image",
    Code.SCAN_FAILED: "the image was not scanned in time, or cannot be",
    Code.VULNERABLE: "the scan found a vulnerability of a refused severity; do not deploy the image",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = parser().parse_args(arguments)
    return steps.run(lambda say: _publish(options, say=say))


def _publish(options: Namespace, *, say: Say) -> Code:
    digest = _digest_of(repository=options.repository, tag=options.tag)
    if digest:
        say(f"The repository has the tag {options.tag} already; it is not pushed again.")
    else:
        _push(local=options.image, repository=options.repository, tag=options.tag)
        digest = _digest_of(repository=options.repository, tag=options.tag)
    if digest is None:
        raise StepFailed(Code.NOT_PUSHED, f"The tag {options.tag} was pushed, but the repository does not have it.")
    patience = Patience(seconds=options.scan_seconds, between=options.poll_seconds)
    _require_clean(repository=options.repository, digest=digest, refused=options.refuse, patience=patience, say=say)
    say(f"Digest: {digest}")
    if options.output:
        with options.output.open("a") as output:
            output.write(f"digest={digest}\n")
    return Code.PUBLISHED


def _digest_of(*, repository: str, tag: str) -> str | None:
    try:
        found = client("ecr").describe_images(repositoryName=repository, imageIds=[{"imageTag": tag}])
    except ClientError as error:
        if code_of(error) == "ImageNotFoundException":
            return None
        if code_of(error) == "RepositoryNotFoundException":
            raise StepFailed(Code.NOT_PUSHED, no_repository(repository)) from error
        raise
    return str(found["imageDetails"][0]["imageDigest"])


def _push(*, local: str, repository: str, tag: str) -> None:
    ecr = client("ecr")
    uri = ecr.describe_repositories(repositoryNames=[repository])["repositories"][0]["repositoryUri"]
    token = ecr.get_authorization_token()["authorizationData"][0]["authorizationToken"]
    user, password = base64.b64decode(token).decode().split(":", 1)
    # A configuration of its own, so that the password is gone with the folder.
    with tempfile.TemporaryDirectory() as configuration:
        docker = ("docker", "--config", configuration)
        sign_in = (*docker, "login", "--username", user, "--password-stdin", uri.split("/")[0])
        for command, said in (
            (sign_in, password),
            ((*docker, "tag", local, f"{uri}:{tag}"), ""),
            ((*docker, "push", "--quiet", f"{uri}:{tag}"), ""),
        ):
            _docker(command, said=said)


def _docker(command: Sequence[str], *, said: str) -> None:
    try:
        finished = subprocess.run(command, input=said, capture_output=True, text=True, check=False)
    except FileNotFoundError as missing:
        raise StepFailed(Code.NOT_PUSHED, "docker is not installed on this machine.") from missing
    if finished.returncode:
        raise StepFailed(
            Code.NOT_PUSHED,
            f"docker {command[3]} ended with exit code {finished.returncode}: {finished.stderr.strip()[-500:]}",
        )


def _require_clean(*, repository: str, digest: str, refused: Sequence[str], patience: Patience, say: Say) -> None:
    scan = patience.wait_for(lambda: _scan_of(repository=repository, digest=digest))
    if scan is None:
        raise StepFailed(
            Code.SCAN_FAILED, f"The image {digest} had no scan result after {patience.seconds:.0f} s. Run this again."
        )
    status = scan["imageScanStatus"]
    if status["status"] not in SCANNED:
        raise StepFailed(
            Code.SCAN_FAILED, f"The scan of {digest} ended as {status['status']}: {status.get('description', '')}."
        )
    counts = scan.get("imageScanFindings", {}).get("findingSeverityCounts", {})
    say("Scan: " + (", ".join(f"{counts[each]} {each}" for each in SEVERITIES if counts.get(each)) or "no findings"))
    if found := [each for each in refused if counts.get(each)]:
        raise StepFailed(
            Code.VULNERABLE,
            f"The scan found {', '.join(f'{counts[each]} {each}' for each in found)}: {', '.join(_names(scan, found))}."
            " Take a newer base image or requirement.",
        )


def _scan_of(*, repository: str, digest: str) -> dict[str, Any] | None:
    try:
        scan: dict[str, Any] = client("ecr").describe_image_scan_findings(
            repositoryName=repository, imageId={"imageDigest": digest}
        )
    except ClientError as error:
        if code_of(error) == "ScanNotFoundException":  # the scan begins some time after the push
            return None
        raise
    return None if scan["imageScanStatus"]["status"] in SCANNING else scan


def _names(scan: dict[str, Any], severities: Sequence[str]) -> list[str]:
    findings = scan["imageScanFindings"].get("findings", [])
    return sorted(each["name"] for each in findings if each.get("severity") in severities) or ["see the ECR console"]


def parser() -> ArgumentParser:
    """Return the command line."""
    made = steps.parser(
        program="image",
        summary="Push a local image under a tag unless the repository has it, wait for its scan, print its digest.",
        codes=MEANINGS,
    )
    made.add_argument("image", help="name of the local image, such as papyrus:local")
    made.add_argument("--tag", required=True, help="the commit it was built from; a tag is never moved")
    made.add_argument("--repository", default="papyrus", help="ECR repository (default: %(default)s)")
    made.add_argument(
        "--refuse", nargs="+", choices=SEVERITIES, default=["CRITICAL"], help="severities (default: CRITICAL)"
    )
    made.add_argument("--output", type=Path, metavar="FILE", help="append digest=… to it, as GitHub reads outputs")
    made.add_argument(
        "--scan-seconds", type=argument_types.seconds, default=600, help="for the scan (default: %(default)s)"
    )
    made.add_argument(
        "--poll-seconds", type=argument_types.seconds, default=5, help="between two looks (default: %(default)s)"
    )
    return made


if __name__ == "__main__":
    sys.exit(main())
