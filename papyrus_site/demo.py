"""Demo users, demo data and a sample PDF, for a database that holds nothing else."""

from __future__ import annotations

import io
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, transaction

from papyrus_site import local
from papyrus_site.roles import Role, give

FILE = "demo_users.json"
ROLES = {
    "staff": Role.PRODUCT_STAFF,
    "clerk": Role.CLERK,
    "approver": Role.APPROVER,
    "auditor": Role.AUDITOR,
    "administrator": Role.ADMINISTRATOR,
}
# Those of the first version, whose file names no others.
FIRST = {"staff", "clerk", "administrator"}


@dataclass(frozen=True, kw_only=True)
class Demo:
    """The demo users with the passwords that hold, and the path of the sample PDF; empty in others' databases."""

    passwords: dict[str, str]
    sample: str


def prepare(folder: Path) -> Demo:
    """Put users, products and one issued note into the configured database, unless they are there already.

    Passwords are kept in `folder`, by database, and the sample is written there. A database with users that was not
    prepared from `folder` is another's: nothing is written to it or told of it.
    """
    database = _identity()
    present = set(User.objects.values_list("username", flat=True))
    if present and database not in _by_database((folder / FILE).read_text() if (folder / FILE).exists() else ""):
        return Demo(passwords={}, sample="")
    passwords = _kept_passwords(folder / FILE, database)
    for name in ROLES.keys() - present:
        _create_user(name, passwords[name])
    call_command("load_demo_products", verbosity=0, stdout=io.StringIO())
    sample = call_command("load_demo_notes", author="clerk", folder=str(folder), stdout=io.StringIO())
    return Demo(passwords={name: each for name, each in passwords.items() if _holds(name, each)}, sample=str(sample))


def _identity() -> str:
    """What no other database has: the number `initdb` gave the server's data, and the name."""
    with connection.cursor() as cursor:
        cursor.execute("select system_identifier || '/' || current_database() from pg_control_system()")
        [(identity,)] = cursor.fetchall()
    return str(identity)


def _kept_passwords(path: Path, database: str) -> dict[str, str]:
    """The generated passwords, written down before any user is made, so that a killed first run locks nobody out."""

    def with_this_database(text: str) -> str:
        kept = _by_database(text)
        passwords = {name: secrets.token_urlsafe(9) for name in ROLES} | kept.get(database, {})
        return json.dumps(kept | {database: passwords}, indent=2)

    return _by_database(local.keep(path, with_this_database))[database]


def _by_database(text: str) -> dict[str, dict[str, str]]:
    """Read the file's text; what cannot be read holds no passwords."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: each for name, each in found.items() if isinstance(each, dict) and each.keys() >= FIRST}


def _holds(name: str, password: str) -> bool:
    return User.objects.get(username=name).check_password(password)


def _create_user(name: str, password: str) -> None:
    with transaction.atomic():
        give(User.objects.create_user(name, password=password), [ROLES[name]])
