"""The database's sign-in, read again from Secrets Manager once the one at hand is refused.

The platform injects user and password when a process starts and never again, so after a rotation only the secret
itself knows today's password. See docs/decisions/0019-database-secret-rotation.md.
"""

from __future__ import annotations

import functools
import json
import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

logger = logging.getLogger("papyrus")

SECONDS_BETWEEN_READS = 2.0
# A request waits for this, and /dbcheck has three seconds in all.
TIMEOUTS = Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 2, "mode": "standard"})
CURRENT = "AWSCURRENT"
# A rotation changes the password in the database before it makes the new version the current one.
PENDING = "AWSPENDING"
# A new password stands in the secret before the database has it, when Terraform made it: until then the former one.
PREVIOUS = "AWSPREVIOUS"
# No answer, a refusal, or an answer that is no JSON object with user and password.
UNREADABLE = (BotoCoreError, ClientError, ValueError, LookupError, TypeError)


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """Who signs in, and with what; the password stands in no representation."""

    user: str
    password: str = field(repr=False)


Read: TypeAlias = Callable[[], Sequence[SignIn]]


class RotatingSignIn:
    """What the secret holds, for all threads of a process: read only when needed, by one thread at a time.

    `read` returns the sign-ins to try, in order, and does not raise.
    """

    def __init__(self, *, read: Read, seconds_between_reads: float = SECONDS_BETWEEN_READS) -> None:
        self._read = read
        self._seconds_between_reads = seconds_between_reads
        self._lock = threading.Lock()
        self._found: Sequence[SignIn] = ()
        self._read_at = float("-inf")
        self._accepted: SignIn | None = None

    @property
    def accepted(self) -> SignIn | None:
        """The sign-in from the secret that the database accepted last; None until the first rotation."""
        return self._accepted

    def accept(self, sign_in: SignIn) -> None:
        """Note that the database accepted `sign_in`, so that new connections begin with it."""
        self._accepted = sign_in

    def instead_of(self, refused: SignIn) -> list[SignIn]:
        """Return what to try instead of `refused`, read at most `seconds_between_reads` ago; often nothing."""
        with self._lock:
            if time.monotonic() - self._read_at >= self._seconds_between_reads:
                self._found = self._read()
                # From its end: while Secrets Manager hangs, most requests shall fail at once instead of wait.
                self._read_at = time.monotonic()
            return [each for each in self._found if each != refused]


@functools.cache
def rotating_sign_in(arn: str) -> RotatingSignIn:
    """Return the process's one RotatingSignIn of the secret `arn`."""
    return RotatingSignIn(read=functools.partial(read, arn))


def read(arn: str) -> list[SignIn]:
    """Return the current sign-in of the secret, the one that is about to be current if any, and the one before.

    When the secret cannot be read the log says why, and the list is empty.
    """
    try:
        secrets = boto3.session.Session().client("secretsmanager", region_name=_region(arn), config=TIMEOUTS)
        found = [_version(secrets, arn, CURRENT)]
    except UNREADABLE as error:
        logger.warning("database.secret_unreadable", extra={"reason": _reason(error)})
        return []
    for stage in (PENDING, PREVIOUS):
        # Usually no rotation is under way, and one that is half written is not ready either.
        with suppress(*UNREADABLE):
            found.append(_version(secrets, arn, stage))
    logger.info("database.secret_read")
    return found


def _version(secrets: Any, arn: str, stage: str) -> SignIn:
    content = json.loads(secrets.get_secret_value(SecretId=arn, VersionStage=stage)["SecretString"])
    return SignIn(user=str(content["user"]), password=str(content["password"]))


def _region(arn: str) -> str | None:
    """The region an ARN names; a mere name leaves the choice to boto3's usual places."""
    parts = arn.split(":")
    return parts[3] if len(parts) > 3 else None


def _reason(error: Exception) -> str:
    """Say why without values: AWS's error code, else the kind of error."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "ClientError"))
    return type(error).__name__
