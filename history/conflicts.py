"""Whether somebody saved meanwhile: what a page was opened with, what stands now, what was typed.

A page carries what its fields held when it was opened, signed. All values are texts as a form sends them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core import signing
from django.forms.boundfield import BoundField
from django.http import QueryDict

SALT = "history.opened"
# The names under which a page sends what it was opened with, and the decision about a field.
OPENED = "_opened"
KEEP = "_keep/"
MINE, THEIRS = "mine", "theirs"

Typed = list[str]


@dataclass(frozen=True, kw_only=True)
class Place:
    """A field of a page: its key, which outlives a change of positions, and its name in the form."""

    key: str
    name: str
    label: str
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What the page was opened with; `asked` is what those fields held that the person has to decide about."""

    values: Mapping[str, Typed]
    asked: Mapping[str, Typed]

    def written(self) -> str:
        return signing.dumps({"values": self.values, "asked": self.asked}, salt=SALT, compress=True)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A field that somebody changed meanwhile. Only a touched one was typed into, and has to be decided about."""

    place: Place
    base: Typed | None
    theirs: Typed
    mine: Typed
    is_touched: bool

    @property
    def label(self) -> str:
        return self.place.label

    @property
    def name(self) -> str:
        return KEEP + self.place.key

    @property
    def shown(self) -> dict[str, str]:
        """The three values in words."""
        return {name: self._words(getattr(self, name)) for name in ("base", "theirs", "mine")}

    def _words(self, typed: Typed | None) -> str:
        return "?" if typed is None else "、".join(self.place.choices.get(each, each) for each in typed)


NOTHING = Opened(values={}, asked={})


def read(written: str) -> Opened:
    """Return what a page was opened with, nothing when that cannot be trusted."""
    try:
        found = signing.loads(written, salt=SALT)
    except signing.BadSignature:
        return NOTHING
    return Opened(values=found["values"], asked=found["asked"])


def place_of(bound: BoundField, *, key: str, name: str, label: str) -> Place:
    """Return the place of a field, with the words of its choices."""
    choices = getattr(bound.field, "choices", None)
    # A choice from a table is asked for only where it is shown.
    words = {} if choices is None else _Choices(choices)
    return Place(key=key, name=name, label=label, choices=words)


class _Choices(dict[str, str]):
    """The words of choices, looked up at the first use."""

    def __init__(self, choices: Any) -> None:
        super().__init__()
        self._choices = choices

    def get(self, key: str, default: Any = None) -> Any:
        if not self:
            flat = [each for value, name in self._choices for each in (name if _is_group(name) else [(value, name)])]
            self.update({str(value): str(name) for value, name in flat})
        return super().get(key, default)


def _is_group(name: Any) -> bool:
    return isinstance(name, list | tuple)


def is_compared(bound: BoundField) -> bool:
    """Whether the field's value can be told from the page; a file that was chosen cannot."""
    return not bound.field.disabled and not isinstance(bound.field, forms.FileField)


def typed_of(bound: BoundField) -> Typed:
    """Return what a browser would send of a field that nobody touched."""
    widget, value = bound.field.widget, bound.value()
    if isinstance(widget, forms.CheckboxInput):
        return ["on"] if widget.check_test(value) else []
    shown = widget.format_value(value)
    if isinstance(shown, list | tuple):
        return plain(str(each) for each in shown)
    return plain([] if shown is None else [str(shown)])


def sent(posted: QueryDict, name: str) -> Typed:
    """Return what was sent for a field."""
    return plain(posted.getlist(name))


def plain(typed: Iterable[str]) -> Typed:
    """Return texts so that those which mean the same are equal."""
    lines = (each.replace("\r\n", "\n").strip() for each in typed)
    return sorted(each for each in lines if each)


def differences(
    opened: Opened,
    *,
    now: Mapping[str, Typed],
    mine: Mapping[str, Typed],
    places: Mapping[str, Place],
    posted: QueryDict,
) -> list[Difference]:
    """Return the fields that somebody changed meanwhile to something else than was typed, but for the decided ones."""
    found = []
    for key, place in places.items():
        is_new_to_me = opened.values.get(key) != now[key]
        is_decided = posted.get(KEEP + key) in (MINE, THEIRS) and not is_new_to_me
        if mine[key] == now[key] or not (is_new_to_me or key in opened.asked) or is_decided:
            continue
        base = opened.asked.get(key, opened.values.get(key))
        found.append(Difference(place=place, base=base, theirs=now[key], mine=mine[key], is_touched=mine[key] != base))
    return found


def decided_for_theirs(opened: Opened, posted: QueryDict) -> list[str]:
    """Return the keys of fields for which the person chose what the other had saved."""
    return [key for key in opened.asked if posted.get(KEEP + key) == THEIRS]
