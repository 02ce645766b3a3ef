"""Write what a run found, masked before it touches the disk, so that only whole files count."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from deploy.evidence.files import KINDS, MANIFEST, Result, set_name, stamp
from deploy.evidence.masking import LineMask, Mask
from deploy.evidence.verification import Finding, verify
from deploy.evidence.whole_file import NotWritten, WholeFile, refusing

__all__ = ["EvidenceFolder", "Finding", "NotWritten", "Result", "set_name", "verify"]


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """What the manifest says of a file."""

    name: str
    bytes: int
    sha256: str
    written_at: str


class EvidenceFolder:
    """The files of one run that began at `started_at`, in `folder`, which is made if missing and must be empty.

    `label` says what they prove, such as "made against moto, not AWS". Without `run_id` the run is named like its
    folder under docs/evidence. `now` is asked when a file is finished.

    A file has its name only once all of it is on the disk, and a set is one only with its manifest, which comes last:
    `verify` rejects what a killed run leaves. Raises NotWritten when `folder` holds anything.
    """

    def __init__(
        self,
        *,
        folder: Path,
        mask: Mask,
        started_at: datetime,
        label: str,
        run_id: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        _require_empty(folder)
        self.folder = folder
        self._mask = mask
        self._started_at = started_at
        self._about = {"label": label, "run_id": run_id or set_name(started_at)}
        self._now = now
        self._entries: list[_Entry] = []
        self._begun: set[str] = set()
        self._unfinished: set[str] = set()
        self._is_finished = False

    def write(self, kind: str, text: str, *, extension: str) -> Path:
        """Keep `text` and return its file.

        Raises NotWritten when the kind is unknown, was written before or has another extension, when masked JSON is
        not JSON, or when the disk refuses.
        """
        masked = self._mask(_encodable(text))
        if extension == "json" and not _is_json(masked):
            raise NotWritten(f"“{kind}” is no JSON once it is masked. Look for a known secret made of punctuation.")
        with self._file(kind, extension=extension) as file:
            file.write(masked if masked.endswith("\n") else masked + "\n")
        return file.path

    def write_json(self, kind: str, value: object) -> Path:
        """Keep `value` as indented JSON and return its file. What JSON does not know, such as a time, becomes text."""
        return self.write(kind, json.dumps(value, indent=2, ensure_ascii=False, default=str), extension="json")

    @contextmanager
    def open_log(self, kind: str) -> Iterator[Callable[[str], None]]:
        """Yield a function that appends a line, or several. However the block ends, what was appended counts."""
        mask = LineMask(self._mask)
        with self._file(kind, extension="log") as file:
            yield lambda text: file.write("".join(f"{mask(line)}\n" for line in _lines(text)))

    def finish(self, *, result: Result = Result.RECORDED) -> Path:
        """Write the manifest, after which the folder takes nothing more, and return its file.

        Of a run that PASSED every kind must be there, or `verify` complains. Raises NotWritten when a file could not
        be written or is still open.
        """
        if self._unfinished:
            raise NotWritten(
                f"{self.folder} gets no manifest, since {', '.join(sorted(self._unfinished))} is not whole. "
                "Close its log, or make room on the disk, and repeat the run."
            )
        path = self.write_json(MANIFEST, self._manifest(result))
        self._is_finished = True
        return path

    def _manifest(self, result: Result) -> dict[str, object]:
        return self._about | {
            "result": result,
            "started_at": _to_the_second(self._started_at),
            "finished_at": _to_the_second(self._now()),
            "files": [asdict(each) for each in self._entries],
        }

    @contextmanager
    def _file(self, kind: str, *, extension: str) -> Iterator[WholeFile]:
        self._require_new(kind, extension=extension)
        self._begun.add(kind)
        self._unfinished.add(kind)
        file = WholeFile(self.folder / f"{stamp(self._started_at)}_{kind}.{extension}")
        try:
            yield file
        finally:
            self._keep(kind, file)

    def _keep(self, kind: str, file: WholeFile) -> None:
        try:
            file.publish()
        finally:
            file.close()
        at = _to_the_second(self._now())
        self._entries.append(_Entry(name=file.path.name, bytes=file.size, sha256=file.sha256, written_at=at))
        self._unfinished.discard(kind)

    def _require_new(self, kind: str, *, extension: str) -> None:
        if kind not in KINDS or KINDS[kind].extension != extension:
            raise NotWritten(f"“{kind}.{extension}” is no evidence. Use a kind of deploy/evidence/files.py, or add it.")
        if self._is_finished or kind in self._begun:
            raise NotWritten(f"{self.folder} has its “{kind}” or its manifest already. Write each kind once.")


def _require_empty(folder: Path) -> None:
    with refusing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        is_empty = not any(folder.iterdir())
    if not is_empty:
        raise NotWritten(
            f"{folder} holds files already, and two runs' evidence must not mix. Name a new folder, such as "
            "docs/evidence/20260102-030405Z."
        )


def _lines(text: str) -> list[str]:
    return _encodable(text).splitlines() or [""]


def _encodable(text: str) -> str:
    return text.encode(errors="backslashreplace").decode()


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _to_the_second(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
