"""Compute, write and take back a bulk change of prices. Each public function is one transaction."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from catalog.bulk_prices.models import WRONG, Kind, PriceRevision, RevisionState, Rounded
from catalog.locking import lock
from catalog.models import MAX_PRICE, Product

# A choice that nobody went on with, and changes that are too old to be undone.
SWEEP = """
delete from price_revisions where state in ('chosen', 'previewed') and started_at < now() - interval '7 days'
    or coalesce(applied_at, undone_at) < now() - interval '400 days'
"""
SWEEP_ROWS = (
    "delete from price_revision_rows as row where not exists (select from price_revisions where id = revision_id)"
)

# Multiplied by its inverse, a power of ten, instead of divided: exact at any size.
_ROUND = {
    Rounded.HALF_UP: "round(({price}) * %(inverse)s) * %(rounded_to)s",
    Rounded.CEIL: "ceil(({price}) * %(inverse)s) * %(rounded_to)s",
    Rounded.FLOOR: "floor(({price}) * %(inverse)s) * %(rounded_to)s",
}
_CHANGE = {
    Kind.PERCENT: "former.unit_price * (100 + %(value)s) * 0.01",
    Kind.AMOUNT: "former.unit_price + %(value)s",
    Kind.SET: "%(value)s",
}
COMPUTE = """
update price_revision_rows as row
set former_price = former.unit_price, had_price_of_day = former.is_of_day, seen_updated_at = former.updated_at,
    new_price = {new_price},
    verdict = case when ({new_price}) is null then 'unpriced'
                   when ({new_price}) < 0 then 'negative'
                   when ({new_price}) > %(most)s then 'too_large'
                   when ({new_price}) is not distinct from former.unit_price then 'unchanged'
                   else 'changed' end
from (
    select stored.sku, stored.updated_at, coalesce(listed.valid_from = %(valid_from)s, false) as is_of_day,
           case when listed.valid_from is null then stored.unit_price else listed.unit_price end as unit_price
    from price_revision_rows as chosen join stored_products as stored on stored.sku = chosen.sku
    left join lateral (
        select valid_from, unit_price from list_prices
        where product_id = stored.sku and valid_from <= %(valid_from)s order by valid_from desc limit 1
    ) as listed on true
    where chosen.revision_id = %(revision)s
) as former
where row.revision_id = %(revision)s and row.sku = former.sku
"""
FORGET_DELETED = """
delete from price_revision_rows as row where revision_id = %(revision)s
and not exists (select from stored_products where stored_products.sku = row.sku)
"""
COUNT = "select verdict, count(*) from price_revision_rows where revision_id = %(revision)s group by verdict"
COUNT_PLANNED = """
select count(*) from price_revision_rows as row where revision_id = %(revision)s and verdict = 'changed'
and exists (select from list_prices where product_id = row.sku and list_prices.valid_from > %(valid_from)s)
"""
# In the order of SKUs, as loads lock them.
LOCK = """
select count(*) from (
    select from stored_products join price_revision_rows as row on row.sku = stored_products.sku
    where revision_id = %(revision)s and verdict = 'changed' order by stored_products.sku for update of stored_products
) as locked
"""
CHANGED_SINCE = """
select exists (
    select from price_revision_rows as row left join stored_products as stored on stored.sku = row.sku
    where revision_id = %(revision)s and stored.updated_at is distinct from seen_updated_at
)
"""
WRITE = """
insert into list_prices (product_id, valid_from, unit_price)
select sku, %(valid_from)s, new_price from price_revision_rows
where revision_id = %(revision)s and verdict = 'changed' order by sku
on conflict (product_id, valid_from) do update set unit_price = excluded.unit_price
"""
OBSTACLES = """
select row.sku, listed.id is null
from price_revision_rows as row
left join list_prices as listed on listed.product_id = row.sku and listed.valid_from = %(valid_from)s
where revision_id = %(revision)s and verdict = 'changed'
  and (listed.id is null or listed.unit_price is distinct from row.new_price)
order by row.sku limit %(limit)s
"""
PUT_BACK = """
update list_prices set unit_price = former_price from price_revision_rows as row
where product_id = row.sku and revision_id = %(revision)s and verdict = 'changed' and had_price_of_day
  and list_prices.valid_from = %(valid_from)s
"""
TAKE_OUT = """
delete from list_prices using price_revision_rows as row
where product_id = row.sku and revision_id = %(revision)s and verdict = 'changed' and not had_price_of_day
  and list_prices.valid_from = %(valid_from)s
"""


class RevisionRefused(Exception):
    """Raised when a bulk change cannot go on; the text says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """A product because of which a change cannot be undone, and why."""

    sku: str
    reason: str


