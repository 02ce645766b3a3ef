"""Every address, with every verb, as everybody: the answer is the one in docs/roles.md, and only that is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from tests.opening import opened
from tests.papyrus_site.access import table
from tests.papyrus_site.access.addresses import address_of, all_addresses, path_of
from tests.papyrus_site.access.office import Office, furnish, query_of, sent_to
from tests.papyrus_site.access.table import Asked

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
KINDS = {
    "text/html": "",
    "application/json": " JSON",
    "application/pdf": " PDF",
    "text/javascript": " JS",
    "text/csv": " CSV",
    "application/zip": " ZIP",
}
WRITTEN = """
    select sum(n_tup_ins + n_tup_upd + n_tup_del) from pg_stat_xact_user_tables where relname <> 'django_session'
"""
OUTCOMES = table.outcomes()
ADDRESSES = sorted({asked.address for asked in OUTCOMES})


@pytest.fixture(scope="module")
def office(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Office]:
    """One office for the whole walk. What a request writes is rolled back after it, the office at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield furnish()
        transaction.set_rollback(True)


def rows_written() -> int:
    """How many rows this transaction has written so far, rolled back ones too; a session is nobody's business."""
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN)
        [(count,)] = cursor.fetchall()
    return int(count)


def answer(office: Office, asked: Asked, *, who: str, writes: bool) -> str:
    """Ask as `who`, take back what that wrote if it may write, and return the outcome in the words of the table."""
    client = Client()
    if session := office.sessions.get(who):
        client.cookies[settings.SESSION_COOKIE_NAME] = session
    path = path_of(asked.address, office.arguments(asked.address, asked.case))
    if query := query_of(asked.address, asked.case):
        path += f"?{urlencode(query)}"
    sent = urlencode({**sent_to(office, asked.address, asked.case), **opening(client, asked, path)}, doseq=True)
    before = rows_written()
    with transaction.atomic() if writes else nullcontext():
        response = client.generic(asked.verb, path, "" if asked.verb == "GET" else sent, content_type=FORM)
        transaction.set_rollback(writes)
    if response.streaming:
        list(response)  # or its file stays open
    return worded(response, path) + (" +" if rows_written() > before else "")


def opening(client: Client, asked: Asked, path: str) -> dict[str, str]:
    """What the page of an object was opened with, as it sends it: whoever may change the object has opened its page."""
    is_sent = asked.verb == "POST" and path.endswith("/change/")
    return {"_opened": opened(client, path)} if is_sent else {}


def worded(response: Any, path: str) -> str:
    if 300 <= response.status_code < 400:
        target = urlsplit(response["Location"])
        [after] = parse_qs(target.query).get("next", [path])
        return f"→ `{address_of(target.path)}`" + ("" if after == path else f" and then `{after}`")
    if any(template.name == "no_role.html" for template in response.templates):
        return f"{response.status_code} no role"
    return f"{response.status_code}{KINDS[response.headers['Content-Type'].split(';')[0]]}"


def test_table_names_every_address_and_no_other() -> None:
    addresses = all_addresses()
    named = {asked.address for asked in OUTCOMES}
    assert sorted(set(addresses) - named) == [], "docs/roles.md lacks these"
    assert sorted(named - set(addresses)) == [], "docs/roles.md names these, which are gone"
    assert len(addresses) == len(set(addresses))


@pytest.mark.parametrize("address", ADDRESSES)
def test_address_answers_everybody_as_the_table_says(office: Office, address: str) -> None:
    differences = []
    for asked in (each for each in OUTCOMES if each.address == address):
        for who, column in office.people_for(asked.case):
            expected = OUTCOMES[asked][column]
            found = answer(office, asked, who=who, writes=asked.verb == "POST" or expected.endswith(" +"))
            if found != expected:
                differences.append(f"{asked.verb} {asked.case} as {who}: {found}, not {expected}")
    assert differences == [], "\n".join(differences)
