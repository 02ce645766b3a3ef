"""How fast notes are found by what stands on them, and what the chain of hashes costs whoever issues.

Run by `make bench`, or alone: python -m tests.bench.bench_archive [--notes 1000000]. A million notes with twelve
million lines take about a quarter of an hour to make, and 12 GB of disk. Exits 1 when a bound is missed.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pgtrigger

from tests.bench import bench_search
from tests.bench.bench_search import start_django

BOUND_MS = 300.0
DEFAULT_NOTES = 50_000
BEFORE_THE_CHAIN, BEFORE_THE_SEARCH = "0009", "0012"
FIRST, LAST = date(2016, 12, 1), date(2026, 11, 18)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--notes", type=int, default=DEFAULT_NOTES, help="how many notes, with twelve lines each")
    options.add_argument("--samples", type=int, default=40, help="searches of each kind")
    options.add_argument("--keep", action="store_true", help="use the database that is there, and leave it")
    arguments = options.parse_args()
    os.environ["LOG_LEVEL"] = "ERROR"
    bench_search.DATABASE = "papyrus_bench_archive"
    start_django()
    if not arguments.keep:
        make(arguments.notes)
    try:
        is_missed = missed(arguments.samples)
        issue_with_and_without_the_chain()
        return 1 if is_missed else 0
    finally:
        if not arguments.keep:
            bench_search.drop_database()


def make(notes: int) -> None:
    """Fill a database as it was before there was a chain or a search, and migrate it from there."""
    from django.core.management import call_command

    from tests.bench import many_notes

    bench_search.recreate_database()
    call_command("migrate", verbosity=0)
    call_command("migrate", "invoices", BEFORE_THE_CHAIN, verbosity=0)
    print(f"\n{notes:,} notes, {notes * many_notes.LINES_EACH:,} lines:", end=" ", flush=True)
    print(f"made in {seconds(lambda: many_notes.fill(notes)):.0f} s,", end=" ", flush=True)
    chained = seconds(lambda: call_command("migrate", "invoices", BEFORE_THE_SEARCH, verbosity=0))
    print(f"chained in {chained:.0f} s,", end=" ", flush=True)
    print(f"indexed in {seconds(lambda: call_command('migrate', verbosity=0)):.0f} s", flush=True)
    analyse()


def analyse() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("set statement_timeout = 0")
        cursor.execute("vacuum analyze")
        cursor.execute("reset statement_timeout")


def missed(samples: int) -> bool:
    """Time searches of every kind, print the table, and tell whether the bound was missed by all of them together."""
    from invoices.searching import Conditions, page

    every: list[float] = []
    print(f"{'condition':<34} | {'p50':>7} {'p95':>7} {'max':>7} ms")
    for name, make_conditions in KINDS.items():
        chance = random.Random(name)
        conditions = [Conditions(**make_conditions(chance)) for _ in range(samples)]
        page(conditions[0])
        times = [1000 * seconds(partial(page, each)) for each in conditions]
        every += times
        print(f"{name:<34} | {row(times)}", flush=True)
    is_missed = percentile_95(every) > BOUND_MS
    print(f"{'all':<34} | {row(every)} {'MISSED' if is_missed else 'ok'} (p95 ≤ {BOUND_MS:.0f} ms)")
    return is_missed


def issue_with_and_without_the_chain() -> None:
    """Issue notes with the trigger on and off by turns, and print what either takes."""
    from django.db import connection

    from invoices.models import DeliveryNote

    [(_model, trigger)] = pgtrigger.registered("invoices.DeliveryNote:issued_note_is_chained")
    times: dict[str, list[float]] = {"enable": [], "disable": []}
    for turn in range(10):
        switch = ("enable", "disable")[turn % 2]
        with connection.cursor() as cursor:
            cursor.execute(f"alter table delivery_notes {switch} trigger {trigger.get_pgid(DeliveryNote())}")
        times[switch] += issue_some(20)
    on, off = (1000 * statistics.median(times[switch]) for switch in ("enable", "disable"))
    print(f"issuing a note of 12 lines: {on:.1f} ms with the chain, {off:.1f} ms without, {on / off:.2f} times")


def issue_some(count: int) -> list[float]:
    """Return the seconds that each of so many issues took."""
    from invoices import services
    from invoices.models import Customer, Issuer
    from tests.invoices import factories

    author = factories.UserFactory.create(username=f"clerk-{time.monotonic_ns()}")
    if not Issuer.objects.exists():
        factories.IssuerFactory.create()
    lines = tuple(factories.line(name=f"品物{place}") for place in range(12))
    customer = Customer.objects.order_by("pk")[0]
    notes = [factories.draft_note(author, customer=customer, lines=lines).pk for _ in range(count)]
    now = factories.NOW
    return [seconds(partial(services.issue, note_id=each, author=author, now=now)) for each in notes]


def seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def row(times: list[float]) -> str:
    return f"{statistics.median(times):7.1f} {percentile_95(times):7.1f} {max(times):7.1f}"


def percentile_95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


def days(field: str, most: int) -> Callable[[random.Random], dict[str, Any]]:
    """A stretch of at most so many days."""

    def made(chance: random.Random) -> dict[str, Any]:
        first = FIRST + timedelta(days=chance.randrange((LAST - FIRST).days))
        return {f"{field}_from": first, f"{field}_to": first + timedelta(days=chance.randrange(most))}

    return made


def totals(chance: random.Random) -> dict[str, Any]:
    first = int(10 ** chance.uniform(2.5, 5.5))
    return {"total_from": first, "total_to": first + chance.choice([0, 10, 1_000, 100_000])}


def customer(chance: random.Random) -> dict[str, Any]:
    number = int(3_000 * chance.random() ** 3) + 1
    return {"customer": chance.choice([f"C{number:05d}", f"商店{number}", "山田", "株式会社サクラ", "銀河 電機"])}


def number(chance: random.Random) -> dict[str, Any]:
    digits = f"{chance.randrange(1, 50_000):07d}"
    year = chance.randrange(2017, 2027)
    return chance.choice([{"number": f"DN-{year}-{digits}"}, {"number": digits[-5:]}, {"number": f"DN-{year}"}])


def product(chance: random.Random) -> dict[str, Any]:
    item = chance.randrange(20_000)
    words = ["ボールペン 黒", "六角ボルト", "煎茶 赤", "送料", "トナー 白", "クリアファイル"]
    often = f"IT-{int(400 * chance.random() ** 4):06d}"
    return {"product": chance.choice([f"IT-{item:06d}", f"No.{item}", often, chance.choice(words)])}


def state(chance: random.Random) -> dict[str, Any]:
    return {"state": chance.choice(["draft", "issued", "void", "waiting"])}


def blank(chance: random.Random) -> dict[str, Any]:
    return {"is_total_blank": True}


def together(*kinds: Callable[[random.Random], dict[str, Any]]) -> Callable[[random.Random], dict[str, Any]]:
    return lambda chance: {name: value for kind in kinds for name, value in kind(chance).items()}


def any_of(chance: random.Random) -> dict[str, Any]:
    chosen = chance.sample([month, year, totals, customer, product, state], k=chance.randrange(2, 5))
    return together(*chosen)(chance)


month, year, issued = days("delivered", 31), days("delivered", 366), days("issued", 31)
KINDS: dict[str, Callable[[random.Random], dict[str, Any]]] = {
    "nothing": lambda chance: {},
    "delivery date, up to a month": month,
    "delivery date, up to a year": year,
    "issue date": issued,
    "amount": totals,
    "blank amount": blank,
    "customer": customer,
    "number": number,
    "product": product,
    "state": state,
    "date and amount": together(year, totals),
    "date and customer": together(year, customer),
    "amount and customer": together(totals, customer),
    "date, amount and customer": together(month, totals, customer),
    "product and date": together(product, month),
    "product and customer": together(product, customer),
    "product and amount": together(product, totals),
    "state and product": together(state, product),
    "any two to four": any_of,
}


if __name__ == "__main__":
    sys.exit(main())
