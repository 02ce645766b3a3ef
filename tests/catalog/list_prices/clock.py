"""Other days than today, as the database sees it. Only the owner of its tables can do this."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.db import connection

_TODAY = "create or replace function papyrus_schema.today() returns date language sql stable parallel safe return "
_REAL = "(pg_catalog.now() at time zone 'Asia/Tokyo')::date"


@contextmanager
def today_is(day: date) -> Iterator[None]:
    """Let the database take `day` for today, for everybody who sees this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_TODAY} date '{day.isoformat()}'")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(_TODAY + _REAL)
