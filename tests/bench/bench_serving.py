"""Measure requests a second over HTTP, a real gunicorn on a real PostgreSQL: python -m tests.bench.bench_serving

Eight clients keep their connections and ask without pause for a few seconds, each page in turn; then they write and
issue notes of 20 lines. The clients run on the same machine and take their share of it, so the figures are ratios to
`/healthz` rather than promises. No bound belongs to them: they are what docs/operations.md plans with.
"""

from __future__ import annotations

import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import psycopg
from psycopg import sql

from papyrus_site import local
from tests.deploy.serving import SECRET_KEY, Server

DATABASE = "papyrus_bench_serving"
CLIENTS = 8
SECONDS = 5.0
LINES = 20
TOKEN = "a" * 32
Ask = Callable[[http.client.HTTPConnection], None]


@dataclass(frozen=True, kw_only=True)
class Served:
    """A gunicorn with a furnished database, and the headers of a clerk."""

    port: int
    short_note: int
    headers: dict[str, str]
    workers: tuple[int, ...]


def main() -> int:
    with served(workers=2) as server:
        measure(server)
    return 0


@contextmanager
def served(*, workers: int) -> Iterator[Served]:
    """Serve a database of its own with demo rows by so many workers of four threads."""
    local.prepare(os.environ)
    administered = os.environ["PGDATABASE"]
    # The session made below is signed by it.
    os.environ |= {"PGDATABASE": DATABASE, "DJANGO_SECRET_KEY": SECRET_KEY}
    with closing(psycopg.connect(dbname=administered, autocommit=True)) as admin:
        admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(DATABASE)))
        admin.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))
        try:
            with tempfile.TemporaryDirectory() as folder, _started(Path(folder), workers=workers) as server:
                yield server
        finally:
            admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(DATABASE)))


@contextmanager
def _started(folder: Path, *, workers: int) -> Iterator[Served]:
    os.environ |= {"ARCHIVE_FOLDER": str(folder / "archive"), "DJANGO_STATIC_ROOT": str(folder)}
    command("manage.py", "migrate", "--verbosity=0")
    command("manage.py", "collectstatic", "--noinput", "--verbosity=0")
    furnished = json.loads(command("-m", "tests.deploy.container.furnish"))
    server = Server(
        folder=folder,
        WEB_CONCURRENCY=str(workers),
        WEB_THREADS="4",
        PAPYRUS_HTTPS="0",
        DJANGO_ALLOWED_HOSTS="*",
    )
    try:
        server.wait_for(server.answers)
        headers = {"Cookie": f"sessionid={furnished['session']}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN}
        yield Served(
            port=server.port,
            short_note=furnished["short_note"],
            headers=headers,
            workers=tuple(server.workers()),
        )
    finally:
        server.kill()


def measure(server: Served) -> None:
    """Print requests a second and milliseconds for each page, and megabytes of database for 1,000 notes."""
    for name, path in {
        "/healthz": "/healthz",
        "/dbcheck": "/dbcheck",
        "the list of notes": "/",
        "the page of a note": f"/notes/{server.short_note}",
        "a form to write in": "/notes/new",
        "a stored PDF": f"/notes/{server.short_note}/pdf",
    }.items():
        row(name, at_once(server.port, getting(path, server.headers)))
    before = size()
    issued = at_once(server.port, issuing(server.headers))
    row(f"a note of {LINES} lines, issued", issued)
    print(f"{'database, 1,000 notes':<28} {(size() - before) / len(issued) * 1000 / 1e6:>9.1f} MB")


def row(name: str, taken: list[float]) -> None:
    """Print requests a second, and the median and the 95th percentile in milliseconds."""
    milliseconds = statistics.quantiles((seconds * 1000 for seconds in taken), n=20)
    print(f"{name:<28} {len(taken) / SECONDS:>9.1f} /s {milliseconds[9]:>8.1f} ms {milliseconds[18]:>8.1f} ms")


def at_once(port: int, ask: Ask) -> list[float]:
    """Let all clients ask for SECONDS and return how long each request took. Fails when one is refused."""
    start = threading.Barrier(CLIENTS)

    def client(_: int) -> list[float]:
        taken = []
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            start.wait()
            ends_at = time.perf_counter() + SECONDS
            while (began_at := time.perf_counter()) < ends_at:
                ask(connection)
                taken.append(time.perf_counter() - began_at)
        return taken

    with ThreadPoolExecutor(CLIENTS) as pool:
        return [seconds for taken in pool.map(client, range(CLIENTS)) for seconds in taken]


def getting(path: str, headers: dict[str, str]) -> Ask:
    return lambda connection: asked(connection, "GET", path, None, headers, expected=200)


def issuing(headers: dict[str, str]) -> Ask:
    """Return a request that writes and issues another note each time."""
    form = {"lines-TOTAL_FORMS": str(LINES), "lines-INITIAL_FORMS": "0", "delivered_on": "2026-11-25", "issue": "1"}
    for place in range(LINES):
        typed = {
            "name": f"品物 {place}",
            "quantity": "2",
            "unit": "個",
            "unit_price": "1234",
            "tax_category": "standard",
        }
        form |= {f"lines-{place}-{name}": value for name, value in typed.items()}
    form["customer"] = customer()
    sent = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
    return lambda connection: asked(
        connection, "POST", "/notes/new", urlencode({**form, "creation_key": str(uuid.uuid4())}), sent, expected=302
    )


def customer() -> str:
    """Return the code of a customer."""
    return str(found("select code from papyrus_schema.customers order by code limit 1"))


def size() -> int:
    """Return the bytes of the database."""
    return int(str(found("select pg_database_size(current_database())")))


def found(statement: str) -> object:
    with closing(psycopg.connect(dbname=DATABASE, autocommit=True)) as connection:
        answer = connection.execute(statement).fetchone()
        assert answer is not None
        return answer[0]


def asked(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: str | None,
    headers: dict[str, str],
    *,
    expected: int,
) -> None:
    """Ask and read the answer. Fails when it has another status, or leads to the sign-in page."""
    connection.request(method, path, body=body, headers=headers)
    response = connection.getresponse()
    response.read()
    assert response.status == expected, f"{path}: {response.status}"
    assert "login" not in response.headers.get("Location", ""), f"{path}: not signed in"


def command(*arguments: str) -> str:
    """Run Python with `arguments` in this project and return what it printed."""
    finished = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True)
    return finished.stdout


if __name__ == "__main__":
    sys.exit(main())
