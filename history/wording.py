"""What was changed, in words for people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.admin.utils import quote
from django.contrib.auth.models import User
from django.db.models import BinaryField, Field, ForeignKey, Model
from django.urls import NoReverseMatch, reverse
from django.utils import formats
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from history.recording import Change, Label, field_of

# How our connections call themselves; commands add their names (manage.py).
OURS = "papyrus"

Names = dict[tuple[type[Model], Any], str]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One value: what it was and what it became."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One change as a page shows it. `address` is the history of what was changed, `load_address` the load's page."""

    at: datetime
    kind: str
    title: str
    address: str
    label: Label
    cells: tuple[Cell, ...]
    who: str
    request: str
    load: int | None
    load_address: str


def entries(changes: Sequence[Change]) -> list[Entry]:
    """Return `changes` in words. One query for users, and one for each model that changed values refer to."""
    names = _names(changes)
    return [_entry(change, names) for change in changes]


def _entry(change: Change, names: Names) -> Entry:
    page, key = change.shown_on[-1]
    return Entry(
        at=change.pgh_created_at,
        kind=capfirst(str(change._meta.verbose_name)),
        title=" ".join(_shown(change, name, names) for name in change.title),
        address=reverse(f"admin:{page.replace('.', '_')}_history", args=[quote(_key(change, key))]),
        label=Label(change.pgh_label),
        cells=tuple(_cells(change, names)),
        who=_who(change, names),
        request=change.pgh_request,
        load=change.pgh_load,
        load_address=_address_of_load(change.pgh_load),
    )


def _cells(change: Change, names: Names) -> Iterable[Cell]:
    former = change.pgh_former
    for field in _fields(change):
        now = field.value_from_object(change)
        # Translated here: a table that Django made for a relation has names that nobody marked for it.
        label = capfirst(_(str(field.verbose_name)))
        if former is not None and field.column in former:
            was = field.to_python(former[field.column])
            yield Cell(label=label, old=_words(field, was, names), new=_words(field, now, names))
        elif former is None and now not in (None, ""):
            words = _words(field, now, names)
            is_gone = change.pgh_label == Label.DELETE
            yield Cell(label=label, old=words if is_gone else "", new="" if is_gone else words)


def _fields(change: Change) -> list[Field[Any, Any]]:
    """The fields people know: a number that only the database gives is none."""
    key = change.pgh_tracked_model._meta.pk
    fields = [field for field in change._meta.local_concrete_fields if not field.name.startswith("pgh_")]
    return [field for field in fields if not (field.name == key.name and key.get_internal_type().endswith("AutoField"))]


def _shown(change: Change, name: str, names: Names) -> str:
    field = field_of(change, name)
    return _words(field, field.value_from_object(change), names)


def _words(field: Field[Any, Any], value: Any, names: Names) -> str:
    if value is None or value == "":
        return ""
    if isinstance(field, ForeignKey):
        return names.get((field.related_model, value), str(value))
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Decimal):
        return f"{value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize():,f}"
    return formats.date_format(value, "Y-m-d") if isinstance(value, date) else str(value)


def _who(change: Change, names: Names) -> str:
    """The user; else the command; else who was signed in to the database, and with what."""
    if change.pgh_by_id is not None:
        return names.get((User, change.pgh_by_id), _("user %(id)s, who is gone") % {"id": change.pgh_by_id})
    program, _space, command = change.pgh_program.partition(" ")
    if program == OURS and command:
        return _("command %(name)s") % {"name": command}
    return _("database role %(role)s (%(program)s)") % {"role": change.pgh_role, "program": change.pgh_program or "–"}


def _names(changes: Sequence[Change]) -> Names:
    """What users and other rows that changes refer to are called."""
    wanted: dict[type[Model], set[Any]] = defaultdict(set)
    for change in changes:
        if change.pgh_by_id is not None:
            wanted[User].add(change.pgh_by_id)
        for field in _fields(change):
            if isinstance(field, ForeignKey):
                former = (change.pgh_former or {}).get(field.column)
                wanted[field.related_model] |= {field.value_from_object(change), former} - {None}
    return {(model, key): name for model, keys in wanted.items() for key, name in _names_of(model, keys)}


def _names_of(model: type[Model], keys: set[Any]) -> Iterable[tuple[Any, str]]:
    # An image is no name.
    large = [field.name for field in model._meta.local_fields if isinstance(field, BinaryField)]
    for row in model._default_manager.filter(pk__in=keys).defer(*large):
        yield row.pk, name_of(row) if isinstance(row, User) else str(row)


def name_of(user: User) -> str:
    """Return what a person is called, the family name first; the user name where no name was entered."""
    return f"{user.last_name} {user.first_name}".strip() or user.get_username()


def _key(change: Change, name: str) -> str:
    return str(field_of(change, name).value_from_object(change))


def _address_of_load(load: int | None) -> str:
    try:
        return reverse("admin:catalog_productload_change", args=[load]) if load else ""
    except NoReverseMatch:
        return ""