class CannotBeUndone(RevisionRefused):
    """Raised when prices were changed since; `obstacles` are the first of them."""

    def __init__(self, obstacles: list[Obstacle]) -> None:
        super().__init__(_("Nothing was undone, because prices of it were changed since. They are listed below."))
        self.obstacles = obstacles


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How prices change, and from when. `rounded_to` is a power of ten; a price that is set is not rounded."""

    kind: Kind
    value: Decimal
    rounded_to: Decimal
    rounding: Rounded
    valid_from: date


class Outcome(Enum):
    APPLIED = "applied"
    # Somebody changed a product after the preview; it was computed anew and waits.
    OUTDATED = "outdated"


@transaction.atomic
def begin(products: QuerySet[Product], *, user: User | None) -> PriceRevision:
    """Return a revision of `products`, as they are chosen now. Forgotten ones are swept away."""
    revision = PriceRevision.objects.create(started_by=user)
    chosen, values = products.order_by().values("sku").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(SWEEP)
        cursor.execute(SWEEP_ROWS)
        cursor.execute(
            f"insert into price_revision_rows (revision_id, sku) select %s, sku from ({chosen}) as chosen",  # noqa: S608
            [revision.pk, *values],
        )
        revision.counts = {"chosen": cursor.rowcount}
    revision.save()
    return revision


@transaction.atomic
def preview(revision_id: int, terms: Terms) -> PriceRevision:
    """Compute what `terms` make of every price, and count. Raises RevisionRefused when it is applied already."""
    revision = _waiting(revision_id)
    for name in ("kind", "value", "rounded_to", "rounding", "valid_from"):
        setattr(revision, name, getattr(terms, name))
    _compute(revision)
    return revision


@transaction.atomic
def apply(revision_id: int, *, may_skip_wrong: bool = False) -> Outcome:
    """Write the new prices, from their day on.

    Locks the products in the order of SKUs. Raises RevisionRefused when there is nothing to apply, when a price would
    be wrong and may not be skipped, or when somebody else is writing; nothing is written then.
    """
    revision = _waiting(revision_id)
    if revision.state != RevisionState.PREVIEWED:
        raise RevisionRefused(_("Say first how the prices change, and look at the preview."))
    if wrong_count(revision) and not may_skip_wrong:
        raise RevisionRefused(_("Some prices would be wrong, so nothing was written. Change the terms, or skip them."))
    with connection.cursor() as cursor:
        _lock(cursor, revision)
        cursor.execute(CHANGED_SINCE, _values(revision))
        if cursor.fetchone()[0]:
            _compute(revision)
            return Outcome.OUTDATED
        cursor.execute(WRITE, _values(revision))
        cursor.execute("select now()")
        revision.applied_at = cursor.fetchone()[0]
    revision.state = RevisionState.APPLIED
    revision.has_skipped_wrong = wrong_count(revision) > 0
    revision.save()
    return Outcome.APPLIED


@transaction.atomic
def undo(revision_id: int, *, user: User | None) -> int:
    """Put every price back as it was before, and return how many those are.

    Raises CannotBeUndone when one of them was changed since, RevisionRefused when there is nothing to undo; nothing is
    written then.
    """
    revision = PriceRevision.objects.select_for_update().get(pk=revision_id)
    if revision.state != RevisionState.APPLIED:
        message = _("This change is %(state)s, so there is nothing to undo.")
        raise RevisionRefused(message % {"state": revision.get_state_display()})
    count = 0
    with connection.cursor() as cursor:
        _lock(cursor, revision)
        if found := obstacles(revision):
            raise CannotBeUndone(found)
        for statement in (PUT_BACK, TAKE_OUT):
            cursor.execute(statement, _values(revision))
            count += cursor.rowcount
        cursor.execute("select now()")
        revision.undone_at = cursor.fetchone()[0]
    revision.state, revision.undone_by = RevisionState.UNDONE, user
    revision.save()
    return count


def obstacles(revision: PriceRevision, *, limit: int = 200) -> list[Obstacle]:
    """Return at most `limit` products whose price of that day is no longer what `revision` wrote. One query."""
    changed, missing = _("changed since"), _("deleted since")
    with connection.cursor() as cursor:
        cursor.execute(OBSTACLES, _values(revision) | {"limit": limit})
        return [Obstacle(sku=sku, reason=missing if is_gone else changed) for sku, is_gone in cursor.fetchall()]


def wrong_count(revision: PriceRevision) -> int:
    """Return how many prices would be wrong."""
    return sum(revision.counts.get(verdict, 0) for verdict in WRONG)


def _waiting(revision_id: int) -> PriceRevision:
    revision = PriceRevision.objects.select_for_update().get(pk=revision_id)
    if revision.state not in (RevisionState.CHOSEN, RevisionState.PREVIEWED):
        message = _("This change is %(state)s already. Choose the products again for another one.")
        raise RevisionRefused(message % {"state": revision.get_state_display()})
    return revision


def _compute(revision: PriceRevision) -> None:
    assert revision.value is not None  # noqa: S101 - for the type checker
    kind = Kind(revision.kind)
    change = _CHANGE[kind]
    new_price = change if kind is Kind.SET else _ROUND[Rounded(revision.rounding)].format(price=change)
    rounding = {"rounded_to": revision.rounded_to, "inverse": 1 / revision.rounded_to}
    values = _values(revision) | rounding | {"value": revision.value, "most": MAX_PRICE}
    with connection.cursor() as cursor:
        cursor.execute(FORGET_DELETED, values)
        cursor.execute(COMPUTE.format(new_price=f"({new_price})::numeric"), values)
        cursor.execute(COUNT, values)
        counts: Counter[str] = Counter(dict(cursor.fetchall()))
        cursor.execute(COUNT_PLANNED, values)
        revision.counts = {"chosen": counts.total(), **counts, "planned": cursor.fetchone()[0]}
    revision.state = RevisionState.PREVIEWED
    revision.save()


def _values(revision: PriceRevision) -> dict[str, Any]:
    return {"revision": revision.pk, "valid_from": revision.valid_from}


def _lock(cursor: Any, revision: PriceRevision) -> None:
    message = _("Somebody else is writing some of these products right now. Nothing was written; try again.")
    lock(cursor, LOCK, _values(revision), refusal=RevisionRefused(message))
