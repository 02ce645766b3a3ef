"""What a benchmark must keep to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Bound:
    """A measured value and what it must not exceed, or must reach."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def is_kept(self) -> bool:
        return (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )

    def __str__(self) -> str:
        limit = f"≤ {self.at_most:g}" if self.at_most is not None else f"≥ {self.at_least:g}"
        verdict = "ok" if self.is_kept else "MISSED"
        return f"{self.name:<44} {self.value:>8.2f} {self.unit:<4} {limit:>8}  {verdict}"
