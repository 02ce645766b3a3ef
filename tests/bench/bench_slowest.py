"""Measure how long the heaviest requests take on the clock: python -m tests.bench.bench_slowest

A real gunicorn on a real PostgreSQL, one request at a time. Each is sent a few times and the quickest counts, since a
busy machine slows some of the tries and a defect all of them. Exits 1 when one takes more than 2 seconds. The tests
(tests/abuse) judge the same by work instead of time, and many more requests.
"""

from __future__ import annotations

import http.client
import sys
import time
import uuid
from contextlib import closing
from urllib.parse import urlencode

from tests.bench.bench_serving import Served, customer, served

MOST_SECONDS = 2.0
TRIES = 5
MOST_LINES = 2000
MEGABYTE = 1_000_000
LINE = {"name": "品物", "quantity": "2", "unit": "個", "unit_price": "1234", "tax_category": "standard"}


def main() -> int:
    with served(workers=1) as server:
        taken = {name: quickest(server, path, body) for name, (path, body) in requests().items()}
    for name, seconds in taken.items():
        print(f"{name:<44} {seconds * 1000:>8.0f} ms")
    return int(max(taken.values()) > MOST_SECONDS)


def requests() -> dict[str, tuple[str, dict[str, str]]]:
    """Return what is sent, by what it is called: the path and the form."""
    full = {"lines-TOTAL_FORMS": str(MOST_LINES), "lines-INITIAL_FORMS": "0", "delivered_on": "2026-11-25"}
    full |= {f"lines-{place}-{name}": value for place in range(MOST_LINES) for name, value in LINE.items()}
    full["customer"] = customer()
    short = {"lines-TOTAL_FORMS": "0", "lines-INITIAL_FORMS": "0"}
    marks = "x" + "\u0301\u0323" * (MEGABYTE // 4)
    return {
        f"{MOST_LINES:,} lines, totals": ("/notes/totals", full),
        f"{MOST_LINES:,} lines, preview": ("/notes/preview", full),
        f"{MOST_LINES:,} lines, saved": ("/notes/new", full),
        f"{MOST_LINES:,} lines, issued": ("/notes/new", {**full, "issue": "1"}),
        f"{MOST_LINES:,} lines, shown again": ("/notes/new", {**full, "customer": "nobody"}),
        "a million lines claimed": ("/notes/new", {**short, "lines-TOTAL_FORMS": "1000000"}),
        "a megabyte of marks": ("/notes/new", {**short, "notes": marks, "order_number": marks}),
        "a megabyte of digits": ("/notes/new", {**short, "lines-TOTAL_FORMS": "1", "lines-0-quantity": "9" * MEGABYTE}),
        "30,000 fields": ("/notes/new", {f"a{place}": "" for place in range(29_990)}),
        "a megabyte as a name to sign in by": ("/login", {"username": marks, "password": "x" * MEGABYTE}),
    }


def quickest(server: Served, path: str, body: dict[str, str]) -> float:
    """Send the form a few times, as another form each time, and return the least seconds it took."""
    headers = {**server.headers, "Content-Type": "application/x-www-form-urlencoded"}
    taken = []
    for _ in range(TRIES):
        content = urlencode({**body, "creation_key": str(uuid.uuid4())})
        began_at = time.perf_counter()
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)) as connection:
            connection.request("POST", path, body=content, headers=headers)
            status = connection.getresponse().status
        taken.append(time.perf_counter() - began_at)
        assert status < 500, f"{path}: {status}"
    return min(taken)


if __name__ == "__main__":
    sys.exit(main())
