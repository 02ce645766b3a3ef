from __future__ import annotations

from pathlib import Path

from django.http import HttpResponse
from pytest_django import Settings

from papyrus_site.static_files import StaticFilesMiddleware


def test_list_of_static_files_is_not_served_and_the_files_are(settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    for name in ("staticfiles.json", "app.css"):
        (tmp_path / name).write_text("{}")

    served = StaticFilesMiddleware(lambda request: HttpResponse())

    assert served.files.keys() == {"/static/app.css"}
