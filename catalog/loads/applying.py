"""Write what a load waits to write, wholly or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any

import pghistory
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from catalog.loads import comparing
from catalog.loads.comparing import STORED, VALUES, after, initial
from catalog.loads.models import LoadState, ProductLoad
from catalog.loads.refusals import LoadRefused
from catalog.loads.staging import Report, Step, silent
from catalog.locking import lock
from catalog.models import Product

# Rows of a file that one statement writes: enough to be fast, few enough to show progress.
SLICE = 50_000

# In the order of SKUs, so that two loads wait for each other instead of stopping each other.
LOCK = """
select count(*) from (
    select from products join product_load_rows as waiting on waiting.sku = products.sku
    where load_id = %(load)s and verdict = 'changed'
    order by products.sku for update of products
) as locked
"""
CHANGED_SINCE = """
select count(*)
from product_load_rows as waiting
left join products on products.sku = waiting.sku
left join product_aliases on alias_id = coalesce(merged_sku, waiting.sku)
where load_id = %(load)s and verdict <> 'wrong'
  and (seen_updated_at is distinct from products.updated_at
       or product_id is distinct from case when merged_sku is not null then waiting.sku end)
"""
KEEP_BEFORE = f"""
insert into product_load_changes (load_id, sku, is_addition, had_price_of_day, {", ".join(VALUES)})
select load_id, product.sku, false,
       exists (select from list_prices where product_id = product.sku and valid_from = today()),
       {", ".join(f"product.{STORED[field]}" for field in VALUES)}
from product_load_rows as waiting join products as product on product.sku = waiting.sku
where load_id = %(load)s and verdict = 'changed' and number between %(first)s and %(last)s
"""  # noqa: S608 - names of our own columns
NOTE_ADDITIONS = """
insert into product_load_changes (load_id, sku, is_addition)
select load_id, sku, true from product_load_rows
where load_id = %(load)s and verdict = 'new' and number between %(first)s and %(last)s
  and number <> %(held_back)s
