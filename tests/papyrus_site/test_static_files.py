from __future__ import annotations

from pathlib import Path

from django.test import Client
from pytest_django import Settings


def test_list_of_static_files_is_not_served_and_the_files_are(settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    for name in ("staticfiles.json", "app.css"):
        (tmp_path / name).write_text("{}")

    answers = {name: Client().get(f"/static/{name}") for name in ("staticfiles.json", "app.css")}

    assert {name: answer.status_code for name, answer in answers.items()} == {"staticfiles.json": 404, "app.css": 200}
    answers["app.css"].close()
