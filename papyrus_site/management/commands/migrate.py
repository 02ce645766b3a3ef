"""`migrate` with our schema before it, since even Django's own bookkeeping lives there, and our roles after it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import OperationalError, connections
from django.utils.translation import gettext as _

from deploy.health import unusable
from papyrus_site import ownership, roles

# With these, Django's command only looks, or looks after its own account.
LOOKING = ("plan", "check_unapplied")


class Command(DjangoMigrate):
    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        try:
            connection.ensure_connection()
        except OperationalError as error:
            raise CommandError(unusable.sentence(error)) from None
        with connection.cursor() as cursor:
            self._prepare(cursor, is_looking=any(options.get(name) for name in LOOKING))
        super().handle(*args, **options)
        with connection.cursor() as cursor:
            ownership.keep_from_others(cursor)
        # The roles name permissions of every app, which exist only once all migrations have run.
        if not any(options.get(name) for name in ("app_label", "prune", *LOOKING)):
            roles.synchronise()

    def _prepare(self, cursor: Any, *, is_looking: bool) -> None:
        # Building an index over a large table may take longer than any request may.
        cursor.execute("set statement_timeout = 0; set idle_in_transaction_session_timeout = 0")
        user = ownership.refused_migrator(cursor)
        if user and not is_looking:
            raise CommandError(
                _(
                    "%(user)s may not change tables, as is right for the application's role. Migrate as the role that "
                    "owns the schema %(schema)s: set PGUSER and PGPASSWORD to it."
                )
                % {"user": user, "schema": settings.SCHEMA}
            )
        cursor.execute("select 1 from pg_namespace where nspname = %s", [settings.SCHEMA])
        # Asked first: a role that may not create schemas can still migrate into one that stands.
        if cursor.fetchone() is None:
            cursor.execute(f"create schema {settings.SCHEMA}")
