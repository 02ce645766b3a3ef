"""Compare waiting rows with the products as they stand: new, changed, unchanged or wrong. Set by set, in SQL.

The texts of conflicts are formatted by the database, with %1$s and so on in the place of values.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from catalog import units
from catalog.loads.columns import FIELDS
from catalog.loads.models import ProductLoad

VALUES = tuple(field for field in FIELDS if field != "sku")
STORED = {field: field for field in VALUES} | {"tax_category": "tax_category_id"}
# What an empty cell leaves as it is, and what it means in a new product.
KEPT_WHEN_EMPTY = {"unit": f"'{units.DEFAULT}'", "tax_category": "'standard'", "is_active": "true"}
_WHEN_NO_COLUMN = {**KEPT_WHEN_EMPTY, "jan": "''", "note": "''", "name": "null", "unit_price": "null"}
# From here on a plan by row after row would take minutes, and no statistics tell the planner so: the table is filled
# a moment before, and who may fill it may not analyze it.
MANY_ROWS = 2_000

RESET = """
update product_load_rows
set conflicts = null, seen_updated_at = null, sku = coalesce(merged_sku, sku), merged_sku = null,
    verdict = case when faults is null then 'new' else 'wrong' end
where load_id = %(load)s and (conflicts is not null or merged_sku is not null or verdict in ('changed', 'unchanged'))
"""

# A SKU that was merged means the product it was merged into.
NAME_MERGED = """
update product_load_rows as waiting set sku = product_id, merged_sku = alias_id
from product_aliases where load_id = %(load)s and alias_id = waiting.sku
"""

_CONFLICT = """
update product_load_rows as waiting
set verdict = 'wrong',
    conflicts = coalesce(conflicts, '[]') || jsonb_build_array(jsonb_build_object(
        'column', '{column}', 'value', {value}, 'message', format(%(message)s, {facts})
    ))
from ({found}) as found
where waiting.load_id = %(load)s and waiting.number = found.number
"""

DOUBLED = """
    select number, waiting.sku as value, array_to_string(numbers[1:6], ', ') as fact
    from product_load_rows as waiting
    join (
        select sku, array_agg(number || coalesce(' (' || merged_sku || ')', '') order by number) as numbers
        from product_load_rows where load_id = %(load)s and sku is not null group by sku having count(*) > 1
    ) as doubled on doubled.sku = waiting.sku
    where load_id = %(load)s
"""
NAMELESS = "select number, sku as value, '' as fact from product_load_rows where load_id = %(load)s and verdict = 'new'"
# In plain letters folding only lowers them; it takes a hundred times as long for others.
_FOLD = "case when octet_length({sku}) = length({sku}) then lower({sku}) else sku_fold({sku}) end"
READ_ALIKE = f"""
    with added as materialized (
        select number, sku, {_FOLD.format(sku="sku")} as folded from product_load_rows
        where load_id = %(load)s and verdict = 'new'
    )
    select number, added.sku as value, min(products.sku) as fact
    from added join products on products.sku_folded = added.folded
    group by number, added.sku
    union all
    select number, added.sku, alike.sku || ' (' || alike.first || ')'
    from added join (
        select folded, min(sku) as sku, min(number) as first from added group by folded having count(*) > 1
    ) as alike on alike.folded = added.folded and alike.first <> number
"""  # noqa: S608 - a constant
ZEROS_EATEN = """
    select number, waiting.sku as value, min(products.sku) as fact
    from product_load_rows as waiting
    join products on ltrim(products.sku, '0') = waiting.sku and products.sku like '0%%'
    where load_id = %(load)s and verdict = 'new' and waiting.sku ~ '^[1-9][0-9]*$'
    group by number, waiting.sku
