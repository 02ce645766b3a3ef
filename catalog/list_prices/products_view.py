"""The view `products`, which shows today's price, and the table behind it. Only migrations need this, and
what fills the table with its indexes off.

A migration that changes the table lets Django see it as `products` meanwhile:

    operations = [HideView(), migrations.AddField("product", …), ShowView()]

The view is made from the table's columns as they are then, with its owner, grants and comments.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from catalog import dependent_views

VIEW = f"{settings.SCHEMA}.products"
TABLE = f"{settings.SCHEMA}.stored_products"

# A price that is not set is null, and so would be a price that does not exist: an array tells them apart.
PRICE_TODAY = f"""(coalesce(
    (select array[listed.unit_price] from {settings.SCHEMA}.list_prices as listed
     where listed.product_id = stored.sku and listed.valid_from <= {settings.SCHEMA}.today()
     order by listed.valid_from desc limit 1),
    array[stored.unit_price]))[1]::numeric(14, 4)"""  # noqa: S608 - names of our own tables
COLUMNS = """
    select quote_ident(attname), attgenerated <> '', pg_get_expr(adbin, adrelid)
    from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
    where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped
    order by attnum
"""
# Owner, grants and comments of relation %(like)s, as statements for relation %(name)s, in order.
LIKENESS = """
    with origin as (select *, %(name)s::text as name from pg_class where oid = to_regclass(%(like)s)),
    grants as (
        select given.*, '' as of_columns from origin, aclexplode(coalesce(relacl, acldefault('r', relowner))) as given
        union all
        select given.*, format('(%%I)', attname) from origin, pg_attribute, aclexplode(attacl) as given
        where attrelid = origin.oid
    )
    select 1, format('alter table %%s owner to %%I', name, pg_get_userbyid(relowner)) from origin
    union all
    select 2, format('revoke all on %%s from %%s', name,
                     case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end)
    from origin, pg_class as present, aclexplode(coalesce(present.relacl, acldefault('r', present.relowner)))
    where present.oid = to_regclass(%(name)s)
    union all
    select 3, format('grant %%s %%s on %%s to %%s%%s', privilege_type, of_columns, name,
                     case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end,
                     case when is_grantable and grantee <> relowner then ' with grant option' else '' end)
    from origin, grants
    union all
    select 4, format('comment on %%s %%s is %%L', %(kind)s::text, name, obj_description(oid, 'pg_class')) from origin
    union all
    select 4, format('comment on column %%s.%%I is %%L', name, attname, col_description(attrelid, attnum))
    from origin, pg_attribute where attrelid = origin.oid and col_description(attrelid, attnum) is not null
    order by 1
"""


class _Operation(Operation):
    reduces_to_sql = True
    reversible = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The models stay as they are."""


class ShowView(_Operation):
    """The table `products` becomes `stored_products`, and `products` a view of it with today's prices."""

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *_states: Any) -> None:
        show(schema_editor)

    def database_backwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *_states: Any) -> None:
        hide(schema_editor)

    def describe(self) -> str:
        return "Show products as a view with today's prices"


class HideView(_Operation):
    """The table behind the view `products` becomes `products` itself."""

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *_states: Any) -> None:
        hide(schema_editor)

    def database_backwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *_states: Any) -> None:
        show(schema_editor)

    def describe(self) -> str:
        return "Show products as a table"


