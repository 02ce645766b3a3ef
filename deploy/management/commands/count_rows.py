"""`manage.py count_rows`: what a restored database is compared with the original by."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.utils.translation import gettext as _
from psycopg import sql

# Unlogged tables come back empty from a snapshot, on purpose.
TABLES = """
select relname from pg_class
where relnamespace = to_regnamespace(%s) and relkind in ('r', 'p') and relpersistence = 'p'
"""


class Command(BaseCommand):
    help = _("Count the rows of every table that outlives a crash, and print them as one JSON object.")
    # A restored database is examined as it is, pending migrations included.
    requires_system_checks = []  # noqa: RUF012 - as Django declares it

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps({"rows": _counts()}))


@transaction.atomic
def _counts() -> dict[str, int]:
    with connection.cursor() as cursor:
        # Of one moment, or a note without its lines could be counted.
        cursor.execute("set transaction isolation level repeatable read, read only")
        cursor.execute(TABLES, [settings.SCHEMA])
        tables = sorted(name for (name,) in cursor.fetchall())
        return {table: _count(cursor, table) for table in tables}


def _count(cursor: Any, table: str) -> int:
    statement = sql.SQL("select count(*) from {}").format(sql.Identifier(settings.SCHEMA, table))
    cursor.execute(statement)
    return int(cursor.fetchone()[0])
