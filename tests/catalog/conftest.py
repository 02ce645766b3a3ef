from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from pytest_django import Settings


@pytest.fixture(autouse=True)
def plain_site(settings: Settings) -> None:
    """Serve pages over plain HTTP, in English, without the folder and manifest that collectstatic makes."""
    settings.WHITENOISE_AUTOREFRESH = True
    settings.SECURE_SSL_REDIRECT = False
    settings.LANGUAGE_CODE = "en"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def staff(db: None) -> User:
    return User.objects.create_superuser("staff", password="only-for-tests")


@pytest.fixture
def signed_in(client: Client, staff: User) -> Client:
    client.force_login(staff)
    return client


@pytest.fixture
def many(db: None) -> int:
    """More products than are counted, M000001 and so on; only the last hundred have a price. Returns how many."""
    number = 10_160
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into products (sku, name, unit_price)"
            " select 'M' || lpad(n::text, 6, '0'), '品', case when n > %s then n end from generate_series(1, %s) as n",
            [number - 100, number],
        )
        cursor.execute("analyze stored_products")
    return number
