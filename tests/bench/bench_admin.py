"""Measure the admin's pages of products over HTTP, beside Django's own admin: python -m tests.bench.bench_admin

A real gunicorn on a real PostgreSQL with a million products, one request at a time. Each is sent three times and the
quickest counts, since a busy machine slows some of the tries and a defect all of them. The peer is Django's admin with
nothing configured, on the same rows, by the same server, in the same run. Exits 1 when the 95th percentile of a page
of ours is above 300 ms.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from tests.bench.bench_search import Row, drop_database, fill, invent, piece, recreate_database, start_django
from tests.bench.bench_serving import command
from tests.deploy.serving import SECRET_KEY, Server

MOST_MILLISECONDS = 300.0
SAMPLES = 60
TRIES = 3
# The peer is only a yardstick, and slow.
PEER_SAMPLES = 5
LIST, PEER = "/admin/catalog/product/", "/peer/catalog/product/"
FILTERS = (
    {"price": "missing", "is_active__exact": "1"},
    {"jan": "missing", "is_active__exact": "1"},
    {"changed": "week", "o": "-8"},
    {"is_active__exact": "0"},
    {"tax_category__code__exact": "reduced"},
    {"price": "present", "changed": "month"},
)
REDUCED = ("TE", "CF", "WA", "RC", "SN")


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A page of ours and its peer, as paths to ask for."""

    name: str
    ours: Sequence[str]
    peer: Sequence[str] = ()


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--rows", type=int, default=1_000_000, help="how many products")
    size = options.parse_args().rows
    os.environ["DJANGO_SECRET_KEY"] = SECRET_KEY  # the session made below is signed by it
    start_django()
    rows = list(invent(size))
    with furnished(rows) as session, served() as port:
        missed = [page.name for page in pages(rows) if measure(page, port=port, session=session)]
    return 1 if missed else 0


@contextmanager
def furnished(rows: Sequence[Row]) -> Iterator[str]:
    """Make a database with `rows` and yield the key of an administrator's session."""
    from django.core.management import call_command
    from django.db import connection

    recreate_database()
    try:
        call_command("migrate", verbosity=0)
        columns = ("sku", "name", "unit_price", "jan", "tax_category_id", "is_active", "updated_at")
        chance = random.Random(1)
        fill(columns, [told(row, chance) for row in rows])
        yield session()
    finally:
        connection.close()
        drop_database()


def told(row: Row, chance: random.Random) -> Sequence[object]:
    """Return a product's columns: some have no price, some are inactive, one kind is reduced, 2 % changed today."""
    price = None if chance.random() < 0.005 else row.unit_price
    category = "reduced" if row.sku.startswith(REDUCED) else "standard"
    changed_at = "now" if chance.random() < 0.02 else f"2025-{chance.randrange(1, 13):02d}-15 10:00+09"
    return (row.sku, row.name, price, row.jan, category, chance.random() > 0.01, changed_at)


def session() -> str:
    """Make an administrator and return the key of a session of theirs."""
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client()
    client.force_login(User.objects.create_superuser("bench"))
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@contextmanager
def served() -> Iterator[int]:
    """Serve that database by one worker, and yield the port."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DJANGO_STATIC_ROOT"] = folder
        command("manage.py", "collectstatic", "--noinput", "--verbosity=0")
        server = Server(
            folder=Path(folder),
            WEB_CONCURRENCY="1",
            PAPYRUS_HTTPS="0",
            DJANGO_ALLOWED_HOSTS="*",
            DJANGO_SETTINGS_MODULE="tests.bench.peer_settings",
        )
        try:
            server.wait_for(server.answers)
            yield server.port
        finally:
            server.kill()


def pages(rows: Sequence[Row]) -> list[Measured]:
    chance = random.Random(2)
    typed = [piece(chance.choice(rows).name, length, chance) for length in (2, 3, 4, 5, 6) for _ in range(12)]
    skus = [chance.choice(rows).sku for _ in range(SAMPLES)]
    last = -(-len(rows) // 50)
    return [
        # How busy the machine is: 2 ms on a quiet one.
        Measured(name="/healthz", ours=["/healthz"]),
        Measured(name="start page", ours=["/admin/"], peer=["/peer/"]),
        Measured(name="list", ours=[LIST], peer=[PEER]),
        Measured(
            name="filters",
            ours=[f"{LIST}?{urlencode(each)}" for each in FILTERS],
            peer=[f"{PEER}?is_active__exact=0", f"{PEER}?tax_category__code__exact=reduced"],
        ),
        Measured(
            name="search by a part of a name",
            ours=[f"{LIST}?q={quote(text)}" for text in typed],
            peer=[f"{PEER}?q={quote(text)}" for text in typed],
        ),
        Measured(
            name="search, last page",
            ours=[f"{LIST}?q={quote(text)}&p=last" for text in typed],
        ),
        Measured(name="last page", ours=[f"{LIST}?p=last"], peer=[f"{PEER}?p={last}"]),
        Measured(
            name="pages on the way",
            ours=[f"{LIST}?p=after{quote(json.dumps([sku]))}" for sku in skus],
            peer=[f"{PEER}?p={chance.randrange(1, last)}" for _ in skus],
        ),
        Measured(
            name="product page",
            ours=[f"{LIST}{sku.replace('_', '_5F')}/change/" for sku in skus],
            peer=[f"{PEER}{sku.replace('_', '_5F')}/change/" for sku in skus],
        ),
    ]


def measure(page: Measured, *, port: int, session: str) -> bool:
    """Print how long a page took, and tell whether its bound was missed."""
    ours = taken(page.ours, port=port, session=session, samples=SAMPLES)
    p95 = statistics.quantiles(ours, n=20, method="inclusive")[-1]
    is_missed = p95 > MOST_MILLISECONDS
    line = f"{page.name:<28} p50 {statistics.median(ours):7.1f} p95 {p95:7.1f} ms"
    if page.peer:
        peer = statistics.median(taken(page.peer, port=port, session=session, samples=PEER_SAMPLES))
        line += f" | Django's own p50 {peer:8.1f} ms, {peer / statistics.median(ours):6.1f} ×"
    print(f"{line}  {'MISSED' if is_missed else 'ok'}", flush=True)
    return is_missed


def taken(paths: Sequence[str], *, port: int, session: str, samples: int) -> list[float]:
    """Return the milliseconds of `samples` requests, the paths in turn, each in the quickest of its tries."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
        turns = [paths[number % len(paths)] for number in range(samples)]
        return [min(milliseconds(connection, path, session) for _ in range(TRIES)) for path in turns]


def milliseconds(connection: http.client.HTTPConnection, path: str, session: str) -> float:
    began_at = time.perf_counter()
    connection.request("GET", path, headers={"Cookie": f"sessionid={session}"})
    response = connection.getresponse()
    response.read()
    assert response.status == 200, f"{path}: {response.status} {response.headers.get('Location', '')}"
    return (time.perf_counter() - began_at) * 1000


if __name__ == "__main__":
    sys.exit(main())
