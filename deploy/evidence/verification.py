"""Whether evidence is whole, unchanged, rightly named and masked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from deploy.evidence.files import (
    HALF_WRITTEN,
    KINDS,
    MANIFEST,
    Result,
    is_file_name,
    is_set_name,
    kind_of,
    set_name,
    stamp,
)
from deploy.evidence.masking import Mask
from deploy.evidence.sightings import sightings
from deploy.evidence.wording import gettext_noop

# The only thing beside the sets.
README = "README.md"
FACTS = ("label", "run_id", "result", "started_at", "finished_at", "files")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What is wrong with a file: `text` is an English template, and a message id, for `values`."""

    file: str
    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text % {"file": self.file, **self.values}


def verify_all(root: Path) -> list[Finding]:
    """Return what is wrong with the sets under `root`, and with what else lies there; nothing when it is missing."""
    if not root.is_dir():
        return []
    return [
        finding
        for entry in sorted(root.iterdir())
        if entry.name != README
        for finding in (*_misplaced(entry), *(verify(entry) if entry.is_dir() else ()))
    ]


def verify(folder: Path) -> list[Finding]:
    """Return what is wrong with the set in `folder`: names, masks, hashes, files too many or too few.

    Does not raise: a folder that cannot be read is a finding.
    """
    if not folder.is_dir():
        text = gettext_noop("%(file)s is no folder. Name a folder of evidence, such as docs/evidence/20260102-030405Z.")
        return [Finding(file=str(folder), text=text)]
    return list(_findings(folder))


def _misplaced(entry: Path) -> Iterator[Finding]:
    if not entry.is_dir():
        text = gettext_noop("%(file)s belongs to no set of evidence. Move it elsewhere.")
        yield Finding(file=entry.name, text=text)
    elif not is_set_name(entry.name):
        text = gettext_noop("%(file)s is not named YYYYMMDD-HHMMSSZ. Name the folder by the time its run began.")
        yield Finding(file=entry.name, text=text)


def _findings(folder: Path) -> Iterator[Finding]:
    files: dict[str, bytes] = {}
    for entry in sorted(folder.iterdir()):
        problem = _problem_of(entry)
        if problem:
            yield Finding(file=f"{folder.name}/{entry.name}", text=problem)
        else:
            files[entry.name] = entry.read_bytes()
    for name, content in files.items():
        yield from _content(f"{folder.name}/{name}", content)
    yield from _set(folder, files)


def _problem_of(entry: Path) -> str | None:
    if entry.name.endswith(HALF_WRITTEN):
        return gettext_noop("%(file)s is half-written: its run was stopped. Delete the set and repeat the run.")
    if entry.is_symlink() or not entry.is_file():
        return gettext_noop("%(file)s is no plain file. Take it out of the set.")
    if not is_file_name(entry.name):
        return gettext_noop(
            "%(file)s is not named YYYYMMDD_HHMMSS_kind.ext with a kind and an ending of deploy/evidence/files.py. "
            "Take it out of the set."
        )
    return None


def _content(file: str, content: bytes) -> Iterator[Finding]:
    if not content.strip():
        yield Finding(file=file, text=gettext_noop("%(file)s is empty, which proves nothing. Repeat the run."))
        return
    try:
        text = content.decode()
    except UnicodeDecodeError:
        yield Finding(file=file, text=gettext_noop("%(file)s is not UTF-8. Delete the set and repeat the run."))
        return
    if file.endswith(".json") and not isinstance(_json(text), (dict, list)):
        yield Finding(file=file, text=gettext_noop("%(file)s is no JSON. Delete the set and repeat the run."))
    yield from _masks(file, text)


def _masks(file: str, text: str) -> Iterator[Finding]:
    """Ask the mask itself, and a search that works in another way and so does not overlook the same things."""
    changed = gettext_noop(
        "Line %(line)s of %(file)s shows what must be masked. Delete the set, and what was published of it, and repeat "
        "the run."
    )
    seen = gettext_noop(
        "Line %(line)s of %(file)s shows %(what)s. Delete the set, and what was published of it, teach "
        "deploy/evidence/identifiers.py to mask it, and repeat the run."
    )
    if line := _first_difference(text, Mask()(text)):
        yield Finding(file=file, text=changed, values={"line": line})
    for sighting in sightings(text):
        yield Finding(file=file, text=seen, values={"line": sighting.line, "what": sighting.what})


