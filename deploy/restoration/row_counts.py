"""How many rows each table has, and whether a restored database has what the original had."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

RowCounts: TypeAlias = Mapping[str, int]


def differences(*, before: RowCounts, after: RowCounts, restored: RowCounts) -> list[str]:
    """Return in sentences what `restored` lacks or has too much of, by the counts before and after its snapshot.

    Work goes on while a snapshot is taken, so any number between the two is right.
    """
    found = [f"the table {table} is missing" for table in sorted(before.keys() - restored.keys())]
    for table in sorted(before.keys() & after.keys() & restored.keys()):
        fewest, most = sorted((before[table], after[table]))
        if not fewest <= restored[table] <= most:
            expected = str(fewest) if fewest == most else f"{fewest} to {most}"
            found.append(f"{table} has {restored[table]} rows instead of {expected}")
    return found
