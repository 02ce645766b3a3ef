"""Stands in PATH for `docker`: notes down the call and what it is told, knows the digest of a base image, and pushes
what looks like an image to moto.

Environment: RECORD is the file of calls, FAIL the command that is to fail.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import boto3

BASE = f"python@sha256:{'b' * 64}"
KIND = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG = {"digest": f"sha256:{'c' * 64}"}
MANIFEST = json.dumps({"schemaVersion": 2, "mediaType": KIND, "config": CONFIG, "layers": []})


def push(address: str) -> None:
    """Put an image under the tag of `address` and begin its scan, as ECR does."""
    repository, tag = address.split("/")[1].split(":")
    ecr = boto3.client("ecr")
    put = ecr.put_image(repositoryName=repository, imageManifest=MANIFEST, imageTag=tag)
    ecr.start_image_scan(repositoryName=repository, imageId=put["image"]["imageId"])


def main() -> None:
    configured = 2 if sys.argv[2] == "--config" else 0
    command, *arguments = sys.argv[2 + configured :]
    said = sys.stdin.read()
    with Path(os.environ["RECORD"]).open("a") as record:
        record.write(" ".join([command, *arguments, said]).strip() + "\n")
    if os.environ.get("FAIL") == command:
        sys.exit("denied: no")
    if command == "inspect":
        print(BASE)
    if command == "push":
        push(arguments[-1])


if __name__ == "__main__":
    main()