def show(schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Do what ShowView does."""
    _finish_deferred(schema_editor)
    with dependent_views.set_aside(schema_editor, VIEW):
        schema_editor.execute(f"alter table {VIEW} rename to stored_products")
        for statement in _view_statements(_columns(schema_editor)):
            schema_editor.execute(statement, None)
        _make_alike(schema_editor, VIEW, like=TABLE, kind="view")
        schema_editor.execute(f"comment on table {TABLE} is 'Products without their dated prices: read products.'")


def hide(schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Do what HideView does."""
    _finish_deferred(schema_editor)
    with dependent_views.set_aside(schema_editor, VIEW):
        _make_alike(schema_editor, TABLE, like=VIEW, kind="table")
        schema_editor.execute(f"drop view {VIEW}")
        for name in ("insert", "update"):
            schema_editor.execute(f"drop function {settings.SCHEMA}.products_{name}()")
        schema_editor.execute(f"alter table {TABLE} rename to products")


def _finish_deferred(schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What Django keeps for the end of the migration, such as foreign keys, names the table as it is called now."""
    waiting, schema_editor.deferred_sql = schema_editor.deferred_sql, []
    for statement in waiting:
        schema_editor.execute(statement, None)


def _columns(schema_editor: BaseDatabaseSchemaEditor) -> list[tuple[str, bool, str | None]]:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(COLUMNS, [TABLE])
        return list(cursor.fetchall())


def _make_alike(schema_editor: BaseDatabaseSchemaEditor, name: str, *, like: str, kind: str) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(LIKENESS, {"name": name, "like": like, "kind": kind})
        statements = [statement for _order, statement in cursor.fetchall()]
    for statement in statements:
        schema_editor.execute(statement, None)


def _view_statements(columns: list[tuple[str, bool, str | None]]) -> list[str]:
    shown = [PRICE_TODAY + " as unit_price" if name == "unit_price" else f"stored.{name}" for name, *_rest in columns]
    defaults = [
        f"alter view {VIEW} alter column {name} set default {default}"
        for name, is_generated, default in columns
        if default is not None and not is_generated
    ]
    return [
        f"create view {VIEW} as select {', '.join(shown)} from {TABLE} as stored",  # noqa: S608 - our own columns
        *defaults,
        _insert_function(columns),
        _update_function([name for name, is_generated, _default in columns if not is_generated]),
        # Nobody calls them but the triggers.
        *(
            f"revoke execute on function {settings.SCHEMA}.products_{name}() from public"
            for name in ("insert", "update")
        ),
        *(
            f"create trigger {name} instead of {name} on {VIEW} for each row"
            f" execute function {settings.SCHEMA}.products_{name}()"
            for name in ("insert", "update")
        ),
    ]


# They act for the tables' owner: who may write products needs no right to what is behind them.
_FUNCTION = f"""
create function {settings.SCHEMA}.products_{{name}}() returns trigger
language plpgsql security definer set search_path = {settings.SCHEMA}, pg_temp as $$
begin
    {{body}}
    return new;
end $$
"""


def _insert_function(columns: list[tuple[str, bool, str | None]]) -> str:
    given = [name for name, is_generated, _default in columns if not is_generated]
    computed = [name for name, is_generated, _default in columns if is_generated]
    returned = (
        f"returning {', '.join(computed)} into {', '.join(f'new.{name}' for name in computed)}" if computed else ""
    )
    values = ", ".join(f"new.{name}" for name in given)
    body = f"insert into stored_products ({', '.join(given)}) values ({values}) {returned};"  # noqa: S608
    return _FUNCTION.format(name="insert", body=body)


# A price that the table does not take begins today, as a row of its own.
_EXCEPT = {"unit_price": " and holds_from_beginning(stored)"}


def _update_function(names: list[str]) -> str:
    """Only what the statement changed is written, so that a change that was waited for stays."""
    changes = ",\n        ".join(
        f"{name} = case when new.{name} is distinct from old.{name}{_EXCEPT.get(name, '')}"
        f" then new.{name} else stored.{name} end"
        for name in names
    )
    body = f"""update stored_products as stored set {changes} where stored.sku = old.sku;
    if not found then
        return null;
    end if;
    if new.unit_price is distinct from old.unit_price then
        insert into list_prices (product_id, valid_from, unit_price)
        select sku, today(), new.unit_price from products
        where sku = new.sku and unit_price is distinct from new.unit_price
        on conflict (product_id, valid_from) do update set unit_price = excluded.unit_price;
    end if;"""  # noqa: S608 - names of our own columns
    return _FUNCTION.format(name="update", body=body)
