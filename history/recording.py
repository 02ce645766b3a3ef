"""Which models are recorded, and the triggers that do it.

    @recorded(table="product_changes", title=("sku", "name"))
    class Product(models.Model): ...

makes `ProductChange`, a row for each change of a row. The trigger writes it: for bulk updates and plain SQL, too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar, cast

import pghistory
import pghistory.models
import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from history.triggers import LastingProtect, RecordingTrigger

Recorded = TypeVar("Recorded", bound=type[models.Model])
# The database and Django keep these: alone they are no change.
KEPT_BY_ITSELF = ("created_at", "updated_at")


class Label(models.TextChoices):
    INSERT = "insert", _("added")
    UPDATE = "update", _("changed")
    DELETE = "delete", _("deleted")


class Change(pghistory.models.Event):
    """One change of one row: its values afterwards, or the last ones of a deleted row.

    `pgh_former` holds by column what an update replaced. A change by plain SQL has neither user nor request.
    """

    pgh_id = models.BigAutoField(primary_key=True)
    pgh_created_at = models.DateTimeField()
    pgh_label = models.TextField(choices=Label.choices)
    pgh_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    # Who is signed in to the database, and with which program: “papyrus” and the command's name are ours.
    pgh_role = models.TextField()
    pgh_program = models.TextField()
    pgh_request = models.TextField()
    pgh_load = models.BigIntegerField(null=True)
    pgh_former = models.JSONField(null=True)

    # The fields that name the row for people, and on whose pages it is shown: model, and the field with its key.
    title: ClassVar[tuple[str, ...]]
    shown_on: ClassVar[tuple[tuple[str, str], ...]]
    pgh_tracked_model: ClassVar[type[models.Model]]  # type: ignore[misc, assignment]  # the library has no types here

    class Meta:
        abstract = True


# What the trigger knows of whoever asked: settings that pghistory.context() makes for the transaction.
_TOLD = "nullif(current_setting('pghistory.context_metadata', true), '')::jsonb"
_FACTS = {
    "pgh_created_at": "now()",
    "pgh_by_id": "(told.facts ->> 'user')::bigint",
    "pgh_role": "session_user",
    "pgh_program": "current_setting('application_name')",
    "pgh_request": "coalesce(told.facts ->> 'request', '')",
    "pgh_load": "(told.facts ->> 'load')::bigint",
}


class Recorder(pghistory.Tracker):
    """Records what statements did to a table, once for each statement."""

    label = "recorded"

    def setup(self, event_model: type[Change]) -> None:
        triggers = (
            _trigger("record_insert", pgtrigger.Insert, _insertion(event_model), new="new_rows"),
            _trigger("record_delete", pgtrigger.Delete, _deletion(event_model), old="old_rows"),
            _trigger("record_update", pgtrigger.Update, _update(event_model), old="old_rows", new="new_rows"),
            # Only the tables' owner may do this. Before it: afterwards nobody knows the rows.
            RecordingTrigger(
                name="record_truncate", when=pgtrigger.Before, operation=pgtrigger.Truncate, func=_emptying(event_model)
            ),
        )
        pgtrigger.register(*triggers)(event_model.pgh_tracked_model)


def _trigger(name: str, operation: pgtrigger.Operation, statement: str, **rows: str) -> RecordingTrigger:
    referencing = pgtrigger.Referencing(**rows)  # type: ignore[no-untyped-call]
    return RecordingTrigger(name=name, operation=operation, referencing=referencing, func=statement)


def recorded(
    *,
    table: str,
    title: tuple[str, ...],
    fields: Sequence[str] | None = None,
    shown_on: tuple[tuple[str, str], ...] | None = None,
    app_label: str | None = None,
) -> Callable[[Recorded], Recorded]:
    """Record every change of a model in `table`.

    `fields` are all that people can change, unless they are named. `shown_on` names the pages whose history has these
    changes, as ("app.model", the field with the key of its object); its own page unless told otherwise.
    """

    def decorate(model: Recorded) -> Recorded:
        key = model._meta.pk.name
        pages = shown_on or ((model._meta.label_lower, key),)
        pghistory.track(
            Recorder(),  # type: ignore[no-untyped-call]
            fields=[key, *(name for name in fields or _changeable(model) if name != key)],
            obj_field=None,
            context_field=None,  # type: ignore[arg-type]
            base_model=Change,
            app_label=app_label,
            model_name=f"{model.__name__}Change",
            attrs={"title": title, "shown_on": pages},
            meta=_meta(model, table, pages),
        )(model)
        return model

    return decorate


def _changeable(model: type[models.Model]) -> list[str]:
    fields = model._meta.local_concrete_fields
    return [field.name for field in fields if not field.generated and field.name not in KEPT_BY_ITSELF]


def _meta(model: type[models.Model], table: str, shown_on: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    keys = {key: f"{table}_of" if len(shown_on) == 1 else f"{table}_{key}" for _page, key in shown_on}
    return {
        "db_table": table,
        "default_permissions": (),
        "verbose_name": model._meta.verbose_name,
        "indexes": [
            models.Index(fields=["-pgh_created_at", "-pgh_id"], name=f"{table}_at"),
            models.Index(fields=["pgh_by", "-pgh_created_at", "-pgh_id"], name=f"{table}_by"),
            *(models.Index(fields=[key, "-pgh_created_at", "-pgh_id"], name=name) for key, name in keys.items()),
        ],
        # The application may not write here at all; this is for the owner's slips.
        "triggers": [LastingProtect(name="history_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)],
    }


def change_models() -> list[type[Change]]:
    """Return the models of changes, in the order of their tables."""
    found = cast(list[type[Change]], pghistory.core.event_models())
    return sorted(found, key=lambda model: model._meta.db_table)


def field_of(change: Change | type[Change], name: str) -> models.Field[Any, Any]:
    """Return a field of a change by its name."""
    return cast("models.Field[Any, Any]", change._meta.get_field(name))


def _columns(change: type[Change]) -> list[str]:
    fields = [field for field in change._meta.local_concrete_fields if not field.name.startswith("pgh_")]
    return [str(field.column) for field in fields]


def _written(change: type[Change], *, label: str, former: str, values: Sequence[str], rows: str) -> str:
    """The statement that writes a change for each of `rows`."""
    names = ", ".join(f'"{column}"' for column in (*_FACTS, "pgh_label", "pgh_former", *_columns(change)))
    selected = ", ".join((*_FACTS.values(), label, former, *values))
    return (
        f"WITH told AS MATERIALIZED (SELECT {_TOLD} AS facts) "  # noqa: S608 - names of our own columns
        f"INSERT INTO {change._meta.db_table} ({names}) SELECT {selected} FROM told, {rows}; RETURN NULL;"
    )


def _insertion(change: type[Change]) -> str:
    values = [f'new_row."{column}"' for column in _columns(change)]
    return _written(change, label="'insert'", former="NULL", values=values, rows="new_rows AS new_row")


def _deletion(change: type[Change]) -> str:
    values = [f'old_row."{column}"' for column in _columns(change)]
    return _written(change, label="'delete'", former="NULL", values=values, rows="old_rows AS old_row")


def _emptying(change: type[Change]) -> str:
    values = [f'old_row."{column}"' for column in _columns(change)]
    rows = f"{change.pgh_tracked_model._meta.db_table} AS old_row"
    return _written(change, label="'delete'", former="NULL", values=values, rows=rows)


def _update(change: type[Change]) -> str:
    """Where plain SQL gave a row another key, one row is gone and another one there."""
    key, columns = change.pgh_tracked_model._meta.pk.column, _columns(change)
    is_new, is_gone = f'old_row."{key}" IS NULL', f'new_row."{key}" IS NULL'
    differs = {column: f'old_row."{column}" IS DISTINCT FROM new_row."{column}"' for column in columns}
    former = " || ".join(
        f"CASE WHEN {differs[column]} THEN jsonb_build_object('{column}', old_row.\"{column}\") ELSE '{{}}' END"
        for column in columns
    )
    return _written(
        change,
        label=f"CASE WHEN {is_new} THEN 'insert' WHEN {is_gone} THEN 'delete' ELSE 'update' END",
        former=f"CASE WHEN NOT ({is_new} OR {is_gone}) THEN {former} END",
        values=[f'CASE WHEN {is_gone} THEN old_row."{each}" ELSE new_row."{each}" END' for each in columns],
        rows=f'old_rows AS old_row FULL JOIN new_rows AS new_row ON old_row."{key}" = new_row."{key}" '
        f"WHERE {' OR '.join(differs.values())}",
    )
