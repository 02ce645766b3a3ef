"""Put back every product that a load wrote, wholly or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pghistory
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import ForeignObjectRel
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.loads import applying, comparing
from catalog.loads.comparing import STORED, VALUES
from catalog.loads.models import LoadState, ProductLoad
from catalog.loads.refusals import LoadRefused
from catalog.models import Product

LOCK = """
select count(*) from (
    select from products join product_load_changes as change on change.sku = products.sku
    where load_id = %(load)s order by products.sku for update of products
) as locked
"""
CHANGED_SINCE = """
select change.sku, products.sku is null
from product_load_changes as change left join products on products.sku = change.sku
where load_id = %(load)s and products.updated_at is distinct from %(applied_at)s
order by change.sku limit %(limit)s
"""
_OTHERS = [field for field in VALUES if field != "unit_price"]
# Where no price had begun by that day, the first one is what the load may have changed.
PUT_BACK = f"""
update stored_products as product set {", ".join(f"{STORED[field]} = change.{field}" for field in _OTHERS)},
    unit_price = case when exists (
        select from list_prices where product_id = product.sku and valid_from <= %(applied_on)s
    ) then product.unit_price else change.unit_price end
from product_load_changes as change
where change.sku = product.sku and load_id = %(load)s and not is_addition
"""  # noqa: S608 - names of our own columns
PUT_BACK_PRICES = """
update list_prices set unit_price = change.unit_price from product_load_changes as change
where change.sku = product_id and load_id = %(load)s and had_price_of_day and valid_from = %(applied_on)s
  and list_prices.unit_price is distinct from change.unit_price
"""
TAKE_OUT_PRICES = """
delete from list_prices using product_load_changes as change
where change.sku = product_id and load_id = %(load)s and not is_addition and not had_price_of_day
  and valid_from = %(applied_on)s
"""
TAKE_OUT = """
delete from products using product_load_changes as change
where change.sku = products.sku and load_id = %(load)s and is_addition
"""


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """A product because of which a load cannot be undone, and why."""

    sku: str
    reason: str


class CannotBeUndone(LoadRefused):
    """Raised when products were changed since; `obstacles` are the first of them."""

    def __init__(self, obstacles: list[Obstacle]) -> None:
        super().__init__(
            _("The load was not undone, because products of it were changed or used since. They are listed below.")
        )
        self.obstacles = obstacles


def obstacles(load: ProductLoad, *, limit: int = 200) -> list[Obstacle]:
    """Return at most `limit` products because of which `load` cannot be undone. A query, and one for each user."""
    changed, missing = _("changed since the load"), _("deleted since the load")
    with connection.cursor() as cursor:
        values = {"load": load.pk, "applied_at": load.applied_at, "limit": limit}
        cursor.execute(CHANGED_SINCE, values)
        found = [Obstacle(sku=sku, reason=missing if is_gone else changed) for sku, is_gone in cursor.fetchall()]
        for statement, user in _statements_of_users():
            cursor.execute(statement, values)
            reason = _("used by: %(user)s") % {"user": user}
            found += [Obstacle(sku=sku, reason=reason) for (sku,) in cursor.fetchall()]
    return found[:limit]


@transaction.atomic
def undo(load_id: int, *, user: User | None) -> int:
    """Put back every product that the load wrote, take out those it added, and return how many those are.

    One transaction, which locks the load and those products. Raises CannotBeUndone when one of them was changed,
    deleted or, if added, used since, and LoadRefused when the load is not there to undo; nothing is written then.
    """
    load = ProductLoad.objects.select_for_update().get(pk=load_id)
    if load.state != LoadState.APPLIED:
        message = _("This load is %(state)s, so there is nothing to undo.")
        raise LoadRefused(message % {"state": load.get_state_display()})
    if load.changes.count() != load.new_count + load.changed_count:
        raise LoadRefused(_("The products as they were before this load are no longer kept, so it cannot be undone."))
    with pghistory.context(load=load.pk), connection.cursor() as cursor:
        count = _put_back(cursor, load)
        cursor.execute("select now()")
        load.undone_at = cursor.fetchone()[0]
    load.state = LoadState.UNDONE
    load.undone_by = user
    load.save()
    return count


def _put_back(cursor: Any, load: ProductLoad) -> int:
    if load.row_count > comparing.MANY_ROWS:
        cursor.execute("set local enable_nestloop = off")
    cursor.execute(applying.CHECK_AT_ONCE)
    applying.lock_for(load, cursor, LOCK)
    if found := obstacles(load):
        raise CannotBeUndone(found)
    assert load.applied_at is not None  # noqa: S101 - for the type checker
    values = {"load": load.pk, "applied_on": timezone.localdate(load.applied_at)}
    count = 0
    for statement in (PUT_BACK, TAKE_OUT):
        cursor.execute(statement, values)
        count += cursor.rowcount
    for statement in (PUT_BACK_PRICES, TAKE_OUT_PRICES):
        cursor.execute(statement, values)
    cursor.execute(applying.CHECK_LATER)
    return count


def _statements_of_users() -> list[tuple[str, str]]:
    """Return a statement for each table that refers to products: which of the added ones it does, and its name."""
    statements = []
    # Also those that cannot be followed from a product.
    for relation in Product._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel):
            continue
        table = relation.related_model._meta
        statement = f"""
            select change.sku from product_load_changes as change
            where load_id = %(load)s and is_addition
              and exists (select from {table.db_table} as used where used.{relation.field.column} = change.sku)
            order by change.sku limit %(limit)s
        """  # noqa: S608 - names of our own tables
        statements.append((statement, str(table.verbose_name)))
    return statements
