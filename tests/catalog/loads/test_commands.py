"""`import_products` and `export_products` as an operator runs them, killed in the middle included."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from openpyxl import load_workbook

from catalog.loads.models import LoadState, ProductLoad, ProductLoadRow
from catalog.models import Product
from papyrus_site.local import ROOT
from tests.catalog.factories import ProductFactory
from tests.catalog.loads.files import csv_bytes
from tests.catalog.loads.loading import rows_of_products
from tests.conftest import wait_until
from tests.warm import processes

WRONG = (("品番", "品名", "単価", "仕入先"), ("A", "茶", "1", "x"), ("B", "水", "千円", "y"))


def file_of(folder: Path, *rows: tuple[str, ...], name: str = "list.csv") -> Path:
    path = folder / name
    path.write_bytes(csv_bytes(rows))
    return path


def run(path: Path, *options: str) -> tuple[int, str]:
    """Run the command and return its exit code and output."""
    output = StringIO()
    try:
        call_command("import_products", str(path), *options, stdout=output, stderr=output)
    except SystemExit as left:
        return int(left.code or 0), output.getvalue()
    return 0, output.getvalue()


@pytest.fixture
def english(settings: object) -> None:
    settings.LANGUAGE_CODE = "en"  # type: ignore[attr-defined]


@pytest.mark.django_db
@pytest.mark.usefixtures("english")
class TestImport:
    def test_file_is_loaded_and_counted(self, tmp_path: Path) -> None:
        path = file_of(tmp_path, ("品番", "品名", "色"), ("00123", "茶", "赤"))
        assert run(path) == (
            0,
            "CSV · UTF-8, 1 rows\nColumns ignored: 色\nNew 1, changed 0, unchanged 0, wrong 0\n"
            f"Loaded. Undo is on the page of load {ProductLoad.objects.get().pk} in the admin.\n",
        )
        assert [row["sku"] for row in rows_of_products()] == ["00123"]

    def test_wrong_row_is_named_and_nothing_is_written(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="1 rows are wrong, so nothing was written") as refused:
            run(file_of(tmp_path, *WRONG))
        assert refused.value.returncode == 1
        assert (rows_of_products(), ProductLoadRow.objects.count()) == ([], 0)

    def test_wrong_rows_are_skipped_and_written_down_when_asked_for(self, tmp_path: Path) -> None:
        for name in ("wrong.csv", "wrong.xlsx"):
            code, output = run(file_of(tmp_path, *WRONG), "--skip-wrong", "--errors", str(tmp_path / name))
            assert (code, "Row 3, 単価: The unit price “千円” is not a number." in output) == (3, True)
        assert [row["sku"] for row in rows_of_products()] == ["A"]
        assert (tmp_path / "wrong.csv").read_text("utf-8-sig").splitlines() == [
            "品番,品名,単価,仕入先,エラー理由",
            'B,水,千円,y,"The unit price “千円” is not a number. Enter digits such as 1200 or 42.5, or nothing."',
        ]
        assert load_workbook(tmp_path / "wrong.xlsx").active["C2"].value == "千円"

    def test_dry_run_writes_nothing(self, tmp_path: Path) -> None:
        code, output = run(file_of(tmp_path, ("品番", "品名"), ("A", "茶")), "--dry-run")
        assert (code, "New 1, changed 0" in output, "Loaded" in output) == (0, True, False)
        assert (rows_of_products(), ProductLoad.objects.count()) == ([], 0)

    def test_encoding_can_be_told(self, tmp_path: Path) -> None:
        path = tmp_path / "list.csv"
        path.write_bytes("品番,品名\nA,ソ\n".encode("cp932"))
        with pytest.raises(CommandError, match="Line 1 of the file is not written in UTF-8"):
            run(path, "--encoding", "utf-8")
        assert ProductLoad.objects.get().state == LoadState.FAILED
        assert run(path, "--encoding", "cp932")[0] == 0

    def test_missing_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="cannot be read: No such file or directory"):
            run(tmp_path / "none.csv")


@pytest.mark.django_db
@pytest.mark.usefixtures("english")
class TestExport:
    @pytest.mark.parametrize(("name", "options"), [("a.csv", []), ("a.csv", ["--cp932"]), ("a.xlsx", [])])
    def test_exported_file_changes_nothing_when_imported(self, tmp_path: Path, name: str, options: list[str]) -> None:
        ProductFactory.create(sku="00123", name="=表ソ構", unit_price=None)
        before = rows_of_products()
        output = StringIO()
        call_command("export_products", str(tmp_path / name), *options, stdout=output)
        assert output.getvalue() == "Products written: 1.\n"
        assert "New 0, changed 0, unchanged 1, wrong 0" in run(tmp_path / name)[1]
        assert rows_of_products() == before
        assert [path.name for path in tmp_path.iterdir()] == [name]

    def test_letter_that_cp932_lacks_leaves_no_file(self, tmp_path: Path) -> None:
        ProductFactory.create(name="𠮷野")
        with pytest.raises(CommandError, match="lacks the character “𠮷”"):
            call_command("export_products", str(tmp_path / "a.csv"), "--cp932")
        assert list(tmp_path.iterdir()) == []

    def test_file_of_another_kind_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match=r"ends in neither \.csv nor \.xlsx"):
            call_command("export_products", str(tmp_path / "a.ods"))


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_killed_load_has_written_nothing(tmp_path: Path, blow: signal.Signals) -> None:
    ProductFactory.create(sku="00000", name="茶", unit_price=1)
    before = rows_of_products()
    rows = [(f"{number:05d}", f"商品{number}", "5") for number in range(120_000)]
    path = file_of(tmp_path, ("品番", "品名", "単価"), *rows)
    environment = {**os.environ, "PGDATABASE": str(connection.settings_dict["NAME"])}
    command = [sys.executable, "manage.py", "import_products", str(path)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None

    # Its second slice of three is under way, so it has written, but not committed.
    writer = wait_until(lambda: writers(process))[0]
    process.send_signal(blow)
    process.communicate(timeout=60)

    assert process.returncode == (130 if blow is signal.SIGINT else -blow)
    wait_until(lambda: not is_connected(writer))
    assert rows_of_products() == before
    assert (ProductLoad.objects.count(), ProductLoadRow.objects.count()) == (0, 0)


def writers(process: subprocess.Popen[str]) -> list[int]:
    """The process ids of the connections that are writing products now."""
    assert process.poll() is None, process.communicate()
    with connection.cursor() as cursor:
        cursor.execute(
            "select pid from pg_stat_activity where query like '%insert into stored_products (%'"
            " and datname = current_database() and pid <> pg_backend_pid()"
        )
        return [pid for (pid,) in cursor.fetchall()]


def is_connected(backend: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select from pg_stat_activity where pid = %s", [backend])
        return bool(cursor.fetchall())


@pytest.mark.usefixtures("committed")
def test_load_after_a_killed_one_works(tmp_path: Path) -> None:
    path = file_of(tmp_path, ("品番", "品名"), ("A", "茶"))
    environment = {**os.environ, "PGDATABASE": str(connection.settings_dict["NAME"])}
    done = processes.run(["manage.py", "import_products", str(path)], env=environment)
    assert (done.returncode, "…" in done.stderr) == (0, True)
    assert Product.objects.count() == 1