def _first_difference(text: str, masked: str) -> int | None:
    """Return the number of the first line in which the two differ."""
    if text == masked:
        return None
    lines, masked_lines = text.split("\n"), masked.split("\n")
    pairs = zip(lines, masked_lines, strict=False)
    differing = (number for number, (one, other) in enumerate(pairs, 1) if one != other)
    return next(differing, len(masked_lines))


def _set(folder: Path, files: Mapping[str, bytes]) -> Iterator[Finding]:
    manifests = [name for name in files if kind_of(name) == MANIFEST]
    if len(manifests) != 1:
        text = gettext_noop("%(file)s has %(count)s manifests instead of one: its run did not finish. Repeat the run.")
        yield Finding(file=folder.name, text=text, values={"count": len(manifests)})
        return
    name = manifests[0]
    manifest = _json(files[name].decode(errors="replace"))
    if not _is_manifest(manifest):
        text = gettext_noop("%(file)s does not say what a manifest says. Delete the set and repeat the run.")
        yield Finding(file=f"{folder.name}/{name}", text=text)
        return
    listed = {each["name"]: each for each in manifest["files"]}
    yield from _moments(folder, files, started_at=datetime.fromisoformat(manifest["started_at"]))
    yield from _listed(folder, {key: value for key, value in files.items() if key != name}, listed)
    if manifest["result"] == Result.PASSED:
        yield from _completeness(folder, {kind_of(each) for each in files})


def _is_manifest(manifest: Any) -> bool:
    if not isinstance(manifest, dict) or not all(fact in manifest for fact in FACTS):
        return False
    files = manifest["files"]
    if not isinstance(files, list) or not all(isinstance(each, dict) for each in files):
        return False
    has_texts = all(isinstance(each.get(fact), str) for each in files for fact in ("name", "sha256"))
    return has_texts and _is_moment(manifest["started_at"]) and manifest["result"] in set(Result)


def _is_moment(value: object) -> bool:
    try:
        return datetime.fromisoformat(str(value)).tzinfo is not None
    except ValueError:
        return False


def _moments(folder: Path, files: Mapping[str, bytes], *, started_at: datetime) -> Iterator[Finding]:
    text = gettext_noop("%(file)s does not begin with %(stamp)s, when its run began. Take it out of the set.")
    for name in files:
        if not name.startswith(f"{stamp(started_at)}_"):
            yield Finding(file=f"{folder.name}/{name}", text=text, values={"stamp": stamp(started_at)})
    if is_set_name(folder.name) and folder.name != set_name(started_at):
        other = gettext_noop("%(file)s is not named by the time its run began. Name it %(name)s.")
        yield Finding(file=folder.name, text=other, values={"name": set_name(started_at)})


def _listed(folder: Path, files: Mapping[str, bytes], listed: Mapping[str, Mapping[str, str]]) -> Iterator[Finding]:
    missing = gettext_noop("%(file)s is in the manifest and not in the set. Restore it, or repeat the run.")
    foreign = gettext_noop("%(file)s is in the set and not in its manifest. Take it out of the set.")
    changed = gettext_noop("%(file)s is not as it was written: its SHA-256 differs. Restore it, or repeat the run.")
    for name in sorted(listed.keys() | files.keys()):
        file = f"{folder.name}/{name}"
        if name not in files:
            yield Finding(file=file, text=missing)
        elif name not in listed:
            yield Finding(file=file, text=foreign)
        elif hashlib.sha256(files[name]).hexdigest() != listed[name]["sha256"]:
            yield Finding(file=file, text=changed)


def _completeness(folder: Path, kinds: set[str]) -> Iterator[Finding]:
    """A run that says it passed must prove all of it."""
    text = gettext_noop("%(file)s is of a %(run)s that passed, yet lacks %(kind)s. Repeat the run.")
    runs = {KINDS[kind].run for kind in kinds} - {None}
    for kind, each in KINDS.items():
        if each.run in runs and kind not in kinds:
            yield Finding(file=folder.name, text=text, values={"run": each.run, "kind": f"{kind}.{each.extension}"})


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
