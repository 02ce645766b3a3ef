"""`manage.py create_database_roles`: what deploy/sql/database_roles.sql does, and the passwords of both roles.

Run as an administrator of the database (PGUSER), before the first migration and after each rotation of a password.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.utils.translation import gettext as _
from psycopg import sql

from deploy.health import unusable

SCRIPT = Path(__file__).resolve().parents[2] / "sql" / "database_roles.sql"
# libpq's name for what PostgreSQL keeps instead of a password.
VERIFIER = b"scram-sha-256"


@dataclass(frozen=True, kw_only=True)
class _Role:
    """`setting` is the name by which the script knows the role."""

    setting: str
    name: str
    password: str = field(repr=False)


class Command(BaseCommand):
    help = _("Create the roles that own the tables and that serve, or bring them in line; set their passwords.")
    # Nothing is migrated yet, and nobody may be able to sign in but an administrator.
    requires_system_checks = []  # noqa: RUF012 - as Django declares it

    def handle(self, *args: Any, **options: Any) -> None:
        roles = _roles()
        try:
            connection.ensure_connection()
            _bring_in_line(connection.connection, roles)
        except OperationalError as error:
            raise CommandError(unusable.sentence(error)) from None
        except psycopg.Error as error:
            # Only the first line: a detail could hold a value.
            raise CommandError(str(error).partition("\n")[0]) from None
        finally:
            connection.close()
        for role in roles:
            self.stdout.write(_said(role) % {"role": role.name})


def _roles() -> tuple[_Role, _Role]:
    owner = _Role(
        setting="papyrus.owner",
        name=os.environ.get("DATABASE_OWNER") or "papyrus_owner",
        password=os.environ.get("DATABASE_OWNER_PASSWORD", ""),
    )
    application = _Role(
        setting="papyrus.application",
        name=os.environ.get("DATABASE_APPLICATION") or "papyrus_app",
        password=os.environ.get("DATABASE_APPLICATION_PASSWORD", ""),
    )
    return owner, application


def _bring_in_line(database: psycopg.Connection[Any], roles: tuple[_Role, ...]) -> None:
    for role in roles:
        database.execute("select set_config(%s, %s, false)", [role.setting, role.name])
    # Handing over large tables may wait for those who use them.
    database.execute("set statement_timeout = 0")
    database.execute(SCRIPT.read_bytes())
    for role in roles:
        if role.password:
            _set_password(database, role)


def _set_password(database: psycopg.Connection[Any], role: _Role) -> None:
    # Computed here, as psql's \password does: the server's log may show a statement, but never the password.
    verifier = database.pgconn.encrypt_password(role.password.encode(), role.name.encode(), VERIFIER)
    statement = sql.SQL("alter role {} password {}").format(sql.Identifier(role.name), sql.Literal(verifier.decode()))
    database.execute(statement)


def _said(role: _Role) -> str:
    return _("%(role)s: in line, password set") if role.password else _("%(role)s: in line, password as it was")
