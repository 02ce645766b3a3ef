"""The places where files of notes are kept: a folder, or a bucket of S3. Both are storages of Django."""

from __future__ import annotations

import base64
import os
import time
import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, cast
from zoneinfo import ZoneInfo

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage
from django.utils.functional import cached_property
from storages.backends.s3 import S3Storage

# What a place may fail with, from a full disk to an answer that is no answer of S3.
FAULTS = (OSError, BotoCoreError, ClientError, Boto3Error, ResponseParserError)
# After a fault issuing does not wait for the bucket again for so long.
REST_SECONDS = 30
# The second comes without a body, as where a version was deleted.
NO_SUCH_FILE = ("NoSuchKey", "404")
NO_LOCK = "ObjectLockConfigurationNotFoundError"
# The longest that a document is kept: ten years, from up to fourteen months after its day.
LONGEST_YEARS = 12
MOST_YEARS_LOCKED = 50


class KeptFile(ContentFile[bytes]):
    """The bytes of a file that is kept with a note, with what a place is told of them."""

    def __init__(self, content: bytes, *, content_type: str, sha256: str, number: str, keep_until: date) -> None:
        super().__init__(content)
        self.content_type = content_type
        self.sha256 = sha256
        self.number = number
        self.keep_until = keep_until


class Place(Protocol):
    """What the archive needs of a place. Each may raise one of FAULTS."""

    def read(self, name: str) -> bytes | None:
        """Return the bytes stored under `name`, or None when there are none."""

    def save(self, name: str, content: KeptFile) -> str:
        """Store `content` under `name`, in place of what may be there."""

    def names(self) -> Iterator[str]:
        """Yield the names of everything that is stored, by and by."""

    @property
    def is_resting(self) -> bool:
        """Whether it failed just now."""

    def rest(self) -> None:
        """Remember that it failed just now."""


class FolderPlace(FileSystemStorage):
    """A folder on this machine. A file is there whole or not at all, also after a loss of power."""

    is_resting = False

    def read(self, name: str) -> bytes | None:
        try:
            return Path(self.path(name)).read_bytes()
        except FileNotFoundError:
            return None

    def names(self) -> Iterator[str]:
        root = Path(self.location)
        for folder, _folders, files in os.walk(root):
            yield from ((Path(folder) / name).relative_to(root).as_posix() for name in files)

    def rest(self) -> None:
        """Do nothing: a folder fails at once, so trying it again costs no time."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        # A name says whose file it is, and which: two that store it at once must not make two files.
        return name

    def _save(self, name: str, content: File[bytes]) -> str:
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{uuid.uuid4().hex}.part")
        try:
            with unfinished.open("xb") as file:
                file.write(content.read())
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        return name


class BucketPlace(S3Storage):  # type: ignore[misc]  # the library has no types
    """A bucket of S3, in which each file says what it is and until when it is kept."""

    _rests_until = 0.0

    def read(self, name: str) -> bytes | None:
        try:
            found = self.bucket.Object(name).get()
        except ClientError as error:
            if error.response["Error"]["Code"] in NO_SUCH_FILE:
                return None
            raise
        return cast(bytes, found["Body"].read())

    def names(self) -> Iterator[str]:
        for each in self.bucket.objects.all():
            yield each.key

    @property
    def is_resting(self) -> bool:
        return time.monotonic() < self._rests_until

    def rest(self) -> None:
        self._rests_until = time.monotonic() + REST_SECONDS

    def _get_write_parameters(self, name: str, content: KeptFile) -> dict[str, Any]:
        return {
            **super()._get_write_parameters(name, content),
            # S3 computes it anew, and refuses what arrived otherwise.
            "ChecksumAlgorithm": "SHA256",
            "ChecksumSHA256": base64.b64encode(bytes.fromhex(content.sha256)).decode(),
            "Metadata": {
                "sha256": content.sha256,
                # A header holds ASCII only, a number may hold anything that a file name can.
                "number": content.number.encode("ascii", "backslashreplace").decode(),
                "keep-until": content.keep_until.isoformat(),
            },
            **self._lock(content.keep_until),
        }

    def _lock(self, keep_until: date) -> dict[str, Any]:
        if self._lock_mode is None:
            return {}
        # A slip in a delivery date must not lock a file for centuries; S3 would not take that either.
        latest = datetime.now(ZoneInfo("UTC")) + timedelta(days=366 * MOST_YEARS_LOCKED)
        ends = datetime(keep_until.year, keep_until.month, keep_until.day, 23, 59, 59, tzinfo=ZoneInfo("Asia/Tokyo"))
        return {"ObjectLockMode": self._lock_mode, "ObjectLockRetainUntilDate": min(ends, latest)}

    @cached_property
    def _lock_mode(self) -> str | None:
        """How files are locked one by one; None where the bucket locks nothing, or everything long enough by itself."""
        try:
            found = self.connection.meta.client.get_object_lock_configuration(Bucket=self.bucket_name)
        except ClientError as error:
            if error.response["Error"]["Code"] == NO_LOCK:
                return None
            raise
        if found.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled") != "Enabled":
            raise OSError("what answers is not S3")
        rule = found["ObjectLockConfiguration"].get("Rule", {}).get("DefaultRetention", {})
        days = rule.get("Days", 0) + 365 * rule.get("Years", 0)
        return None if days >= 365 * LONGEST_YEARS else rule.get("Mode", "GOVERNANCE")
