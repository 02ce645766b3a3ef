"""Take away waiting rows that nobody will ask for again."""

from __future__ import annotations

from django.db import connection

# A preview can be applied, and wrong rows fetched as a file, for this long.
KEPT = "7 days"
# Changes, by which a load is undone.
CHANGES_KEPT = "400 days"

SWEEP_ROWS = """
delete from product_load_rows as waiting
where not exists (
    select from product_loads as load
    where load.id = waiting.load_id
      and load.started_at > now() - %(kept)s::interval
      and (load.state = 'previewed' or waiting.verdict = 'wrong')
)
"""
SWEEP_CHANGES = """
delete from product_load_changes as change using product_loads as load
where load.id = change.load_id and load.applied_at < now() - %(kept)s::interval
"""


def sweep() -> None:
    """Delete the rows of loads that are done or forgotten, and changes that are too old to be undone."""
    with connection.cursor() as cursor:
        cursor.execute(SWEEP_ROWS, {"kept": KEPT})
        cursor.execute(SWEEP_CHANGES, {"kept": CHANGES_KEPT})
