"""A day's work on the real server, signed in to the database as the application's role and no more."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import inline_rows
from tests.deploy.container.browsing import Browser
from tests.deploy.container.own_postgres import Office, OwnPostgres
from tests.deploy.serving import Server
from tests.opening import opened_with

PRODUCT = {
    "sku": "L-1",
    "name": "茶",
    "unit_price": "1080",
    "unit": "袋",
    "tax_category": "reduced",
    "jan": "",
    "note": "",
    "is_active": "on",
    **inline_rows.OF_PRODUCT,
}


@pytest.fixture
def browser(
    serve: Callable[..., Server], own_postgres: OwnPostgres, office: Office, password: str, tmp_path: Path
) -> Browser:
    """Signed in as an administrator of the product, who may do everything in it."""
    name, user_password = f"administrator{uuid.uuid4().hex[:8]}", secrets.token_urlsafe(16)
    made = own_postgres.command(
        *("manage.py", "createsuperuser", "--noinput", "--username", name, "--email", "a@papyrus.example"),
        password=password,
        DJANGO_SUPERUSER_PASSWORD=user_password,
    )
    assert made.returncode == 0, made.stderr
    folders = {"ARCHIVE_FOLDER": str(tmp_path / "archive"), "DJANGO_STATIC_ROOT": str(tmp_path / "static")}
    collected = own_postgres.command("manage.py", "collectstatic", "--noinput", password=password, **folders)
    assert collected.returncode == 0, collected.stderr
    server = serve(password, PAPYRUS_HTTPS="0", DJANGO_ALLOWED_HOSTS="127.0.0.1", **folders)
    found = Browser(port=server.port)
    found.get("/login")
    found.send("/login", {"username": name, "password": user_password})
    assert found.has_session()
    return found


def form(*, customer: tuple[str, ...], **buttons: str) -> dict[str, str]:
    """A note of two packets of tea, as the browser sends it."""
    return {
        "creation_key": str(uuid.uuid4()),
        "revision": "",
        "customer_id": customer[0],
        "customer": customer[1],
        "delivered_on": "2026-11-23",
        "lines-TOTAL_FORMS": "1",
        "lines-INITIAL_FORMS": "0",
        "lines-0-code": "L-1",
        "lines-0-name": "茶",
        "lines-0-quantity": "2",
        "lines-0-unit": "袋",
        "lines-0-unit_price": "1080",
        "lines-0-tax_category": "reduced",
        **buttons,
    }


def test_a_day_is_worked_with_the_lesser_role(
    browser: Browser, own_postgres: OwnPostgres, password: str, tmp_path: Path
) -> None:
    customer, *_ = own_postgres.execute("select id::text, code || ' ' || name from papyrus_schema.customers")

    browser.get("/admin/catalog/product/add/")
    browser.send("/admin/catalog/product/add/", PRODUCT)
    assert browser.address == "/admin/catalog/product/"
    change = "/admin/catalog/product/L-1/change/"
    opened = {"_opened": opened_with(browser.get(change).decode())}
    browser.send(change, PRODUCT | opened | {"unit_price": "1200"})

    browser.send("/notes/new", form(customer=customer))
    draft = browser.address.removesuffix("/edit")
    browser.send(f"{draft}/delete", {})
    browser.send("/notes/new", form(customer=customer, issue="1"))
    note = browser.address
    assert browser.get(f"{note}/pdf").startswith(b"%PDF-")
    browser.send(f"{note}/void", {"reason": "数量違い"})

    identity = note.rsplit("/", 1)[-1]
    facts = "select state, archived_at is not null from papyrus_schema.delivery_notes where id = "
    assert own_postgres.execute(facts + identity) == [("void", True)]
    assert own_postgres.execute("select unit_price::text from papyrus_schema.products where sku = 'L-1'") == [
        ("1200.0000",)
    ]
    assert own_postgres.execute(facts + draft.rsplit("/", 1)[-1]) == []
    recorded = own_postgres.execute(
        "select pgh_label, pgh_by_id is not null, pgh_former ->> 'unit_price' from papyrus_schema.product_changes "
        "where sku = 'L-1' order by pgh_id"
    )
    assert recorded == [("insert", True, None), ("update", True, "1080.0000")]
    assert list((tmp_path / "archive").rglob("*.pdf"))


def test_commands_of_the_service_run_with_the_lesser_role(
    own_postgres: OwnPostgres, office: Office, password: str, tmp_path: Path
) -> None:
    own_postgres.execute("update papyrus_schema.delivery_notes set archived_at = null where number is not null")

    archived = own_postgres.command("manage.py", "archive_pending", password=password, ARCHIVE_FOLDER=str(tmp_path))
    checked = own_postgres.command("manage.py", "dbcheck", "--json", password=password, PAPYRUS_HTTPS="1")
    signed_out = own_postgres.command("manage.py", "clearsessions", password=password)

    assert [each.returncode for each in (archived, checked, signed_out)] == [0, 0, 0]
    assert list(tmp_path.rglob("*.pdf"))
    assert json.loads(checked.stdout)["checks"]["role"] == {
        "ok": True,
        "detail": "papyrus_app, who cannot change tables",
    }
