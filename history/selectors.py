"""Reads of the change history, over all its tables at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Field, TextField

from history.recording import Change, change_models, field_of

# Changes are counted up to here; beyond, the tables' own estimate must do.
COUNTED = 10_000

Clause = tuple[str, list[Any]]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which changes are asked for. `page` is a model's label and an object's key: all that is shown on its page."""

    kinds: Sequence[type[Change]]
    page: tuple[str, str] | None = None
    # The key of an object that people know by a text: a SKU, a code.
    code: str = ""
    by_id: int | None = None
    is_without_user: bool = False
    since: datetime | None = None
    before: datetime | None = None

    @property
    def is_everything(self) -> bool:
        return not (self.page or self.code or self.by_id or self.is_without_user or self.since or self.before)


@dataclass(frozen=True, kw_only=True)
class Position:
    """A change's place in the list of all."""

    at: datetime
    table: str
    pgh_id: int


def kinds_shown_on(label: str) -> list[type[Change]]:
    """Return the kinds of changes that the page of a model shows, given its label in lower case."""
    return [kind for kind in change_models() if label in dict(kind.shown_on)]


def newest(wanted: Wanted, *, after: Position | None, limit: int) -> list[Change]:
    """Return at most `limit` changes after a position, the newest first. One query."""
    parts = [_newest_of(kind, wanted, after=after, limit=limit) for kind in wanted.kinds]
    if not parts:
        return []
    rows = " union all ".join(f"({sql})" for sql, _values in parts)
    statement = (
        f"select kind, pgh_id, pgh_created_at, facts from ({rows}) as found "  # noqa: S608 - our own tables
        'order by pgh_created_at desc, kind collate "C", pgh_id desc limit %s'
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for _sql, values in parts for value in values] + [limit])
        found = cursor.fetchall()
    models = {kind._meta.db_table: kind for kind in wanted.kinds}
    return [_change(models[table], text) for table, _id, _at, text in found]


def counted(wanted: Wanted) -> int:
    """Return how many changes there are, up to COUNTED and one more. One query."""
    parts = [_conditions(kind, wanted) for kind in wanted.kinds]
    selects = [
        f"(select from {kind._meta.db_table} where {sql} limit {COUNTED + 1})"
        for kind, (sql, _values) in zip(wanted.kinds, parts, strict=True)
    ]
    if not selects:
        return 0
    with connection.cursor() as cursor:
        statement = f"select count(*) from ({' union all '.join(selects)}) as found"  # noqa: S608 - as above
        cursor.execute(statement, [value for _sql, values in parts for value in values])
        [(count,)] = cursor.fetchall()
    return min(int(count), COUNTED + 1)


def estimated(kinds: Sequence[type[Change]]) -> int:
    """Return about how many changes there are, as the database noted at its last look. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(sum(greatest(reltuples, 0)), 0) from unnest(%s::text[]) as name "
            "join pg_class on pg_class.oid = to_regclass(name)",
            [[kind._meta.db_table for kind in kinds]],
        )
        [(count,)] = cursor.fetchall()
    return int(count)


def _newest_of(kind: type[Change], wanted: Wanted, *, after: Position | None, limit: int) -> Clause:
    table = kind._meta.db_table
    conditions, values = _conditions(kind, wanted)
    beyond, places = _beyond(table, after)
    statement = (
        f"select '{table}' as kind, pgh_id, pgh_created_at, to_jsonb(change)::text as facts "  # noqa: S608 - our own table
        f"from {table} as change where {conditions} and {beyond} order by pgh_created_at desc, pgh_id desc limit %s"
    )
    return statement, [*values, *places, limit]


def _beyond(table: str, after: Position | None) -> Clause:
    """Changes of one moment stand by table, then by id."""
    if after is None:
        return "true", []
    if table == after.table:
        return "(pgh_created_at, pgh_id) < (%s, %s)", [after.at, after.pgh_id]
    return f"pgh_created_at {'<=' if table > after.table else '<'} %s", [after.at]


def _conditions(kind: type[Change], wanted: Wanted) -> Clause:
    clauses: list[Clause] = [("true", [])]
    if wanted.page:
        clauses.append(_of_page(kind, *wanted.page))
    if wanted.code:
        clauses.append(_of_code(kind, wanted.code))
    if wanted.by_id:
        clauses.append(("pgh_by_id = %s", [wanted.by_id]))
    if wanted.is_without_user:
        clauses.append(("pgh_by_id is null", []))
    if wanted.since:
        clauses.append(("pgh_created_at >= %s", [wanted.since]))
    if wanted.before:
        clauses.append(("pgh_created_at < %s", [wanted.before]))
    return " and ".join(sql for sql, _ in clauses), [value for _, values in clauses for value in values]


def _of_page(kind: type[Change], label: str, key: str) -> Clause:
    fields = [field_of(kind, name) for page, name in kind.shown_on if page == label]
    try:
        keys = [field.to_python(key) for field in fields]
    except ValidationError:  # no key of such an object
        return "false", []
    return _one_of(fields, keys)


def _of_code(kind: type[Change], code: str) -> Clause:
    keys = [field_of(kind, name) for _page, name in kind.shown_on]
    texts = [field for field in keys if isinstance(getattr(field, "target_field", field), TextField)]
    return _one_of(texts, [code] * len(texts)) if texts else ("false", [])


def _one_of(fields: Sequence[Field[Any, Any]], keys: list[Any]) -> Clause:
    same = " or ".join(f'"{field.column}" = %s' for field in fields)
    return f"({same})", keys


def _change(kind: type[Change], text: str) -> Change:
    facts = json.loads(text, parse_float=Decimal)
    fields: list[Field[Any, Any]] = list(kind._meta.local_concrete_fields)
    return kind(**{field.attname: _python(field, facts[field.column]) for field in fields})


def _python(field: Field[Any, Any], value: Any) -> Any:
    # What the database holds as JSON has been read already.
    return value if field.get_internal_type() == "JSONField" else field.to_python(value)
