"""`migrate` with our schema before it, since even Django's own bookkeeping lives there, and our roles after it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connections

from papyrus_site import roles


class Command(DjangoMigrate):
    def handle(self, *args: Any, **options: Any) -> None:
        with connections[options["database"]].cursor() as cursor:
            # Building an index over a large table may take longer than any request may.
            cursor.execute("set statement_timeout = 0; set idle_in_transaction_session_timeout = 0")
            cursor.execute("select 1 from pg_namespace where nspname = %s", [settings.SCHEMA])
            # Asked first: a role that may not create schemas can still migrate into one that stands.
            if cursor.fetchone() is None:
                cursor.execute(f"create schema {settings.SCHEMA}")
        super().handle(*args, **options)
        # The roles name permissions of every app, which exist only once all migrations have run.
        if not any(options.get(name) for name in ("app_label", "plan", "check_unapplied", "prune")):
            roles.synchronise()
