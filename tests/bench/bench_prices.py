"""How long a bulk change of prices takes, beside plain statements that write as many rows.

Run by `make bench`, or alone: python -m tests.bench.bench_prices [--products 100000]. Exits 1 when a bound is missed.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from tests.bench.bench_loads import fresh_database, timed
from tests.bench.bench_search import start_django

# A step may take as many times as long as the plain statement: it also keeps the history.
MOST_TIMES = 4.0
FILL = """
insert into stored_products (sku, name, unit_price, created_at)
select lpad(number::text, 7, '0'), '品物 ' || number, number %% 900 + 100, '2020-01-01'
from generate_series(1, %s) as number
"""
PLAIN = "update stored_products set unit_price = unit_price + 0.0001"
THROUGH_VIEW = "update products set unit_price = unit_price + 1 where sku <= %s"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--products", type=int, default=100_000, help="how many products get another price")
    count = options.parse_args().products
    os.environ["LOG_LEVEL"] = "ERROR"
    start_django()
    with fresh_database():
        return int(bulk_change(count))


def bulk_change(count: int) -> bool:
    """Change all prices in each way, and tell whether a step missed its bound."""
    from django.db import connection

    def execute(statement: str, *values: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, list(values))  # type: ignore[arg-type]

    execute("set statement_timeout = 0")
    execute(FILL, count)
    execute("vacuum analyze stored_products")
    print(f"\n{count:,} prices changed at once (bound {MOST_TIMES:.0f} × the plain statement for a step)")
    plain = timed(lambda: execute(PLAIN))
    print(f"  plain UPDATE of the table   {plain:6.2f} s")
    tenth = timed(lambda: execute(THROUGH_VIEW, f"{count // 10:07d}"))
    print(f"  UPDATE of the view          {tenth * 10:6.2f} s, by a tenth of them")
    steps = {name: timed(step) for name, step in _steps().items()}
    for name, seconds in steps.items():
        is_missed = seconds > MOST_TIMES * plain
        print(f"  {name:<27} {seconds:6.2f} s ({seconds / plain:.1f} × plain)  {'MISSED' if is_missed else 'ok'}")
    return max(steps.values()) > MOST_TIMES * plain


def _steps() -> dict[str, Callable[[], Any]]:
    from catalog.bulk_prices import revising
    from catalog.bulk_prices.models import Kind, PriceRevision, Rounded
    from catalog.models import Product

    terms = revising.Terms(
        kind=Kind.PERCENT,
        value=Decimal(5),
        rounded_to=Decimal(1),
        rounding=Rounded.CEIL,
        valid_from=date(2099, 1, 1),
    )

    def latest() -> int:
        return PriceRevision.objects.latest("pk").pk

    return {
        "choose": lambda: revising.begin(Product.objects.all(), user=None),
        "preview": lambda: revising.preview(latest(), terms),
        "apply": lambda: revising.apply(latest()),
        "undo": lambda: revising.undo(latest(), user=None),
    }


if __name__ == "__main__":
    sys.exit(main())
