"""How much is tried: the same few examples each time, or new ones for as long as ABUSE_FACTOR says.

`ABUSE_FACTOR=40 python -m pytest tests/abuse` tries forty times as much, and something new each time.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

FACTOR = int(os.environ.get("ABUSE_FACTOR", "1"))
IS_LONG = FACTOR > 1


def for_each(examples: SearchStrategy[Any], attack: Callable[[Any], object], *, count: int) -> None:
    """Call `attack` with `count` examples (times ABUSE_FACTOR), and with the simplest one that fails once one does."""
    chosen = settings(
        max_examples=count * FACTOR,
        deadline=None,
        derandomize=not IS_LONG,
        database=None,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )

    @chosen
    @given(examples)
    def attacked(example: Any) -> None:
        attack(example)

    attacked()
