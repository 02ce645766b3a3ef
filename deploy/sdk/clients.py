"""Clients for AWS, or for what answers as AWS where AWS_ENDPOINT_URL points."""

from __future__ import annotations

import os
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

DEFAULT_REGION = "us-west-2"
PATIENT_ATTEMPTS = 10
# A command that hangs tells an operator less than one that fails.
LIMITS = Config(connect_timeout=3, read_timeout=15, retries={"total_max_attempts": 2})


class Misconfigured(BotoCoreError):  # type: ignore[misc]  # botocore has no types
    """The environment holds what no client can be made of. Whoever catches the SDK's errors catches this one, too."""

    fmt = "the environment is not in order: {fault}"


def region() -> str:
    """Return the region the environment names (AWS_REGION, else AWS_DEFAULT_REGION), else us-west-2."""
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or DEFAULT_REGION


def place() -> str:
    """Return what evidence says of where it was found: AWS, unless the environment names another endpoint."""
    elsewhere = sorted(name for name, value in os.environ.items() if name.startswith("AWS_ENDPOINT_URL") and value)
    return f"not AWS: {', '.join(elsewhere)} is set" if elsewhere else "AWS"


def patient_client(service: str, *, region_name: str) -> Any:
    """Return a client in the named region for a call that AWS allows seldom: ten attempts, or AWS_MAX_ATTEMPTS.

    Raises Misconfigured, as client() does.
    """
    patience = Config(retries={"mode": "standard", "total_max_attempts": _attempts()})
    return _made(service, region_name=region_name, config=LIMITS.merge(patience))


def client(service: str) -> Any:
    """Return a client for `service` in region(): 3 s to connect, 15 s for an answer, two attempts.

    Raises Misconfigured when a variable of the environment, or its like in the profile, has a value of no use.
    """
    return _made(service, region_name=region(), config=LIMITS)


def account_id() -> str:
    """Return the number of the account whose credentials these are; everybody may ask that."""
    return str(client("sts").get_caller_identity()["Account"])


def _attempts() -> int:
    text = os.environ.get("AWS_MAX_ATTEMPTS") or str(PATIENT_ATTEMPTS)
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise Misconfigured(fault=f'AWS_MAX_ATTEMPTS is "{text}"; set it to a number from 1 on, or unset it')
    return int(text)


def _made(service: str, *, region_name: str, config: Config) -> Any:
    try:
        return boto3.client(service, region_name=region_name, config=config)
    except BotoCoreError:
        raise  # some are a ValueError as well, and say all
    except ValueError as error:
        # Such as AWS_ENDPOINT_URL, whose value the SDK names and whose name it does not.
        raise Misconfigured(
            fault=f"{str(error).rstrip('.')}. Look at AWS_ENDPOINT_URL and the other variables AWS_…"
        ) from error
