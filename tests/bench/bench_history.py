"""What recording changes costs a load, and how fast the pages of the history are at 1,000,000 changes.

Run by `make bench`, or alone: python -m tests.bench.bench_history [--changes 1000000]. Exits 1 when a bound is missed.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import sys
from html import unescape
from typing import Any

from tests.bench.bench_loads import confirm, csv_of, fresh_database, signed_in, timed, upload, xlsx_of
from tests.bench.bench_search import invent, start_django

LOADED = 50_000
ROUNDS = 3
MOST_TIMES = 2.0
PAGE_MILLISECONDS = 300.0
TRIES = 20
PAGES_ON = 40
# In each of three cases of four it is the first user, in one of a thousand the third; a year of changes.
FILL = """
insert into product_changes
    (pgh_created_at, pgh_label, pgh_by_id, pgh_role, pgh_program, pgh_request, pgh_former,
     sku, name, unit_price, unit, tax_category_id, jan, note, is_active)
select now() - (%(count)s - number) * interval '1 year' / %(count)s, 'update',
       case when number %% 1000 = 0 then 3 when number %% 4 = 0 then 2 else 1 end, 'papyrus_app', 'papyrus',
       md5(number::text), jsonb_build_object('unit_price', number %% 700),
       'SKU-' || number %% 100000, '品物', number %% 900, '個', 'standard', '', '', true
from generate_series(1, %(count)s) as number
"""
PAGES = {
    "newest": "",
    "of a busy person": "who=1",
    "of somebody with few": "who=3",
    "some days half a year ago": "since={day}&until={day}",
    "of one person on those days": "who=2&since={day}&until={day}",
    "of one SKU": "sku=SKU-77",
    "of a SKU that nothing happened to": "sku=NONE",
}


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--changes", type=int, default=1_000_000, help="how many changes the pages choose from")
    count = options.parse_args().changes
    os.environ["LOG_LEVEL"] = "ERROR"
    start_django()
    missed = [loads(), pages(count)]
    return int(any(missed))


def loads() -> bool:
    """Load a file anew, with other prices and unchanged, with and without the triggers; tell whether it was missed."""
    rounds = [(loaded(is_recorded=False), loaded(is_recorded=True)) for _ in range(ROUNDS)]
    without = quickest([seconds for (seconds, _kept), _recorded in rounds])
    recorded = quickest([seconds for _without, (seconds, _kept) in rounds])
    kept = max(kept for _without, (_seconds, kept) in rounds)
    ratios = [ours / bare for ours, bare in zip(recorded, without, strict=True)]
    print(f"\n{LOADED:,} products loaded: new, other prices, unchanged (bound {MOST_TIMES:.1f} × without the history)")
    for name, values in (("recorded", recorded), ("not recorded", without), ("ratio", ratios)):
        print(f"  {name:<14} {values[0]:6.2f} {values[1]:6.2f} {values[2]:6.2f}")
    is_missed = max(ratios[:2]) > MOST_TIMES or kept != 2 * LOADED
    print(f"  {kept:,} changes, of which the unchanged file made none  {'MISSED' if is_missed else 'ok'}")
    return is_missed


def quickest(taken: list[list[float]]) -> list[float]:
    """Return the least of each column: a busy machine slows some rounds, and a defect all of them."""
    return [min(column) for column in zip(*taken, strict=True)]


def loaded(*, is_recorded: bool) -> tuple[list[float], int]:
    """Return the seconds of the three loads after their previews, and how many changes there are afterwards."""
    from django.db import connection
    from django.test import Client

    rows = list(invent(LOADED))
    dearer = xlsx_of(rows, dearer=1)
    with fresh_database(), connection.cursor() as cursor:
        if not is_recorded:
            cursor.execute(
                "select tgname from pg_trigger where tgrelid = 'stored_products'::regclass and tgname ~ '_record_'"
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f"alter table stored_products disable trigger {name}")
        client = signed_in(Client(HTTP_HOST="localhost"))
        seconds = []
        for content in (csv_of(rows), dearer, dearer):
            upload(client, content)
            seconds.append(timed(lambda: confirm(client)))
        cursor.execute("select count(*) from product_changes")
        [kept] = cursor.fetchone()
    return seconds, kept


def pages(count: int) -> bool:
    """Ask for each page some times, and tell whether the 95th percentile of one missed the bound."""
    from django.db import connection
    from django.test import Client

    print(f"\nPages of the history among {count:,} changes (bound {PAGE_MILLISECONDS:.0f} ms in 95 of 100 cases)")
    with fresh_database(), connection.cursor() as cursor:
        cursor.execute("set statement_timeout = 0")
        cursor.execute(FILL, {"count": count})
        cursor.execute("analyze product_changes")
        cursor.execute("select (now() - interval '183 days')::date::text")
        [day] = cursor.fetchone()
        client = signed_in(Client(HTTP_HOST="localhost"))
        addresses = {name: f"/admin/changes/?{query.format(day=day)}" for name, query in PAGES.items()}
        addresses[f"{PAGES_ON} pages on"] = further(client, "/admin/changes/")
        addresses[f"of a busy person, {PAGES_ON} pages on"] = further(client, "/admin/changes/?who=1")
        return max([measured(client, name, address) for name, address in addresses.items()])


def further(client: Any, address: str) -> str:
    for _ in range(PAGES_ON):
        found = re.search('rel="next" href="([^"]*)"', client.get(address).content.decode())
        assert found is not None, address
        address = f"/admin/changes/{unescape(found[1])}"
    return address


def measured(client: Any, name: str, address: str) -> bool:
    taken = [timed(lambda: client.get(address)) * 1000 for _ in range(TRIES)]
    p95 = statistics.quantiles(taken, n=20)[18]
    is_missed = p95 > PAGE_MILLISECONDS
    print(f"  {name:<34} p50 {statistics.median(taken):6.1f} ms, p95 {p95:6.1f} ms  {'MISSED' if is_missed else 'ok'}")
    return is_missed


if __name__ == "__main__":
    sys.exit(main())
