"""The database's folding functions as query expressions.

`search_fold` brings full and half width, upper and lower case, hiragana and katakana, dashes, tildes and some
variant kanji together; `search_grams` breaks folded text into what the index of names holds. Both are made by
migration 0005, and are used for stored columns and for typed text alike, so that the two cannot disagree.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import BooleanField, F, Func, Q, TextField, Value


class SearchFold(Func):
    """Text as the search compares it."""

    function = f"{settings.SCHEMA}.search_fold"
    output_field = TextField()


class SkuFold(Func):
    """A SKU as the search compares it: folded, and cut to what an index entry surely holds."""

    function = f"{settings.SCHEMA}.sku_fold"
    output_field = TextField()


class SearchGrams(Func):
    """The characters and pairs of neighbours of folded text, as `integer[]`."""

    function = f"{settings.SCHEMA}.search_grams"


class WordGrams(Func):
    """The grams that folded text must have to contain all of some words (`text[]`)."""

    function = f"{settings.SCHEMA}.word_grams"


class LikeParts(Func):
    """Words (`text[]`) as patterns for LIKE."""

    function = f"{settings.SCHEMA}.like_parts"


class _Contains(Func):
    template = "(%(expressions)s)"
    arg_joiner = " @> "
    output_field = BooleanField()


class _LikeAll(Func):
    template = "(%(expressions)s))"
    arg_joiner = " LIKE ALL ("
    output_field = BooleanField()


def contains_words(folded: F | Func, words: list[str]) -> Q:
    """Return the condition that `folded`, a folded column or expression, contains every one of `words`, at least one.

    An index of its grams finds the rows.
    """
    typed = Value(words)
    # In this order, since wherever the index is not asked, comparing text takes a tenth of making grams of it.
    return Q(_LikeAll(folded, LikeParts(typed))) & Q(_Contains(SearchGrams(folded), WordGrams(typed)))


def name_contains(words: list[str]) -> Q:
    """Return the condition that a product's name contains every one of `words` (at least one), folded."""
    return contains_words(F("name_folded"), words)


# Some letters fold to eighteen, and the work grows with the square of their number. Two hundred ㍿ are under this.
MOST_FOLDED = 800


def can_be_found(typed: str) -> bool:
    """Tell whether `typed` is short enough, folded, for its pairs of characters to be looked for."""
    return len(typed) <= MOST_FOLDED and len(unicodedata.normalize("NFKC", typed)) <= MOST_FOLDED


# Rows looked at in SKU order before the index of names is asked. A part that many names share is found among them at
# once; one that few share costs these rows and then only its own few. Neither relies on the planner's guess of how
# many names share it, which for text in several pieces is off by orders of magnitude.
WINDOW = 5000
# Names taken from the index. A part that fills one stretch of the SKU order and is absent from its beginning may be
# in 100,000 names; fetching all of them to sort out the first 20 would take seconds on a cold server.
MOST_NAMES = 5000

# Each step runs only while the steps before it leave room (PostgreSQL skips a part whose condition on an earlier
# result is false). `materialized` keeps the planner from walking all products in SKU order where few names match;
# such a part is still computed only as far as it is read.
MATCHING_SKUS = """
with by_code as materialized (
    select sku, sku_folded, min(step) as step
    from (
        (select sku, sku_folded, 1 as step from products
         where is_active and (sku_folded = sku_fold(%(typed)s)) limit %(limit)s)
        union all
        (select sku, sku_folded, 1 from products
         where is_active and jan <> '' and jan = search_fold(%(typed)s) limit %(limit)s)
        union all
        (select sku, sku_folded, 2 from products
         where is_active and sku_folded like like_prefix(%(typed)s)
         order by sku_folded, sku limit %(limit)s)
        union all
        (select product.sku, product.sku_folded, 1
         from products as former
         join product_aliases on alias_id = former.sku
         join products as product on product.sku = product_id and product.is_active
         where former.sku_folded = sku_fold(%(typed)s) or former.jan <> '' and former.jan = search_fold(%(typed)s)
         limit %(limit)s)
    ) as coded
    group by sku, sku_folded
),
near as materialized (
    select sku, sku_folded
    from (select sku, sku_folded, name_folded, is_active from products
          order by sku_folded, sku limit %(window)s) as first_products
    where is_active and name_folded like all (like_parts(%(words)s))
      and (select count(*) from by_code) < %(limit)s
    limit %(limit)s
),
anywhere as materialized (
    select sku, sku_folded from products
    where is_active
      and search_grams(name_folded) @> word_grams(%(words)s) and name_folded like all (like_parts(%(words)s))
      and (select count(*) from by_code) < %(limit)s
      and (select count(*) from near) < %(limit)s
)
select sku
from (
    select sku, sku_folded, step from by_code
    union all
    (select sku, sku_folded, 3 from near)
    union all
    (select sku, sku_folded, 3 from (select sku, sku_folded from anywhere limit %(most_names)s) as some_names
     order by sku_folded, sku limit %(limit)s)
) as found
where search_fold(%(typed)s) <> ''
group by sku, sku_folded
order by min(step), sku_folded, sku
limit %(limit)s
"""


def matching_skus(typed: str, *, limit: int) -> list[str]:
    """Return the SKUs of at most `limit` active products that `typed` means, best first. One query.

    The order: the very SKU or JAN, then SKUs that begin with it, then names that contain every word of it; each in
    SKU order. Only where more than MOST_NAMES names match and none of them is early in SKU order, the names are the
    first of MOST_NAMES of them.
    """
    words = typed.split()
    values: dict[str, Any] = {
        "typed": " ".join(words),
        "words": words,
        "limit": limit,
        "window": WINDOW,
        "most_names": MOST_NAMES,
    }
    with connection.cursor() as cursor:
        cursor.execute(MATCHING_SKUS, values)
        return [sku for (sku,) in cursor.fetchall()]


SKUS_READ_ALIKE = """
select typed.code, min(coalesce(product_id, products.sku))
from unnest(%s::text[]) as typed (code)
join products on products.sku_folded = sku_fold(typed.code)
left join product_aliases on alias_id = products.sku
where sku_fold(typed.code) <> '' and (products.is_active or product_id is not null)
group by typed.code
having count(distinct coalesce(product_id, products.sku)) = 1
"""


def skus_read_alike(codes: list[str]) -> dict[str, str]:
    """Return the SKU of the only active product that folds to the same as each of `codes`. At most one query.

    A merged SKU counts as that of the product it stands for. A code that none or several fold to is left out.
    """
    # PostgreSQL would fold a megabyte of accents for minutes, and hear no cancellation meanwhile.
    short = [code for code in codes if can_be_found(code)]
    if not short:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(SKUS_READ_ALIKE, [short])
        return dict(cursor.fetchall())
