"""Measure how fast many notes are printed as sets of three: python -m tests.bench.bench_printing

First the drawing alone, beside a file for each note merged by pypdf, in turns. Then over HTTP: 1,000 notes of a day,
one press, one file, and the memory of the worker that sent it. Exits with 1 when a bound is missed.
"""

from __future__ import annotations

import http.client
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

from tests.bench.bench_serving import Served, command, served
from tests.bench.bounds import Bound
from tests.bench.pdf_many import peak_memory

NOTES = 1000
COMPARED = 100
ROUNDS = 3


def main() -> int:
    bounds = [*compared()]
    with served(workers=1) as server:
        bounds += over_http(server)
    for bound in bounds:
        print(bound)
    return 0 if all(bound.is_kept for bound in bounds) else 1


def compared() -> Iterator[Bound]:
    """Time COMPARED sets by each way, in turns."""
    taken: dict[str, list[float]] = {"ours": [], "merged": []}
    for _ in range(ROUNDS):
        for way, times in taken.items():
            times.append(_drawn(way))
    ratio = statistics.median(taken["merged"]) / statistics.median(taken["ours"])
    yield Bound(name="sets in one stream : merged by pypdf", value=ratio, unit="×", at_least=1.8)


def over_http(server: Served) -> Iterator[Bound]:
    """Issue NOTES, press the button for their day, and fetch the file."""
    day = command("-m", "tests.bench.issue_many", str(NOTES)).strip()
    form = urlencode({"delivered_on": day, "order": "route"})
    headers = {**server.headers, "Content-Type": "application/x-www-form-urlencoded"}
    began, worked = time.perf_counter(), _processor_seconds(server)
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)) as connection:
        connection.request("POST", "/prints/new", body=form, headers=headers)
        answer = connection.getresponse()
        answer.read()
        recorded = time.perf_counter() - began
        connection.request("GET", f"{answer.headers['Location']}/pdf", headers=server.headers)
        sent = connection.getresponse()
        first = sent.read(1)
        begun = time.perf_counter() - began - recorded
        size = len(first + sent.read())
    taken, worked = time.perf_counter() - began, _processor_seconds(server) - worked
    print(f"{size / 1e6:.1f} MB of PDF, recorded in {recorded:.2f} s")
    yield Bound(name=f"{NOTES:,} sets of three, press to last byte", value=taken, unit="s", at_most=10)
    yield Bound(name="of them on the worker's processor", value=worked, unit="s", at_most=10)
    yield Bound(name="first byte", value=begun, unit="s", at_most=1)
    yield Bound(name="peak memory of the worker", value=max(map(peak_memory, server.workers)), unit="MB", at_most=200)


def _processor_seconds(server: Served) -> float:
    """Return what the workers used of the processor so far: on a busy machine the clock says more about that."""
    spent = (Path(f"/proc/{worker}/stat").read_text("ascii").rpartition(")")[2].split() for worker in server.workers)
    return sum(int(fields[11]) + int(fields[12]) for fields in spent) / os.sysconf("SC_CLK_TCK")


def _drawn(way: str) -> float:
    command_line = [sys.executable, "-m", "tests.bench.print_batch", str(COMPARED), way]
    finished = subprocess.run(command_line, capture_output=True, text=True, check=True)
    return float(finished.stdout.split()[0])


if __name__ == "__main__":
    sys.exit(main())
