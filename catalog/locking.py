"""Locks of many products, for what is written at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import OperationalError
from psycopg.errors import LockNotAvailable


def lock(cursor: Any, statement: str, values: Mapping[str, Any], *, refusal: Exception) -> None:
    """Lock the rows that `statement` selects, in the order of SKUs. Raises `refusal` when somebody else keeps one."""
    try:
        cursor.execute(statement, values)
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        raise refusal from error
