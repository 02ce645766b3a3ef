"""What `manage.py dbcheck --json` answers when a task asks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

COMMAND = ("python", "manage.py", "dbcheck", "--json")
KEY = "checks"


def lines(answer: Mapping[str, Any]) -> list[str]:
    """Return a line for each finding."""
    return [f"{'ok' if each['ok'] else 'FAILED'}  {name}: {each['detail']}" for name, each in answer[KEY].items()]


def faults(answer: Mapping[str, Any]) -> list[str]:
    """Return the findings that are not good, such as “migrations (2 pending)”."""
    return [f"{name} ({each['detail']})" for name, each in answer[KEY].items() if not each["ok"]]
