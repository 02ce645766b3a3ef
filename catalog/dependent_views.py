"""Take the views on a table out of the way of a change of its columns, and put them back as they were.

PostgreSQL changes the type of no column that a view reads. Only migrations need this.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import DatabaseError
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# Views on views come after those they read. A rule of another table names that table here; it is no view.
DEPENDENTS = """
    with recursive dependent (id, depth) as (
        select to_regclass(%s)::oid, 0
        union
        select rule.ev_class, depth + 1
        from dependent
        join pg_depend as link on link.refobjid = dependent.id and link.refclassid = 'pg_class'::regclass
            and link.classid = 'pg_rewrite'::regclass
        join pg_rewrite as rule on rule.oid = link.objid and rule.ev_class <> dependent.id
    ) cycle id set is_known using path
    select pg_class.oid, pg_class.oid::regclass::text, relkind::text, pg_get_userbyid(relowner),
           pg_has_role(relowner, 'usage')
    from dependent join pg_class on pg_class.oid = id
    where depth > 0
    group by pg_class.oid
    order by max(depth), pg_class.oid
"""
# What makes view %(id)s again, a statement a row, in order. The view's name stands quoted in %(name)s.
STATEMENTS = """
    with view as (select *, %(name)s::text as name from pg_class where oid = %(id)s),
    columns as (select pg_attribute.*, quote_ident(attname) as column from pg_attribute where attrelid = %(id)s),
    grants as (
        select given.*, '' as of_columns from view, aclexplode(coalesce(relacl, acldefault('r', relowner))) as given
        union all
        select given.*, format('(%%s)', "column") from columns, aclexplode(attacl) as given
    )
    select 1, format('create view %%s%%s as %%s', name, ' with (' || array_to_string(reloptions, ', ') || ')',
                     pg_get_viewdef(oid)) from view
    union all
    select 2, format('alter view %%s owner to %%I', name, pg_get_userbyid(relowner)) from view
    union all
    select 3, format('alter view %%s alter column %%s set default %%s', name, "column", pg_get_expr(adbin, adrelid))
    from view, columns join pg_attrdef on adrelid = attrelid and adnum = attnum
    union all
    select 4, pg_get_ruledef(rule.oid) from pg_rewrite as rule where ev_class = %(id)s and rulename <> '_RETURN'
    union all
    select 4, pg_get_triggerdef(oid) from pg_trigger where tgrelid = %(id)s and not tgisinternal
    union all
    select 5, format('comment on view %%s is %%L', name, obj_description(oid, 'pg_class')) from view
    union all
    select 5, format('comment on column %%s.%%s is %%L', name, "column", col_description(attrelid, attnum))
    from view, columns where col_description(attrelid, attnum) is not null
    union all
    select 6, format('grant %%s %%s on %%s to %%s%%s', privilege_type, of_columns, name,
                     case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end,
                     case when is_grantable and grantee <> relowner then ' with grant option' else '' end)
    from view, grants
    order by 1
"""
# A view may be born with grants, by `alter default privileges`; only those it had before are to stand.
REVOKE_ALL = """
    select format('revoke all on %%s from %%s', %(name)s::text,
                  case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end)
    from pg_class, aclexplode(coalesce(relacl, acldefault('r', relowner))) where oid = to_regclass(%(name)s)
    group by grantee
"""


@dataclass(frozen=True, kw_only=True)
class _View:
    name: str
    statements: tuple[str, ...]


@contextmanager
def set_aside(schema_editor: BaseDatabaseSchemaEditor, table: str) -> Iterator[None]:
    """Drop every view that reads `table`, itself or through other views, and make them again at the end.

    Definition, options, owner, grants, comments, defaults, rules and triggers stay. Within the caller's transaction.
    Raises RuntimeError for a materialized view, a rule of another table, a view of a role we do not belong to, and
    for a view that cannot be made again on the changed table.
    """
    views = _views(schema_editor, table)
    for view in reversed(views):
        schema_editor.execute(f"drop view {view.name}", None)
    yield
    for view in views:
        _make_again(schema_editor, view)


def _views(schema_editor: BaseDatabaseSchemaEditor, table: str) -> list[_View]:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(DEPENDENTS, [table])
        found = cursor.fetchall()
        for _id, name, kind, owner, is_ours in found:
            _refuse_what_cannot_be_set_aside(table, name=name, kind=kind, owner=owner, is_ours=is_ours)
        views = []
        for identity, name, *_rest in found:
            cursor.execute(STATEMENTS, {"id": identity, "name": name})
            views.append(_View(name=name, statements=tuple(statement for _order, statement in cursor.fetchall())))
    return views


def _refuse_what_cannot_be_set_aside(table: str, *, name: str, kind: str, owner: str, is_ours: bool) -> None:
    if kind == "m":
        raise RuntimeError(f"The materialized view {name} reads {table}. Drop it, migrate, and make it again.")
    if kind != "v":
        raise RuntimeError(f"A rule of {name} reads {table}. Drop the rule, migrate, and make it again.")
    if not is_ours:
        raise RuntimeError(
            f"The view {name} reads {table} and belongs to {owner}. Migrate as a member of {owner}, or let {owner} "
            "drop it and make it again afterwards."
        )


def _make_again(schema_editor: BaseDatabaseSchemaEditor, view: _View) -> None:
    create, change_owner, *rest = view.statements
    try:
        schema_editor.execute(create, None)
        schema_editor.execute(change_owner, None)
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(REVOKE_ALL, {"name": view.name})
            revokes = [statement for (statement,) in cursor.fetchall()]
        for statement in (*revokes, *rest):
            schema_editor.execute(statement, None)
    except DatabaseError as error:
        raise RuntimeError(
            f"The view {view.name} cannot be made again after the change: {error}. Drop it, migrate, and make it "
            "again as it should then be."
        ) from error
