"""Who may change tables: asked before a migration, and set right after it.

deploy/sql/database_roles.sql makes the roles and what holds for all tables; here is what only migrations know.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings

# Written by migrations only: Django's account of them, and the rows that a migration back needs. The change history,
# known by a column that every table of it has, is written by triggers, which act for the owner.
OF_MIGRATIONS = ("django_migrations", "predecessor_products")
GRANTEES = """
    select pg_class.oid::regclass::text,
           case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end
    from pg_class, aclexplode(relacl)
    where relnamespace = to_regnamespace(%s) and relkind = 'r' and grantee <> relowner
      and (relname = any (%s)
           or exists (select from pg_attribute where attrelid = pg_class.oid and attname = 'pgh_label'))
    group by 1, 2
"""
MAY_CREATE = """
    select current_user, coalesce(has_schema_privilege(to_regnamespace(%s), 'create'),
                                  has_database_privilege(current_database(), 'create'))
"""


def refused_migrator(cursor: Any) -> str | None:
    """Return the name of the role that is signed in when it may not make tables, as that of the application."""
    cursor.execute(MAY_CREATE, [settings.SCHEMA])
    name, may_create = cursor.fetchone()
    return None if may_create else str(name)


def keep_from_others(cursor: Any) -> None:
    """Leave everybody but the owner no more than reading of the tables in OF_MIGRATIONS and of the change history."""
    cursor.execute(GRANTEES, [settings.SCHEMA, list(OF_MIGRATIONS)])
    for table, grantee in cursor.fetchall():
        cursor.execute(f"revoke insert, update, delete, truncate, references, trigger on {table} from {grantee}")
