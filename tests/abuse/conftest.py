"""The world under attack, once for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import override_settings

from tests.abuse.judge import Judge
from tests.abuse.survey import Survey, survey
from tests.abuse.world import inhabited


@pytest.fixture
def judge(db: None, tmp_path: Path) -> Iterator[Judge]:
    """A judge in a world of the test's own."""
    with override_settings(**_plain_site(tmp_path)):
        world = inhabited()
        # Each request begins and ends with a look at its connection, and one that is in a transaction is closed.
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
        yield Judge(world)
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


@pytest.fixture(scope="session")
def surveys() -> list[Survey]:
    """The walk, once it was made: the rows and their keys are the same in each world."""
    return []


@pytest.fixture
def met(judge: Judge, surveys: list[Survey]) -> Survey:
    """What a walk through the product meets."""
    if not surveys:
        surveys.append(survey(judge))
    return surveys[0]


def _plain_site(folder: Path) -> dict[str, object]:
    """Settings for pages without `collectstatic`, and an archive of the test's own."""
    return {
        "STATIC_ROOT": folder,
        "STORAGES": {
            "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
            "archive": {
                "BACKEND": "invoices.archive_places.FolderPlace",
                "OPTIONS": {"location": folder / "archive"},
            },
        },
    }
