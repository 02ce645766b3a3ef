"""What the database records by itself, whoever changes something and however."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.test import Client

from catalog.models import Product, TaxCategory, TaxRate
from history.recording import Change, change_models
from invoices.models import Customer, Issuer, MailTemplate, NumberSeries
from papyrus_site.local import ROOT
from papyrus_site.roles import Role, give
from tests import inline_rows
from tests.catalog.factories import ProductFactory
from tests.catalog.loads.loading import loaded
from tests.invoices.factories import CustomerFactory, IssuerFactory, UserFactory, issued_note

pytestmark = pytest.mark.django_db

CHANGE = "/admin/catalog/product/A/change/"
VALID = {"name": "茶", "unit_price": "1080", "unit": "袋", "tax_category": "standard", "jan": "", "note": ""}
VALID |= inline_rows.OF_PRODUCT


def changes(model: type[Any]) -> list[Change]:
    [kind] = [kind for kind in change_models() if kind.pgh_tracked_model._meta.concrete_model is model]
    return list(kind._default_manager.order_by("pgh_id"))


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def told(change: Change) -> tuple[str, Any, Any]:
    return change.pgh_label, change.pgh_former, getattr(change, "unit_price", None)


def test_old_and_new_are_recorded_when_many_are_updated_at_once() -> None:
    ProductFactory.create(sku="A", unit_price=100)
    ProductFactory.create(sku="B", unit_price=None)

    Product.objects.update(unit_price=120)

    assert [told(each) for each in changes(Product)[2:]] == [
        ("update", {"unit_price": 100.0}, Decimal(120)),
        ("update", {"unit_price": None}, Decimal(120)),
    ]


@pytest.mark.parametrize("assignment", ["unit_price = unit_price", "updated_at = now()", "name = name || ''"])
def test_nothing_is_recorded_when_nothing_changed(assignment: str) -> None:
    ProductFactory.create(sku="A")

    execute(f"update products set {assignment}")

    assert [each.pgh_label for each in changes(Product)] == ["insert"]


def test_database_role_and_program_are_recorded_when_plain_sql_changed_something() -> None:
    execute("insert into products (sku, name) values ('A', '茶'), ('B', '紅茶')")
    execute("set local application_name = 'psql'; update products set sku = 'C', unit_price = 5 where sku = 'A'")
    execute("delete from products where sku = 'B'")

    found = changes(Product)
    assert sorted((each.pgh_label, each.sku, each.unit_price) for each in found) == [  # type: ignore[attr-defined]
        ("delete", "A", None),
        ("delete", "B", None),
        ("insert", "A", None),
        ("insert", "B", None),
        ("insert", "C", Decimal(5)),
    ]
    [moved] = [each for each in found if each.sku == "C"]  # type: ignore[attr-defined]
    assert (moved.pgh_role, moved.pgh_program) == (os.environ["PGUSER"], "psql")
    assert (moved.pgh_by_id, moved.pgh_request, moved.pgh_load) == (None, "", None)


def test_rows_are_recorded_as_deleted_when_the_table_is_emptied() -> None:
    ProductFactory.create(sku="A")

    execute("set constraints all immediate; truncate stored_products cascade")

    assert [(each.pgh_label, each.sku) for each in changes(Product)] == [("insert", "A"), ("delete", "A")]  # type: ignore[attr-defined]


def test_user_and_request_are_recorded_when_a_page_is_saved(signed_in: Client, staff: User) -> None:
    ProductFactory.create(sku="A", name="緑茶")

    answer = signed_in.post(CHANGE, VALID)

    recorded = changes(Product)[-1]
    assert (recorded.pgh_by_id, recorded.pgh_request) == (staff.pk, answer["X-Request-Id"])
    assert (recorded.pgh_program, (recorded.pgh_former or {})["name"]) == ("papyrus", "緑茶")


def test_load_is_recorded_when_a_file_is_loaded() -> None:
    ProductFactory.create(sku="A", name="茶")

    load = loaded(("品番", "品名"), ("A", "煎茶"), ("B", "紅茶"))

    assert [(each.pgh_label, each.pgh_load) for each in changes(Product)] == [
        ("insert", None),
        ("update", load.pk),
        ("insert", load.pk),
    ]


@pytest.mark.usefixtures("committed")
def test_command_is_recorded_when_one_writes() -> None:
    environment = {**os.environ, "PGDATABASE": str(connection.settings_dict["NAME"])}
    command = [sys.executable, "manage.py", "load_demo_products"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=120)

    assert {(each.pgh_by_id, each.pgh_program) for each in changes(Product)} == {(None, "papyrus load_demo_products")}


@pytest.mark.parametrize("model", [Customer, Issuer, MailTemplate, NumberSeries, TaxCategory, TaxRate])
def test_every_master_is_recorded(model: type[Any]) -> None:
    CustomerFactory.create()
    IssuerFactory.create()
    field = {MailTemplate: "mail_subject", NumberSeries: "number_format", TaxRate: "rate"}.get(model, "name")
    before = len(changes(model))

    model.objects.update(**{field: "7"})

    assert len(changes(model)) == before + model.objects.count()
    assert set(changes(model)[-1].pgh_former or ()) == {field}


def test_roles_are_recorded_and_no_password() -> None:
    user = UserFactory.create(username="new")
    user.set_password("only-for-tests")
    user.save()
    give(user, [Role.CLERK])

    assert [(each.pgh_label, each.username) for each in changes(User)] == [("insert", "new")]  # type: ignore[attr-defined]
    [role] = changes(User.groups.through)
    assert (role.pgh_label, role.group.name) == ("insert", "納品書担当")  # type: ignore[attr-defined]
    assert "password" not in {field.name for field in changes(User)[0]._meta.fields}


def test_issued_notes_are_not_recorded_once_more() -> None:
    issued_note(UserFactory.create())

    tables = {kind.pgh_tracked_model._meta.db_table for kind in change_models()}
    assert not {table for table in tables if table.startswith("delivery_note")}


@pytest.mark.parametrize(
    "setting", ["pgtrigger.ignore = '{pgtrigger_record_update_a8c4e,record_update}'", "search_path = pg_temp, public"]
)
def test_recording_cannot_be_switched_off_by_a_setting(setting: str) -> None:
    ProductFactory.create(sku="A")

    execute("create temporary table product_changes (like papyrus_schema.product_changes)")
    execute(f"set local {setting}; update papyrus_schema.products set unit_price = 7")
    execute("set local search_path = papyrus_schema, public; drop table pg_temp.product_changes")

    assert changes(Product)[-1].pgh_former == {"unit_price": 100.0}


@pytest.mark.parametrize("statement", ["update product_changes set pgh_role = ''", "delete from product_changes"])
def test_history_is_kept_even_from_its_owner(statement: str) -> None:
    ProductFactory.create(sku="A")

    with pytest.raises(Exception, match="Cannot update or delete rows") as refused, transaction.atomic():
        execute(statement)

    assert not isinstance(refused.value, IntegrityError)
    assert len(changes(Product)) == 1
