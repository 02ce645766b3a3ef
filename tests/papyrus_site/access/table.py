"""The table of docs/roles.md: which address answers whom with what."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from papyrus_site.local import ROOT

DOCUMENT = ROOT / "docs" / "roles.md"
VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
COLUMNS = ("nobody", "without", "product-staff", "clerk", "approver", "auditor", "administrator")
STANDS_FOR = re.compile(r"^- `(\{\w+\})`: (.+)$", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, order=True)
class Asked:
    """One thing that can be asked for: an address, in one case, by one verb."""

    address: str
    case: str
    verb: str


def outcomes() -> dict[Asked, dict[str, str]]:
    """Return what each column of the table says about everything that can be asked for.

    Fails when the table says something twice, or leaves a verb of an address out.
    """
    section = DOCUMENT.read_text().split("\n## Addresses\n")[1].split("\n## ")[0]
    found = [read for row in _rows(section) for read in _read(row)]
    twice = [asked for asked, times in Counter(asked for asked, _ in found).items() if times > 1]
    assert twice == [], "docs/roles.md says this more than once"
    table = dict(found)
    named = {(asked.address, asked.verb) for asked in table}
    missing = {(address, verb) for address, _ in named for verb in VERBS} - named
    assert sorted(missing) == [], "docs/roles.md has no row for this"
    return table


def _rows(section: str) -> Iterator[str]:
    """Yield the rows, each once for every text that a name in braces stands for."""
    stands_for = {name: CODE.findall(texts) for name, texts in STANDS_FOR.findall(section)}
    for line in section.splitlines():
        if line.startswith("| `/"):
            names = [name for name in stands_for if name in line]
            yield from [line.replace(names[0], text) for text in stands_for[names[0]]] if names else [line]


def _read(row: str) -> Iterator[tuple[Asked, dict[str, str]]]:
    addresses, case, verbs, *cells = (cell.strip() for cell in row.strip("|").split("|"))
    assert len(cells) == len(COLUMNS), f"docs/roles.md has a row of {len(cells)} outcomes: {row}"
    for address in CODE.findall(addresses):
        for verb in verbs.split():
            yield Asked(address, case, verb), dict(zip(COLUMNS, cells, strict=True))
