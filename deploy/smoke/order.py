"""What the operator asks a run for."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from deploy.stacks.state_store import StateStore

LIFETIME = timedelta(hours=2)


@dataclass(frozen=True, kw_only=True)
class Order:
    """The options of the command line. Seconds are how long each kind of waiting may last at most."""

    run_id: str
    started_at: datetime
    state: StateStore
    evidence: Path
    label: str
    is_dry_run: bool
    connect_to: str | None
    healthy_seconds: float
    answer_seconds: float
    log_seconds: float

    @property
    def expires_at(self) -> datetime:
        """The instant from which a sweep takes whatever this run made for left behind."""
        return self.started_at + LIFETIME


def new_run_id(now: datetime) -> str:
    """Return an id that sorts by time and fits into the names of AWS, such as 20260724-101500-3f2a."""
    return f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