"""


def compare(load: ProductLoad) -> None:
    """Give each waiting row of `load` its verdict and what it disagrees with, and count them. Within a transaction."""
    with connection.cursor() as cursor:
        if load.row_count > MANY_ROWS:
            cursor.execute("set local enable_nestloop = off")
        cursor.execute(RESET, {"load": load.pk})
        cursor.execute(NAME_MERGED, {"load": load.pk})
        _find_doubled(cursor, load)
        cursor.execute(_compared(load), {"load": load.pk})
        _find_unfit_additions(cursor, load)
        _find_shared_jans(cursor, load)
        if load.row_count > MANY_ROWS:
            cursor.execute("set local enable_nestloop = on")
        _count(cursor, load)
    load.save()


def after(field: str, load: ProductLoad, *, row: str = "waiting", product: str = "product") -> str:
    """Return the SQL of what `field` of a product that exists will be."""
    if field not in load.columns:
        return f"{product}.{STORED[field]}"
    if field in KEPT_WHEN_EMPTY:
        return f"coalesce({row}.{field}, {product}.{STORED[field]})"
    return f"{row}.{field}"


def initial(field: str, load: ProductLoad, *, row: str = "waiting") -> str:
    """Return the SQL of what `field` of a new product will be."""
    if field not in load.columns:
        return _WHEN_NO_COLUMN[field]
    return f"coalesce({row}.{field}, {KEPT_WHEN_EMPTY[field]})" if field in KEPT_WHEN_EMPTY else f"{row}.{field}"


def _compared(load: ProductLoad) -> str:
    fields = [field for field in VALUES if field in load.columns]
    new = ", ".join(after(field, load) for field in fields)
    old = ", ".join(f"product.{STORED[field]}" for field in fields)
    return f"""
        update product_load_rows as waiting
        set seen_updated_at = product.updated_at,
            verdict = case when ({new}) is distinct from ({old}) then 'changed' else 'unchanged' end
        from products as product
        where product.sku = waiting.sku and waiting.load_id = %(load)s and waiting.verdict = 'new'
    """  # noqa: S608 - names of our own columns


def _conflict(cursor: Any, load: ProductLoad, *, column: str, found: str, message: str) -> None:
    statement = _CONFLICT.format(column=column, value="found.value", facts="found.value, found.fact", found=found)
    cursor.execute(statement, {"load": load.pk, "message": message})


def _find_doubled(cursor: Any, load: ProductLoad) -> None:
    message = _("The SKU “%(sku)s” stands in rows %(rows)s. Keep one of them and delete the others.")
    _conflict(cursor, load, column="sku", found=DOUBLED, message=message % {"sku": "%1$s", "rows": "%2$s"})


def _find_unfit_additions(cursor: Any, load: ProductLoad) -> None:
    cursor.execute("select exists (select from product_load_rows where load_id = %s and verdict = 'new')", [load.pk])
    if not cursor.fetchone()[0]:
        return
    if "name" not in load.columns:
        message = _("There is no product “%(sku)s”, and the file has no column 品名 to add it with. Correct the SKU.")
        _conflict(cursor, load, column="sku", found=NAMELESS, message=message % {"sku": "%1$s"})
        return
    message = _(
        "The SKU “%(sku)s” is new but reads like “%(other)s”. Write it exactly so if it is that product, else choose "
        "another SKU."
    )
    named = {"sku": "%1$s", "other": "%2$s"}
    _conflict(cursor, load, column="sku", found=READ_ALIKE, message=message % named)
    message = _(
        "The SKU “%(sku)s” is new, but there is “%(other)s”: a spreadsheet seems to have dropped the zeros. Format the "
        "column as text and enter them. If it is another product, add that one by hand first."
    )
    _conflict(cursor, load, column="sku", found=ZEROS_EATEN, message=message % named)


def _find_shared_jans(cursor: Any, load: ProductLoad) -> None:
    if not {"jan", "is_active"} & set(load.columns):
        return
    message = _("The product “%(product)s” has this JAN. A scan would mean both: correct one, or leave it empty.")
    _conflict(cursor, load, column="jan", found=_shared_jans(load), message=message % {"product": "%2$s"})


def _shared_jans(load: ProductLoad) -> str:
    """Return the SQL of rows that newly take a JAN that another active product has, or will have by this file."""
    jan = f"case when product.sku is null then {initial('jan', load)} else {after('jan', load)} end"
    is_active = f"case when product.sku is null then {initial('is_active', load)} else {after('is_active', load)} end"
    name = f"case when product.sku is null then {initial('name', load)} else {after('name', load)} end"
    return f"""
        with waiting_jans as materialized (
            select number, waiting.sku, {jan} as jan, {is_active} as is_active, {name} as name,
                   product.sku is null or product.jan <> {jan} or not product.is_active as is_news
            from product_load_rows as waiting left join products as product on product.sku = waiting.sku
            where load_id = %(load)s and verdict <> 'wrong'
        ),
        carried as (
            select number, sku, jan, name, is_news from waiting_jans where is_active and jan <> ''
        ),
        shared as (
            select carried.number, carried.jan, other.sku || ' ' || other.name as other
            from carried join products as other on other.jan = carried.jan and other.is_active
            where is_news and other.jan <> '' and other.sku <> carried.sku
              and not exists (select from waiting_jans where waiting_jans.sku = other.sku)
            union all
            select carried.number, carried.jan, other.sku || ' ' || other.name
            from carried join carried as other on other.jan = carried.jan and other.sku <> carried.sku
            where carried.is_news
        )
        select number, jan as value, min(other) as fact from shared group by number, jan
    """  # noqa: S608 - names of our own columns


def _count(cursor: Any, load: ProductLoad) -> None:
    cursor.execute("select verdict, count(*) from product_load_rows where load_id = %s group by verdict", [load.pk])
    counts = dict(cursor.fetchall())
    load.new_count = counts.get("new", 0)
    load.changed_count = counts.get("changed", 0)
    load.unchanged_count = counts.get("unchanged", 0)
    load.wrong_count = counts.get("wrong", 0)