"""

_CHANGED_IN_SLICE = "load_id = %(load)s and verdict = 'changed' and number between %(first)s and %(last)s"
ADD_PRICES = f"""
insert into list_prices (product_id, valid_from, unit_price)
select product.sku, today(), waiting.unit_price
from product_load_rows as waiting join products as product on product.sku = waiting.sku
where {_CHANGED_IN_SLICE} and product.unit_price is distinct from waiting.unit_price
on conflict (product_id, valid_from) do update set unit_price = excluded.unit_price
"""  # noqa: S608 - names of our own columns

# Deferred, the references of 50,000 rows wait in a list that makes each row of the next statement three times as dear.
CHECK_AT_ONCE = "set constraints all immediate"
# As Django made them, for whatever else a caller's transaction does.
CHECK_LATER = "set constraints all deferred"
# New names are collected and merged into their index together. How many: see migration 0013.
COLLECT_NAMES = "set local gin_pending_list_limit = '32MB'; set local work_mem = '64MB'"
MERGE_NAMES = "set local gin_pending_list_limit = '64kB'"
LAST_NEW = "select coalesce(max(number), 0) from product_load_rows where load_id = %s and verdict = 'new'"


class Outcome(Enum):
    """What became of the wish to apply a load."""

    APPLIED = "applied"
    # Somebody changed its products after the preview; it was compared anew and waits.
    OUTDATED = "outdated"


@transaction.atomic
def apply(load_id: int, *, may_skip_wrong: bool = False, report: Report = silent) -> Outcome:
    """Write the load's new and changed rows into the products. Unchanged products are not touched.

    One transaction, which locks the load and the products to change, in the order of SKUs. Every product it writes
    gets one `updated_at`, the load's `applied_at`. Raises LoadRefused when it does not wait to be applied, has wrong
    rows that may not be skipped, or breaks a rule of the products; nothing is written then.
    """
    load = ProductLoad.objects.select_for_update().get(pk=load_id)
    _refuse_unready(load, may_skip_wrong=may_skip_wrong)
    with pghistory.context(load=load.pk), connection.cursor() as cursor:
        if load.row_count > comparing.MANY_ROWS:
            cursor.execute("set local enable_nestloop = off")
        lock_for(load, cursor, LOCK)
        cursor.execute(CHANGED_SINCE, {"load": load.pk})
        if cursor.fetchone()[0]:
            comparing.compare(load)
            return Outcome.OUTDATED
        cursor.execute(CHECK_AT_ONCE)
        _write(cursor, load, report=report)
        cursor.execute(CHECK_LATER)
        cursor.execute("select now()")
        load.applied_at = cursor.fetchone()[0]
    load.state = LoadState.APPLIED
    load.has_skipped_wrong = load.wrong_count > 0
    load.save()
    return Outcome.APPLIED


def _refuse_unready(load: ProductLoad, *, may_skip_wrong: bool) -> None:
    if load.state != LoadState.PREVIEWED:
        message = _("This load is %(state)s already. Nothing was written again.")
        raise LoadRefused(message % {"state": load.get_state_display()})
    if load.wrong_count and not may_skip_wrong:
        message = _("%(count)s rows are wrong, so nothing was written. Correct them, or choose to skip them.")
        raise LoadRefused(message % {"count": f"{load.wrong_count:,}"})
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from product_load_rows where load_id = %s", [load.pk])
        if cursor.fetchone()[0] != load.row_count:
            raise LoadRefused(_("The rows of this load are no longer kept. Choose the file again."))


def lock_for(load: ProductLoad, cursor: Any, statement: str) -> None:
    """Lock the products that `statement` selects. Raises LoadRefused when somebody else keeps one of them locked."""
    message = _("Somebody else is writing products of this file right now. Nothing was written; try again.")
    lock(cursor, statement, {"load": load.pk}, refusal=LoadRefused(message))


def _write(cursor: Any, load: ProductLoad, *, report: Report) -> None:
    # The last two add: products, and notes of which they are.
    statements = (KEEP_BEFORE, *_updates(load), NOTE_ADDITIONS, _insert(load))
    cursor.execute(LAST_NEW, [load.pk])
    [last_new] = cursor.fetchone()
    cursor.execute(COLLECT_NAMES)
    for first, last, fraction in _slices(cursor, load):
        _execute(cursor, statements, {"load": load.pk, "first": first, "last": last, "held_back": last_new})
        report(Step.WRITING, round(load.row_count * fraction), fraction)
    # The one name that was held back has all that wait merged, which no command but the table's owner's could ask for.
    cursor.execute(MERGE_NAMES)
    _execute(cursor, statements[-2:], {"load": load.pk, "first": last_new, "last": last_new, "held_back": 0})


def _execute(cursor: Any, statements: Sequence[str], values: dict[str, int]) -> None:
    for statement in statements:
        try:
            cursor.execute(statement, values)
        except IntegrityError as error:
            raise LoadRefused(_broken_rule(error)) from error


def _slices(cursor: Any, load: ProductLoad) -> Iterator[tuple[int, int, float]]:
    cursor.execute("select min(number), max(number) from product_load_rows where load_id = %s", [load.pk])
    first, last = cursor.fetchone()
    for begin in range(first, last + 1, SLICE):
        end = min(begin + SLICE - 1, last)
        yield begin, end, (end - first + 1) / (last - first + 1)


def _updates(load: ProductLoad) -> tuple[str, ...]:
    """Return what writes the changed rows: into the table of products, then the prices that hold from today."""
    fields = [field for field in VALUES if field in load.columns]
    changes = ", ".join(f"{STORED[field]} = {_stored_after(field, load)}" for field in fields)
    update = f"""
        update stored_products as product set {changes} from product_load_rows as waiting
        where product.sku = waiting.sku and {_CHANGED_IN_SLICE}
    """  # noqa: S608 - names of our own columns
    return (update, ADD_PRICES) if "unit_price" in fields else (update,)


def _stored_after(field: str, load: ProductLoad) -> str:
    if field != "unit_price":
        return after(field, load)
    return f"case when holds_from_beginning(product) then {after(field, load)} else product.unit_price end"


def _insert(load: ProductLoad) -> str:
    return f"""
        insert into stored_products (sku, {", ".join(STORED.values())}, created_at, updated_at)
        select sku, {", ".join(initial(field, load) for field in VALUES)}, now(), now()
        from product_load_rows as waiting
        where load_id = %(load)s and verdict = 'new' and number between %(first)s and %(last)s
  and number <> %(held_back)s
        order by sku
    """  # noqa: S608 - names of our own columns


def _broken_rule(error: IntegrityError) -> str:
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    rule = next((each for each in Product._meta.constraints if each.name == name), None)
    if rule is None:
        return _("Nothing was written: somebody added or removed what the file needs meanwhile. Choose the file again.")
    message = _("Nothing was written: a product that the file changes breaks a rule. %(rule)s")
    return message % {"rule": str(rule.violation_error_message)}
