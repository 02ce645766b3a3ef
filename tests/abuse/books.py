"""Whether the rows are as they were, and whether they agree with each other."""

from __future__ import annotations

from functools import cache

from django.db import connection

from invoices import archive, pricing, snapshot
from invoices.domain.errors import DomainError
from invoices.models import DeliveryNote, Issuer, NumberCounter, NumberSeries

# Written by being asked, or by what was refused: sessions, and the records of sign-ins and files that failed.
KEPT_APART = ("django_session", "axes_", "product_loads")


def digest() -> dict[str, str]:
    """Return a digest of the rows of each table, which changes when any of them does. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_digesting())
        return dict(cursor.fetchall())


def changed(before: dict[str, str]) -> list[str]:
    """Return the tables whose rows are not those of the digest `before`."""
    now = digest()
    return [name for name in before if before[name] != now[name]]


def audit() -> None:
    """Fail unless the rows agree with each other."""
    connection.check_constraints()
    assert Issuer.objects.filter(is_current=True).count() == 1, "not one current issuer"
    notes = list(DeliveryNote.objects.prefetch_related("lines").select_related("customer"))
    for note in notes:
        assert [line.position for line in note.lines.all()] == list(range(1, note.lines.count() + 1))
        assert note.total == _recomputed(note), f"the total of {note}"
        assert note.pdf_sha256 == (archive.sha256(archive.made_again(note)) if note.number else "")
    _audit_numbers([note for note in notes if note.number])


@cache
def _digesting() -> str:
    tables = [name for name in connection.introspection.table_names() if not name.startswith(KEPT_APART)]
    # A row as text; bytes and all.
    each = (f"select '{name}', md5(string_agg(r::text, '|' order by r::text)) from \"{name}\" r" for name in tables)
    return " union all ".join(each)


def _recomputed(note: DeliveryNote) -> int | None:
    if note.number:
        return snapshot.restore(note.snapshot).totals.total
    try:
        lines = snapshot.draft_of(note).lines
        return pricing.price(lines, customer=note.customer, delivered_on=note.delivered_on).totals.total
    except DomainError:
        return None


def _audit_numbers(issued: list[DeliveryNote]) -> None:
    assert len({note.number for note in issued}) == len(issued), "a number twice"
    series = NumberSeries.objects.get(code=NumberSeries.DELIVERY_NOTE)
    given = sum(NumberCounter.objects.filter(series=series).values_list("last_number", flat=True))
    assert given == len(issued), f"{given} numbers for {len(issued)} notes"
