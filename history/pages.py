"""The page of all changes, and what it shares with the history of one object."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _

from history import selectors, wording
from history.recording import Change, change_models
from history.selectors import COUNTED, Position, Wanted

PAGE_LENGTH = 50
WITHOUT_USER = "-"


class FilterForm(forms.Form):
    """Whose changes, of what, and when."""

    kind = forms.ChoiceField(label=_("What"), required=False)
    sku = forms.CharField(label=_("SKU"), required=False, max_length=200, widget=forms.TextInput(attrs={"size": 16}))
    who = forms.ChoiceField(label=_("Who"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, typed: Any, *, kinds: Sequence[type[Change]]) -> None:
        super().__init__(typed)
        users = [(str(user.pk), wording.name_of(user)) for user in User.objects.order_by("username")]
        self._choose("who", [(WITHOUT_USER, gettext("commands and SQL")), *users])
        names = [(kind._meta.db_table, capfirst(str(kind._meta.verbose_name))) for kind in kinds]
        self._choose("kind", names)

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [("", gettext("all")), *choices]

    def wanted(self, kinds: Sequence[type[Change]]) -> Wanted:
        """Return what a valid form asks for, of `kinds`."""
        cleaned = self.cleaned_data
        who = cleaned["who"]
        return Wanted(
            kinds=[kind for kind in kinds if cleaned["kind"] in ("", kind._meta.db_table)],
            code=cleaned["sku"],
            by_id=int(who) if who.isdecimal() else None,
            is_without_user=who == WITHOUT_USER,
            since=_midnight(cleaned["since"]),
            before=_midnight(cleaned["until"] and cleaned["until"] + timedelta(days=1)),
        )


def all_changes(request: HttpRequest, *, site: AdminSite) -> HttpResponse:
    """Every change of what the user may view, the newest first."""
    kinds = _readable(request.user)
    if not kinds:
        raise PermissionDenied
    form = FilterForm(request.GET, kinds=kinds)
    wanted = form.wanted(kinds) if form.is_valid() else Wanted(kinds=[])
    context = {
        **site.each_context(request),
        **listed(request, wanted),
        "title": gettext("Change history"),
        "form": form,
        "count": _count(wanted),
    }
    return TemplateResponse(request, "history/all_changes.html", context)


def listed(request: HttpRequest, wanted: Wanted) -> dict[str, Any]:
    """Return the changes of the page that is asked for, and how the next one is asked for. At least one query."""
    changes = selectors.newest(wanted, after=_position(request.GET.get("after", "")), limit=PAGE_LENGTH + 1)
    shown = changes[:PAGE_LENGTH]
    query = request.GET.copy()
    query.pop("after", None)
    newest_query = query.urlencode()
    if len(changes) > PAGE_LENGTH:
        query["after"] = _written(shown[-1])
    return {
        "entries": wording.entries(shown),
        "older": query.urlencode() if len(changes) > PAGE_LENGTH else "",
        "newest": newest_query,
        "is_newest": "after" not in request.GET,
    }


def _readable(user: User | AnonymousUser) -> list[type[Change]]:
    """The kinds whose pages the user may look at."""
    return [kind for kind in change_models() if any(_may_view(user, page) for page, _key in kind.shown_on)]


def _may_view(user: User | AnonymousUser, label: str) -> bool:
    application, model = label.split(".")
    return user.has_perm(f"{application}.view_{model}")


def _count(wanted: Wanted) -> str:
    count = selectors.counted(wanted)
    if count <= COUNTED:
        return gettext("%(count)s changes") % {"count": f"{count:,}"}
    if wanted.is_everything:
        return gettext("about %(count)s changes") % {"count": f"{max(selectors.estimated(wanted.kinds), COUNTED):,}"}
    return gettext("more than %(count)s changes") % {"count": f"{COUNTED:,}"}


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else timezone.make_aware(datetime.combine(day, time()))


def _written(change: Change) -> str:
    return f"{change.pgh_created_at.isoformat()}/{change._meta.db_table}/{change.pgh_id}"


def _position(typed: str) -> Position | None:
    """Return where an address says that the page begins; the beginning when it says nothing that can be read."""
    at, _slash, rest = typed.partition("/")
    table, _slash, number = rest.partition("/")
    try:
        moment = parse_datetime(at)
    except ValueError:
        return None
    if moment is None or timezone.is_naive(moment) or not number.isdecimal() or len(number) > 18:
        return None
    return Position(at=moment, table=table, pgh_id=int(number))
