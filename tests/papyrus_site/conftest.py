"""The log as a list of lines."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from papyrus_site import logs


class Log:
    """What the process has logged since the test began."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Every line as an object; fails when one is not one."""
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


@pytest.fixture
def log() -> Iterator[Log]:
    """The log, by the filters and the formatter that the configuration names."""
    made = Log()
    handler = logging.StreamHandler(made.stream)
    handler.setFormatter(logs.JsonLines())
    for each in (logs.ToldByRequestLine(), logs.AddContext(), logs.ConstantText()):
        handler.addFilter(each)
    logging.getLogger().addHandler(handler)
    yield made
    logging.getLogger().removeHandler(handler)


@pytest.fixture(autouse=True)
def plain_static_files(settings: Settings, tmp_path: Path) -> None:
    """Pages without `collectstatic`."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
