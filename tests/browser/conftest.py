"""A real Chromium against a real gunicorn against the tests' PostgreSQL."""

from __future__ import annotations

import functools
import os
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from catalog.models import Product
from papyrus_site.roles import Role
from tests.conftest import held_port, needed_program, wait_until
from tests.invoices.factories import CustomerFactory, IssuerFactory, user_of
from tests.warm.processes import Process

PASSWORD = "only-for-tests-1"
# How long a busy machine may take for what is there at once on others.
PATIENCE_MILLISECONDS = 30_000
expect.set_options(timeout=PATIENCE_MILLISECONDS)
# Chromium's own calls home would only fail here, slowly; as root it runs without its sandbox.
ARGUMENTS = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = needed_program("chromium", "chromium-browser", "google-chrome")
    # Playwright keeps an event loop in this thread, which Django would take for an async context.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        arguments = [*ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        with playwright.chromium.launch(executable_path=program, args=arguments) as started:
            yield started


@pytest.fixture(scope="session")
def server(django_db_setup: None, static_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a gunicorn that works on the test database."""
    with held_port() as port:
        yield from serving(port, tmp_path_factory.mktemp("server"), {})


def serving(port: int, folder: Path, told: dict[str, str]) -> Iterator[str]:
    """Serve on the test database, told what stands in `told`, until the iterator goes on; the log is in `folder`."""
    environment = {
        **os.environ,
        "PGDATABASE": str(connection.settings_dict["NAME"]),
        "GUNICORN_BIND": f"127.0.0.1:{port}",
        "ARCHIVE_FOLDER": str(folder / "archive"),
        **told,
    }
    command = ["-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "papyrus_site.wsgi"]
    with (folder / "log").open("wb") as log:
        process = Process(command, env=environment, stdout=log, stderr=log)
    try:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/healthz"))
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


def answers(address: str) -> bool:
    """Whether a GET of `address` succeeds."""
    with suppress(OSError):
        urllib.request.urlopen(address, timeout=1).close()  # noqa: S310 - our own server
        return True
    return False


@pytest.fixture(scope="session")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """A window for all tests: another takes Chromium as long as many of them."""
    with browser.new_context(locale="ja-JP", viewport={"width": 1360, "height": 900}) as opened:
        opened.set_default_timeout(PATIENCE_MILLISECONDS)
        yield opened


@pytest.fixture
def context(window: BrowserContext) -> Iterator[BrowserContext]:
    """A window in which nobody is signed in; what a test does to it is undone."""
    yield window
    for page in window.pages:
        page.close()
    window.clear_cookies()
    window.unroute_all()


@contextmanager
def breaches(context: BrowserContext) -> Iterator[list[str]]:
    """What Chromium says of the policies that pages of `context` break, as it says it."""
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Permissions-Policy" in message.text:
            said.append(f"{message.page.url if message.page else ''}: {message.text}")

    context.on("console", listen)
    yield said
    context.remove_listener("console", listen)


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which no script may fail, and that may break no policy."""
    with breaches(context) as errors:
        opened = context.new_page()
        opened.on("pageerror", lambda error: errors.append(str(error)))
        yield opened
    assert errors == []


@pytest.fixture
def office(committed: None) -> User:
    """A clerk with a customer, an issuer and the demo's products; returns the clerk."""
    call_command("load_demo_products", verbosity=0)
    Product.objects.create(sku="JAN-1", name="スキャン用の茶", unit_price=500, unit="袋", jan="4901234567894")
    CustomerFactory.create(code="C001", name="株式会社サンプル商店", kana="サンプルショウテン")
    IssuerFactory.create()
    return with_password(user_of(Role.CLERK, username="clerk"))


@pytest.fixture
def clerk_page(page: Page, office: User, server: str) -> Page:
    """A page of a signed-in clerk, on the list of notes."""
    sign_in(page, server, username="clerk")
    return page


def with_password(user: User) -> User:
    """Give `user` PASSWORD, hashed as the server does it."""
    user.password = _hashed()
    user.save()
    return user


@functools.cache
def _hashed() -> str:
    return make_password(PASSWORD, hasher="pbkdf2_sha256")


def sign_in(page: Page, server: str, *, username: str) -> None:
    """Open the start page with a session of its own, as after the form, which other tests fill in."""
    client = Client()
    client.force_login(User.objects.get(username=username), "django.contrib.auth.backends.ModelBackend")
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": server}])
    page.goto(server)
