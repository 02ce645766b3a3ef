"""A text file that bears its name only once all of it is on the disk."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from deploy.evidence.files import HALF_WRITTEN


class NotWritten(Exception):
    """A file or folder could not be written; the sentence says which, why and what to do."""


class WholeFile:
    """Takes text until `publish`. What a killed process leaves is hidden and ends in `.part`.

    Raises NotWritten when the disk refuses, here and in each method.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._half = path.with_name(f".{path.name}{HALF_WRITTEN}")
        self._digest = hashlib.sha256()
        self._failure: NotWritten | None = None
        with refusing(path):
            self._file = self._half.open("xb")

    @property
    def sha256(self) -> str:
        """The digest of what was written so far."""
        return self._digest.hexdigest()

    def write(self, text: str) -> None:
        """Append `text` at once, so that it is there even when the process is killed."""
        content = text.encode()
        try:
            with refusing(self.path):
                self._file.write(content)
                self._file.flush()
        except NotWritten as failure:
            self._failure = failure
            raise
        self._digest.update(content)
        self.size += len(content)

    def publish(self) -> None:
        """Close the file and give it its name, which no other file may have; not when a part of it is missing."""
        if self._failure:
            raise self._failure
        with refusing(self.path):
            os.fsync(self._file.fileno())
            self._file.close()
            # A link, other than a renaming, does not replace a file that another process wrote.
            os.link(self._half, self.path)
            self._half.unlink()
            _sync_folder(self.path.parent)

    def close(self) -> None:
        """Let go of a file, published or not."""
        # Closing writes what a full disk did not take, once more in vain.
        with suppress(OSError):
            self._file.close()


@contextmanager
def refusing(path: Path) -> Iterator[None]:
    """Raise NotWritten for what the system refuses to do with `path`."""
    try:
        yield
    except OSError as error:
        raise NotWritten(
            f"{path} was not written: {error.strerror or error}. Make room or mend the folder, and repeat the run."
        ) from error


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
