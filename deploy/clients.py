"""Clients for AWS, or for what answers as AWS where AWS_ENDPOINT_URL points."""

from __future__ import annotations

import os
from typing import Any

import boto3
from botocore.config import Config

DEFAULT_REGION = "us-west-2"
PATIENT_ATTEMPTS = 10
# A command that hangs tells an operator less than one that fails.
LIMITS = Config(connect_timeout=3, read_timeout=15, retries={"total_max_attempts": 2})


def region() -> str:
    """Return the region the environment names (AWS_REGION, else AWS_DEFAULT_REGION), else us-west-2."""
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or DEFAULT_REGION


def patient_client(service: str, *, region_name: str) -> Any:
    """Return a client in the named region for a call that AWS allows seldom: ten attempts, or AWS_MAX_ATTEMPTS."""
    attempts = int(os.environ.get("AWS_MAX_ATTEMPTS", PATIENT_ATTEMPTS))
    patience = Config(retries={"mode": "standard", "total_max_attempts": attempts})
    return boto3.client(service, region_name=region_name, config=LIMITS.merge(patience))


def client(service: str) -> Any:
    """Return a client for `service` in region(): 3 s to connect, 15 s for an answer, two attempts."""
    return boto3.client(service, region_name=region(), config=LIMITS)
