"""What is installed is what was locked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from papyrus_site.local import ROOT

LOCKS = sorted(ROOT.glob("requirements*.txt"))
INSTALLERS = [ROOT / "Makefile", ROOT / "Dockerfile", *sorted((ROOT / ".github" / "workflows").glob("*.yml"))]
LOCKED = re.compile(r"[\w.-]+==[\w.!+-]+( ;.*?)?( +--hash=sha256:[0-9a-f]{64})+")


def logical_lines(path: Path) -> list[str]:
    """The lines of a file, those that end in a backslash joined with the next, without comments."""
    lines = path.read_text().replace("\\\n", " ").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_each_requirement_is_locked_to_a_version_and_its_hashes(lock: Path) -> None:
    assert [line for line in logical_lines(lock) if not LOCKED.fullmatch(line)] == []


def test_each_lock_is_compiled_by_make() -> None:
    (named,) = re.findall(r"for name in ([\w -]+);", (ROOT / "Makefile").read_text())
    assert sorted(named.split()) == sorted(lock.stem for lock in LOCKS)


def test_nothing_is_installed_without_its_hash() -> None:
    lines = [line for path in INSTALLERS for line in logical_lines(path) if re.search(r"\bpip\b[^&]* install\b", line)]
    assert {"Makefile", "Dockerfile"} < {path.name for path in INSTALLERS}
    assert lines
    assert [line for line in lines if "--require-hashes" not in line] == []
