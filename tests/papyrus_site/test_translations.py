"""Every sentence of ours has its Japanese, and the compiled catalogue is the written one."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

from papyrus_site.local import ROOT
from tests.conftest import needed_program

CATALOGUE = Path("papyrus_site/locale/ja/LC_MESSAGES/django.po")
COPIED = ("catalog", "deploy", "history", "invoices", "papyrus_site", "typesetting", "manage.py", "Makefile")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)[^}]*\}")


def catalogue() -> polib.POFile:
    return polib.pofile(str(ROOT / CATALOGUE))


def make_messages(folder: Path) -> bytes:
    """Run `make messages` in `folder` and return the catalogue it leaves there."""
    command = ["make", "--old-file=.venv/dev.stamp", "messages"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
    return (folder / CATALOGUE).read_bytes()


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source elsewhere, so that its own catalogue is not written."""
    needed_program("xgettext")
    needed_program("make")
    folder = tmp_path_factory.mktemp("source")
    for name in COPIED:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


def test_every_string_of_the_source_is_translated(copied: Path) -> None:
    extracted = polib.pofile(make_messages(copied).decode())
    assert [entry.msgid for entry in extracted if not entry.translated()] == []
    assert {entry.msgid for entry in extracted} == {entry.msgid for entry in catalogue()}


def test_catalogue_stays_as_it_is_when_made_again(copied: Path) -> None:
    assert make_messages(copied) == make_messages(copied)
    assert b"POT-Creation-Date" not in (ROOT / CATALOGUE).read_bytes()
    # A wrapped text begins with an empty string on its first line; only the header may.
    assert (ROOT / CATALOGUE).read_text().count('msgid ""\n') == 1


def test_compiled_catalogue_is_the_written_one() -> None:
    compiled = polib.mofile(str((ROOT / CATALOGUE).with_suffix(".mo")))
    assert {entry.msgid: entry.msgstr for entry in compiled} == {entry.msgid: entry.msgstr for entry in catalogue()}


def test_translations_keep_every_placeholder() -> None:
    different = [
        entry.msgid
        for entry in catalogue()
        if not entry.msgid_plural
        and sorted(map(str, PLACEHOLDER.findall(entry.msgid))) != sorted(map(str, PLACEHOLDER.findall(entry.msgstr)))
    ]
    assert different == []
