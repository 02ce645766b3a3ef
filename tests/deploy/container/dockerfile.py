"""The Dockerfile and .dockerignore, read as Docker reads them, as far as ours use its language."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from tests.deploy.serving import ROOT


@dataclass(frozen=True, kw_only=True)
class Instruction:
    """One instruction: `COPY` and what stands behind it, continued lines joined."""

    word: str
    rest: str

    @property
    def parts(self) -> list[str]:
        return shlex.split(self.rest)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A stage: what it is made from and its instructions after FROM."""

    base: str
    name: str
    instructions: list[Instruction]

    def of(self, word: str) -> list[Instruction]:
        return [each for each in self.instructions if each.word == word]

    def only(self, word: str) -> Instruction:
        (found,) = self.of(word)
        return found

    @property
    def environment(self) -> dict[str, str]:
        pairs = (part.partition("=") for each in self.of("ENV") for part in each.parts)
        return {name: value for name, _, value in pairs}

    @property
    def command(self) -> list[str]:
        found: list[str] = json.loads(self.only("CMD").rest)
        return found

    @property
    def copied(self) -> list[tuple[str, str]]:
        """Sources of the build context and where they go."""
        found = (each.parts for each in self.of("COPY"))
        return [(parts[0], parts[1]) for parts in found if not parts[0].startswith("--from=")]


def instructions(text: str) -> list[Instruction]:
    uncommented = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", uncommented).splitlines()
    pairs = (line.split(maxsplit=1) for line in lines if line.strip())
    return [Instruction(word=word, rest=rest) for word, rest in pairs]


def stages() -> list[Stage]:
    found: list[Stage] = []
    for each in instructions((ROOT / "Dockerfile").read_text()):
        if each.word == "FROM":
            base, *name = each.parts
            found.append(Stage(base=base, name=name[-1] if name else "", instructions=[]))
        elif found:
            found[-1].instructions.append(each)
    return found


def context() -> set[str]:
    """The files that Docker is handed, by their paths in the repository: those .dockerignore does not keep out."""
    patterns = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    named = [pattern.removeprefix("!") for pattern in patterns if pattern.startswith("!")]
    found = (path for name in named for path in _files(ROOT / name))
    return {path for path in found if not _is_ignored(path, patterns)}


def _files(place: Path) -> list[str]:
    files = [place] if place.is_file() else [path for path in place.rglob("*") if path.is_file()]
    return [path.relative_to(ROOT).as_posix() for path in files]


def _is_ignored(path: str, patterns: list[str]) -> bool:
    # The last pattern that fits decides, and one that fits a folder fits all in it.
    parts = path.split("/")
    places = ["/".join(parts[: count + 1]) for count in range(len(parts))]
    ignored = False
    for pattern in patterns:
        if any(_expression(pattern.removeprefix("!")).fullmatch(place) for place in places):
            ignored = not pattern.startswith("!")
    return ignored


def _expression(pattern: str) -> re.Pattern[str]:
    escaped = re.escape(pattern).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
    return re.compile(escaped)
