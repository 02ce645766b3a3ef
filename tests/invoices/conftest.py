from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from papyrus_site.roles import Role
from tests.invoices.factories import clerk, user_of


@pytest.fixture(autouse=True)
def plain_site(settings: Settings, tmp_path: Path) -> None:
    """Pages without the manifest that collectstatic makes, and an archive of the test's own."""
    settings.WHITENOISE_AUTOREFRESH = True
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        "archive": {
            "BACKEND": "invoices.archive_places.FolderPlace",
            "OPTIONS": {"location": tmp_path / "archive"},
        },
    }


@pytest.fixture
def author(db: None) -> User:
    return clerk()


@pytest.fixture
def signed_in(client: Client, author: User) -> Client:
    client.force_login(author)
    return client


@pytest.fixture
def staff(client: Client, db: None) -> Client:
    client.force_login(user_of(Role.PRODUCT_STAFF, is_staff=True))
    return client
