from __future__ import annotations

import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from papyrus_site import local
from papyrus_site.embedded_postgres import EmbeddedPostgres

TESTS_SERVER = EmbeddedPostgres(folder=local.VAR / "postgres-test", settings={})


@pytest.fixture(autouse=True)
def var(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(local, "VAR", tmp_path)
    return tmp_path


def test_text_is_the_same_for_all_and_for_the_owner_only_when_many_keep_it_at_once(tmp_path: Path) -> None:
    path, number = tmp_path / "new" / "kept", itertools.count()

    def first(found: str) -> str:
        time.sleep(0.01)  # long enough for the others to come
        return found or f"made by {next(number)}"

    with ThreadPoolExecutor(16) as threads:
        kept = list(threads.map(lambda _: local.keep(path, first), range(16)))

    assert kept == ["made by 0"] * 16
    assert path.read_text() == "made by 0"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["kept"]


def test_text_stays_when_the_new_one_could_not_be_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    path.write_text("old")
    (tmp_path / "kept.new").write_text("ha")  # what a process left that was killed while it wrote

    assert local.keep(path, lambda found: found) == "old"
    assert local.keep(path, lambda found: f"{found} and new") == "old and new"
    assert path.read_text() == "old and new"


@pytest.mark.parametrize("held", ["", "\n"])
def test_secret_key_is_made_anew_and_kept_when_its_file_is_empty(var: Path, held: str) -> None:
    (var / "secret_key").write_text(held)
    first: dict[str, str] = {"DJANGO_SECRET_KEY": ""}
    second: dict[str, str] = {}

    local.prepare(first, database=TESTS_SERVER)
    local.prepare(second, database=TESTS_SERVER)

    assert len(first["DJANGO_SECRET_KEY"]) > 50
    assert second == first


def test_variables_without_effect_are_named_when_the_host_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    environ = {"PGPORT": "5433", "PGDATABASE": "mine", "PGPASSWORD": "secret"}

    local.prepare(environ, database=TESTS_SERVER)

    assert (environ["PGPORT"], environ["PGDATABASE"]) == ("5432", "papyrus")
    assert capsys.readouterr().err == (
        "PGHOST の指定がないため付属の PostgreSQL を使います。PGPORT, PGDATABASE, PGPASSWORD の指定は無視されます。"
        "別のサーバーを使うときは PGHOST も指定してください。\n"
    )


def test_nothing_is_said_when_no_variable_is_set(capsys: pytest.CaptureFixture[str]) -> None:
    local.prepare({}, database=TESTS_SERVER)

    assert capsys.readouterr().err == ""


def test_host_is_refused_when_the_user_is_missing() -> None:
    environ = {"PGHOST": "db.example"}

    with pytest.raises(local.NotPrepared, match=r"PGHOST に db\.example が指定されていますが、PGUSER が"):
        local.prepare(environ)
