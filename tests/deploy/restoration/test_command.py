from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from catalog.models import TaxCategory


def counts() -> dict[str, int]:
    """Run `count_rows` and return what it counted."""
    out = io.StringIO()
    call_command("count_rows", stdout=out)
    rows: dict[str, int] = json.loads(out.getvalue())["rows"]
    return rows


@pytest.mark.django_db(transaction=True)
def test_count_rows_counts_every_table_but_those_that_a_snapshot_empties(committed: None) -> None:
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))

    found = counts()

    assert tables - found.keys() == {"product_load_rows"}
    assert found["tax_categories"] == TaxCategory.objects.count() > 0
    assert found["delivery_notes"] == 0


@pytest.mark.django_db(transaction=True)
def test_count_rows_looks_at_one_moment_and_cannot_write(committed: None) -> None:
    statements: list[str] = []

    def note(execute: Callable[..., Any], statement: Any, *rest: Any) -> Any:
        statements.append(str(statement))
        return execute(statement, *rest)

    with connection.execute_wrapper(note):
        counts()

    assert statements[0] == "set transaction isolation level repeatable read, read only"
