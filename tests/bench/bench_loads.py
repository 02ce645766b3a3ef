"""How fast files of products are loaded, beside plain COPY and beside django-import-export with its default settings.

Run by `make bench`, or alone: python -m tests.bench.bench_loads [--rows 1000000]
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from papyrus_site.local import ROOT
from tests.bench.bench_search import Row, drop_database, invent, recreate_database, start_django

ADMIN_ROWS, ADMIN_SECONDS = 50_000, 15.0
COMMAND_SECONDS, COMMAND_MEGABYTES = 120.0, 500
PEER_ROWS = 2_000
HEADINGS = ("品番", "品名", "単価", "JANコード")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--rows", type=int, default=1_000_000, help="how many rows the command loads")
    rows = options.parse_args().rows
    os.environ["LOG_LEVEL"] = "ERROR"
    start_django()
    missed = [name for name, measure in (("admin", admin), ("command", lambda: command(rows))) if measure()]
    with fresh_database():
        peer()
    return 1 if missed else 0


@contextmanager
def fresh_database() -> Iterator[None]:
    from django.core.management import call_command
    from django.db import connection

    recreate_database()
    try:
        call_command("migrate", verbosity=0)
        yield
    finally:
        connection.close()
        drop_database()


def timed(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def admin() -> bool:
    """Load 50,000 rows through the pages, and tell whether the bound was missed."""
    from django.test import Client

    rows = list(invent(ADMIN_ROWS))
    print(f"\n{ADMIN_ROWS:,} products through the admin (bound {ADMIN_SECONDS:.0f} s, preview and loading together)")
    missed = False
    with fresh_database():
        client = signed_in(Client(HTTP_HOST="localhost"))
        contents = {"CSV": csv_of(rows), "CSV again": csv_of(rows), "XLSX, dearer": xlsx_of(rows, dearer=1)}
        for label, content in contents.items():
            previewed = timed(lambda content=content: upload(client, content))  # type: ignore[misc]
            applied = timed(lambda: confirm(client))
            is_missed = previewed + applied > ADMIN_SECONDS
            missed = missed or is_missed
            print(
                f"  {label:<13} preview {previewed:5.1f} s, loading {applied:5.1f} s  {'MISSED' if is_missed else 'ok'}"
            )
    return missed


def signed_in(client: Any) -> Any:
    from django.conf import settings
    from django.contrib.auth.models import User

    settings.ALLOWED_HOSTS = ["*"]
    settings.SECURE_SSL_REDIRECT = False
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    client.force_login(User.objects.create_superuser("bench"))
    return client


def upload(client: Any, content: bytes) -> None:
    file = io.BytesIO(content)
    file.name = "list"
    answer = client.post("/admin/catalog/product/import/", {"file": file, "encoding": ""}, follow=True)
    assert re.search("productload/[0-9]+/change", answer.redirect_chain[0][0]), answer.redirect_chain


def confirm(client: Any) -> None:
    from catalog.models import ProductLoad

    load = ProductLoad.objects.latest("pk")
    client.post(f"/admin/catalog/productload/{load.pk}/apply/", follow=True)
    load.refresh_from_db()
    assert load.state == "applied", load.state


def command(count: int) -> bool:
    """Load `count` rows by the command beside COPY into the same table, and tell whether a bound was missed."""
    print(f"\n{count:,} products by the command (bounds {COMMAND_SECONDS:.0f} s and {COMMAND_MEGABYTES} MB)")
    with fresh_database():
        bare, full = copied(list(invent(count)))
    print(f"  COPY into a bare table {bare:6.1f} s, into products with its indexes and rules {full:6.1f} s")
    with fresh_database(), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        path.write_bytes(csv_of(list(invent(count))))
        seconds, megabytes = run_command(path)
        again, _megabytes = run_command(path)
    is_missed = seconds > COMMAND_SECONDS or megabytes > COMMAND_MEGABYTES
    print(
        f"  import_products {seconds:6.1f} s ({count / seconds:,.0f} rows/s), {megabytes:.0f} MB; again {again:6.1f} s"
    )
    ratios = f"{seconds / bare:.1f} × bare COPY, {seconds / full:.2f} × COPY into products"
    print(f"  {ratios}  {'MISSED' if is_missed else 'ok'}")
    return is_missed


def copied(rows: list[Row]) -> tuple[float, float]:
    from django.db import connection

    def copy(table: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("set statement_timeout = 0; set gin_pending_list_limit = '32MB'")
            with cursor.copy(f"copy {table} (sku, name, unit_price, jan) from stdin") as copy:
                for row in rows:
                    copy.write_row((row.sku, row.name, row.unit_price, row.jan))

    with connection.cursor() as cursor:
        cursor.execute("create table bare (sku text, name text, unit_price numeric, jan text)")
    return timed(lambda: copy("bare")), timed(lambda: copy("stored_products"))


def run_command(path: Path) -> tuple[float, float]:
    """Return the seconds and the megabytes that the process took."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "manage.py", "import_products", str(path)], cwd=ROOT)
    megabytes = 0.0
    while process.poll() is None:
        megabytes = max(megabytes, resident_megabytes(process.pid))
        time.sleep(0.1)
    assert process.returncode == 0, process.returncode
    return time.perf_counter() - started, megabytes


def resident_megabytes(pid: int) -> float:
    """Return what a process has in memory. Its own count of the most begins with this one's memory, before exec."""
    with suppress(OSError):
        if found := re.search(r"VmRSS:\s+([0-9]+) kB", Path(f"/proc/{pid}/status").read_text()):
            return int(found[1]) / 1024
    return 0.0


def peer() -> None:
    """Load by django-import-export with nothing configured, a fraction of the rows: it takes one by one."""
    from import_export.resources import modelresource_factory
    from tablib import Dataset

    from catalog.models import Product

    fields = ("sku", "name", "unit_price", "jan")
    resource = modelresource_factory(Product, meta_options={"import_id_fields": ("sku",), "fields": fields})()
    rows = [(row.sku, row.name, row.unit_price, row.jan) for row in invent(PEER_ROWS)]
    data = Dataset(*rows, headers=list(fields))
    previewed = timed(lambda: resource.import_data(data, dry_run=True))
    applied = timed(lambda: resource.import_data(data, dry_run=False, raise_errors=True))
    rate = PEER_ROWS / (previewed + applied)
    print(f"\ndjango-import-export by itself, {PEER_ROWS:,} products: preview {previewed:.1f} s,", end=" ")
    print(f"loading {applied:.1f} s, {rate:,.0f} rows/s; {ADMIN_ROWS:,} would take {ADMIN_ROWS / rate:,.0f} s")


def csv_of(rows: list[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    writer.writerows((row.sku, row.name, row.unit_price, row.jan) for row in rows)
    return text.getvalue().encode()


def xlsx_of(rows: list[Row], *, dearer: int) -> bytes:
    from catalog.loads.writing import FileForm, write

    file = io.BytesIO()
    table = [[row.sku, row.name, str(row.unit_price + dearer), row.jan] for row in rows]
    write([list(HEADINGS), *table], file, form=FileForm.XLSX)
    return file.getvalue()


if __name__ == "__main__":
    sys.exit(main())
