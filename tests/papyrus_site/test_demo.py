from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from catalog.models import Product
from invoices.models import DeliveryNote
from papyrus_site import demo
from papyrus_site.demo import Demo
from papyrus_site.roles import Role, roles_of

pytestmark = pytest.mark.django_db

ANOTHERS = Demo(passwords={}, sample="")
EVERYBODY = ["staff", "clerk", "approver", "auditor", "administrator"]


def counts() -> tuple[int, int, int]:
    return User.objects.count(), Product.objects.count(), DeliveryNote.objects.count()


def test_users_and_data_are_made_once_when_the_database_is_new(tmp_path: Path) -> None:
    made = demo.prepare(tmp_path)
    before = counts()

    assert list(made.passwords) == EVERYBODY
    assert Path(made.sample).read_bytes().startswith(b"%PDF")
    assert [
        each for each in made.passwords if not User.objects.get(username=each).check_password(made.passwords[each])
    ] == []
    assert (tmp_path / "demo_users.json").stat().st_mode & 0o777 == 0o600
    assert demo.prepare(tmp_path) == made
    assert counts() == before


@pytest.mark.parametrize(
    "file", [None, "", "{", "[]", '{"1/other": {"staff": "a", "clerk": "b", "administrator": "c"}}']
)
def test_nothing_is_written_or_told_when_the_database_has_users_of_its_own(tmp_path: Path, file: str | None) -> None:
    User.objects.create_user("clerk", password="theirs")
    if file is not None:
        (tmp_path / "demo_users.json").write_text(file)
    before = counts()

    assert demo.prepare(tmp_path) == ANOTHERS

    assert counts() == before


def test_nothing_is_told_when_another_folder_prepared_the_database(tmp_path: Path) -> None:
    demo.prepare(tmp_path / "there")
    before = counts()

    assert demo.prepare(tmp_path / "here") == ANOTHERS

    assert counts() == before


def test_passwords_of_other_databases_stay_when_one_more_is_prepared(tmp_path: Path) -> None:
    others = {"1/other": {"staff": "a", "clerk": "b", "administrator": "c"}}
    (tmp_path / "demo_users.json").write_text(json.dumps(others))

    made = demo.prepare(tmp_path)

    kept = json.loads((tmp_path / "demo_users.json").read_text())
    assert (len(kept), others.items() <= kept.items(), made.passwords in kept.values()) == (2, True, True)


@pytest.mark.parametrize("broken", ["", "{", "[1]", '{"staff": "a"}'])
def test_passwords_are_made_anew_when_the_file_is_broken_and_nobody_has_one(tmp_path: Path, broken: str) -> None:
    (tmp_path / "demo_users.json").write_text(broken)

    made = demo.prepare(tmp_path)

    assert demo.prepare(tmp_path) == made
    assert list(made.passwords) == EVERYBODY


def test_password_is_not_told_when_it_was_changed(tmp_path: Path) -> None:
    demo.prepare(tmp_path)
    clerk = User.objects.get(username="clerk")
    clerk.set_password("a new one")
    clerk.save()

    assert list(demo.prepare(tmp_path).passwords) == ["staff", "approver", "auditor", "administrator"]


def test_users_are_completed_when_the_first_run_was_killed(tmp_path: Path) -> None:
    made = demo.prepare(tmp_path)
    User.objects.filter(username="administrator").delete()

    assert demo.prepare(tmp_path) == made


def test_users_of_the_first_version_keep_their_passwords_when_roles_came_later(tmp_path: Path) -> None:
    made = demo.prepare(tmp_path)
    older = {name: made.passwords[name] for name in ("staff", "clerk", "administrator")}
    [database] = json.loads((tmp_path / "demo_users.json").read_text())
    (tmp_path / "demo_users.json").write_text(json.dumps({database: older}))
    User.objects.filter(username__in=["approver", "auditor"]).delete()

    again = demo.prepare(tmp_path)

    assert list(again.passwords) == EVERYBODY
    assert older.items() <= again.passwords.items()
    assert demo.prepare(tmp_path) == again


def test_each_user_has_one_role_and_nobody_is_superuser(tmp_path: Path) -> None:
    demo.prepare(tmp_path)

    users = User.objects.order_by("pk")
    assert {user.username: [*roles_of(user)] for user in users} == {
        "staff": [Role.PRODUCT_STAFF],
        "clerk": [Role.CLERK],
        "approver": [Role.APPROVER],
        "auditor": [Role.AUDITOR],
        "administrator": [Role.ADMINISTRATOR],
    }
    assert [user.username for user in users if user.is_superuser or user.is_staff] == []
