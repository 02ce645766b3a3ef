"""Two people on one page: what stands now beside what was typed, field by field and row by row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.text import capfirst

from history import conflicts
from history.conflicts import OPENED, Difference, Opened, Place, Typed


class Meeting:
    """Collects the fields of a page as they stand and compares them with those that were sent (None: nothing yet).

    `posted` is what is to be worked on instead of what was sent: without rows that are gone, and with values of the
    other where the person did not type or decided for them.
    """

    def __init__(self, sent: QueryDict | None) -> None:
        self.posted = QueryDict(mutable=True) if sent is None else sent.copy()
        self.opened = conflicts.read(self.posted.get(OPENED, ""))
        self.places: dict[str, Place] = {}
        self.now: dict[str, Typed] = {}
        # Somebody is writing it at this very moment, so that nothing could be compared.
        self.is_busy = False
        self.gone: list[str] = []
        self.added: list[str] = []
        self.differences: list[Difference] = []
        self._rows: list[list[str]] = []

    @property
    def is_met(self) -> bool:
        """Whether somebody else saved what the person has to look at."""
        return bool(self.differences or self.gone or self.added or self.is_busy)

    def add(self, form: forms.BaseForm, *, label: str, key: str = "", prefix: str | None = None) -> None:
        """Add the fields of a form as they stand; `prefix` is that of the fields as they were sent."""
        keys = []
        for bound in form:
            if bound.is_hidden or not conflicts.is_compared(bound):
                continue
            place = conflicts.place_of(
                bound,
                key=f"{key}{bound.name}",
                name=bound.html_name if prefix is None else f"{prefix}-{bound.name}",
                label=" ".join(filter(None, [label, capfirst(str(bound.label))])),
            )
            self.places[place.key], self.now[place.key] = place, conflicts.typed_of(bound)
            keys.append(place.key)
        self._rows.append(keys)

    def add_beside(self, facts: Mapping[str, str]) -> None:
        """Add facts that a page shows beside its fields; the person did not type them."""
        for label, fact in facts.items():
            place = Place(key=f"beside/{label}", name="", label=label)
            self.places[place.key], self.now[place.key] = place, conflicts.plain([fact])

    def add_rows(self, formset: Any) -> None:
        """Add the rows of a formset of models as they stand, each under the key of its row."""
        key, prefix = formset.model._meta.pk.name, str(formset.prefix)
        present = {str(form.instance.pk): form for form in formset.initial_forms}
        self._drop_gone(prefix, key, set(present))
        sent = {self.posted.get(f"{prefix}-{number}-{key}"): number for number in self._numbers(prefix)}
        for identity, form in present.items():
            number = sent.get(identity)
            if self._is_sent and number is None:
                self._note_added(prefix, identity, form)
                continue
            name = None if number is None else f"{prefix}-{number}"
            self.add(form, label=str(form.instance), key=f"{prefix}/{identity}/", prefix=name)

    def take_untouched_rows(self) -> None:
        """In rows into which nothing was typed let stand what stands: a list is sent whole for a single cell."""
        for keys in self._rows:
            if all(self._mine(key) == self._base(key) for key in keys):
                for key in keys:
                    self._take(key)

    def compare(self) -> None:
        """Find what differs, and take over from the other what the person did not type or decided to take."""
        for key in conflicts.decided_for_theirs(self.opened, self.posted):
            if self.opened.values.get(key) == self.now.get(key):
                self._take(key)
        mine = {key: self._mine(key) for key in self.places}
        self.differences = conflicts.differences(
            self.opened, now=self.now, mine=mine, places=self.places, posted=self.posted
        )
        for each in self.differences:
            if not each.is_touched:
                self._take(each.place.key)

    def written(self) -> str:
        """Return what the page is opened with: with all that stands, once the person was told of it."""
        if self.is_busy or (self._is_sent and not self.is_met):
            return self.opened.written()
        asked = {each.place.key: each.base or [] for each in self.differences if each.is_touched}
        return Opened(values=self.now, asked=asked).written()

    @property
    def _is_sent(self) -> bool:
        return bool(self.posted)

    def _mine(self, key: str) -> Typed:
        name = self.places[key].name
        return conflicts.sent(self.posted, name) if name else self._base(key) or []

    def _base(self, key: str) -> Typed | None:
        return self.opened.asked.get(key, self.opened.values.get(key))

    def _take(self, key: str) -> None:
        if key in self.places and self.places[key].name:
            self.posted.setlist(self.places[key].name, self.now[key])

    def _numbers(self, prefix: str) -> range:
        total = self.posted.get(f"{prefix}-TOTAL_FORMS", "0")
        return range(min(int(total), 2000) if total.isdecimal() else 0)

    def _note_added(self, prefix: str, identity: str, form: Any) -> None:
        """A row that was added meanwhile is no field of the page; it stays as it is."""
        values = {bound.name: conflicts.typed_of(bound) for bound in form if not bound.is_hidden}
        if not any(key.startswith(f"{prefix}/{identity}/") for key in self.opened.values):
            self.added.append(" ".join(each for typed in values.values() for each in typed))
        self.now |= {f"{prefix}/{identity}/{name}": typed for name, typed in values.items()}

    def _drop_gone(self, prefix: str, key: str, present: set[str]) -> None:
        """Take out of the POST the rows that are gone; one that was typed into becomes a new row."""
        rows = [self._row(prefix, number) for number in self._numbers(prefix)]
        gone = [row for row in rows if row.get(key, [""])[0] not in ("", *present)]
        if not gone:
            return
        for row in gone:
            known = {name: self.opened.values.get(f"{prefix}/{row[key][0]}/{name}") for name in row}
            self.gone.append(" ".join(each for typed in known.values() for each in typed or ()))
            is_touched = any(typed not in (None, conflicts.plain(row[name])) for name, typed in known.items())
            rows.remove(row)
            if is_touched and "DELETE" not in row:
                rows.append(row | {key: [""]})
        self._write_rows(prefix, key, rows)

    def _row(self, prefix: str, number: int) -> dict[str, list[str]]:
        start = f"{prefix}-{number}-"
        return {name.removeprefix(start): self.posted.getlist(name) for name in self.posted if name.startswith(start)}

    def _write_rows(self, prefix: str, key: str, rows: list[dict[str, list[str]]]) -> None:
        for name in [name for name in self.posted if name.startswith(f"{prefix}-") and name.count("-") > 1]:
            del self.posted[name]
        rows.sort(key=lambda row: not row.get(key, [""])[0])
        for number, row in enumerate(rows):
            for name, values in row.items():
                self.posted.setlist(f"{prefix}-{number}-{name}", values)
        self.posted[f"{prefix}-TOTAL_FORMS"] = str(len(rows))
        self.posted[f"{prefix}-INITIAL_FORMS"] = str(sum(bool(row.get(key, [""])[0]) for row in rows))
