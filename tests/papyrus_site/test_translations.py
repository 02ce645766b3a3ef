"""Every sentence of ours has its Japanese, and the compiled catalogue is the written one."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib

from papyrus_site.local import ROOT
from tests.conftest import needed_program

CATALOGUE = Path("papyrus_site/locale/ja/LC_MESSAGES/django.po")
COPIED = ("catalog", "deploy", "invoices", "papyrus_site", "manage.py")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)[^}]*\}")


def catalogue() -> polib.POFile:
    return polib.pofile(str(ROOT / CATALOGUE))


def test_every_string_of_the_source_is_translated(tmp_path: Path) -> None:
    needed_program("xgettext")
    for name in COPIED:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    # The copy stands elsewhere, so that the catalogue of the source is not written.
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "--locale=ja", "--no-location", "--no-obsolete"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        timeout=120,
    )
    extracted = polib.pofile(str(tmp_path / CATALOGUE))
    assert [entry.msgid for entry in extracted if not entry.translated()] == []
    assert {entry.msgid for entry in extracted} == {entry.msgid for entry in catalogue()}


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
