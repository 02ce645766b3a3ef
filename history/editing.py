"""Admin pages on which nobody overwrites unseen what somebody else saved meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import OperationalError, transaction
from django.db.models import Model
from django.forms.formsets import BaseFormSet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from history import selectors, wording
from history.admin import RecordedAdmin
from history.conflicts import OPENED
from history.meeting import Meeting
from history.selectors import Wanted

Row = TypeVar("Row", bound=Model)
# Where a request keeps what was found, for the parts of Django's view that come later.
FOUND = "_meeting"


class SharedAdmin(RecordedAdmin[Row]):
    """Whoever saves second sees what the first one changed, field by field, and decides. On pages and in lists."""

    change_form_template = "history/change_form.html"
    change_list_template = "history/change_list.html"

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        if request.method != "POST" or object_id is None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        with transaction.atomic():
            # Locked until the end: nobody saves between the comparison and ours.
            with _noting_whether_busy(request):
                found = self._locked(request, unquote(object_id))
                if found is not None and self.has_change_permission(request, found):
                    self._meet(request, found)
                elif found is None and OPENED in request.POST and self.has_change_permission(request):
                    return self._gone(request, object_id)
            answer = super().changeform_view(request, object_id, form_url, extra_context)
            return _with_status(answer, request)

    def _locked(self, request: HttpRequest, key: str) -> Row | None:
        rows = self.get_queryset(request).select_for_update(of=("self",)).order_by()
        try:
            return rows.get(pk=self.opts.pk.to_python(key))
        except (ObjectDoesNotExist, ValidationError, ValueError):
            return None

    def _meet(self, request: HttpRequest, found: Row) -> None:
        meeting = Meeting(request.POST)
        form = self.get_form(request, found, change=True)(instance=found)
        meeting.add(form, label="")
        meeting.add_beside(self.facts_beside(found))
        for formset in self._unsent_formsets(request, found):
            meeting.add_rows(formset)
        meeting.compare()
        setattr(request, FOUND, meeting)
        request.POST = meeting.posted  # type: ignore[assignment]

    def _unsent_formsets(self, request: HttpRequest, found: Row) -> Iterable[BaseFormSet[Any]]:
        for formset_class, inline in self.get_formsets_with_inlines(request, found):
            if inline.has_change_permission(request, found):
                rows = inline.get_queryset(request).select_for_update(of=("self",))
                yield formset_class(instance=found, queryset=rows, prefix=formset_class.get_default_prefix())

    def get_form(self, request: HttpRequest, obj: Row | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        meeting: Meeting | None = getattr(request, FOUND, None)
        return form if meeting is None or not meeting.is_met else _refusing(form, meeting)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        meeting: Meeting | None = getattr(request, FOUND, None)
        if meeting is not None:
            context |= {"opened": meeting.written(), "meeting": meeting if meeting.is_met else None}
            context["latest"] = self._latest(context["original"]) if meeting.is_met and not meeting.is_busy else None
        elif context.get("original") is not None and request.method == "GET":
            context["opened"] = self._opened(context)
        return super().render_change_form(request, context, *args, **kwargs)

    def facts_beside(self, found: Row) -> dict[str, str]:
        """Return what the page can overwrite without a field that shows it: a stored file, as label and text."""
        return {}

    def _opened(self, context: Mapping[str, Any]) -> str:
        meeting = Meeting(None)
        meeting.add(context["adminform"].form, label="")
        meeting.add_beside(self.facts_beside(context["original"]))
        for inline in context["inline_admin_formsets"]:
            meeting.add_rows(inline.formset)
        return meeting.written()

    def _latest(self, found: Model) -> wording.Entry | None:
        label = self.opts.label_lower
        wanted = Wanted(kinds=selectors.kinds_shown_on(label), page=(label, str(found.pk)))
        return next(iter(wording.entries(selectors.newest(wanted, after=None, limit=1))), None)

    def _gone(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Somebody deleted it: show what was typed, which would be lost otherwise."""
        fields = self.get_form(request, None, change=False)().fields
        typed = {name: request.POST.getlist(name) for name in fields if request.POST.get(name)}
        lines = [(capfirst(str(fields[name].label)), "、".join(values)) for name, values in typed.items()]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Deleted meanwhile: %(name)s") % {"name": unquote(object_id)},
            "opts": self.opts,
            "lines": lines,
            "history": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_history", args=[quote(object_id)]),
        }
        return TemplateResponse(request, "history/gone.html", context, status=409)

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> Any:
        formset = super().get_changelist_formset(request, **kwargs)
        meeting: Meeting | None = getattr(request, FOUND, None)
        return formset if meeting is None or not meeting.is_met else _refusing(formset, meeting)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        if request.method != "POST" or "_save" not in request.POST or not self.has_change_permission(request):
            return _with_opened_list(super().changelist_view(request, extra_context), request)
        with transaction.atomic():
            with _noting_whether_busy(request):
                self._meet_in_list(request)
            answer = super().changelist_view(request, extra_context)
            return _with_status(_with_opened_list(answer, request), request)

    def _meet_in_list(self, request: HttpRequest) -> None:
        formset_class = self.get_changelist_formset(request)
        prefix, key = formset_class.get_default_prefix(), self.opts.pk.name
        sent = {
            value for name, value in request.POST.items() if name.startswith(f"{prefix}-") and name.endswith(f"-{key}")
        }
        rows = self.get_queryset(request).filter(pk__in=sent).order_by("pk").select_for_update(of=("self",))
        meeting = Meeting(request.POST)
        meeting.add_rows(formset_class(queryset=rows))
        meeting.take_untouched_rows()
        meeting.compare()
        setattr(request, FOUND, meeting)
        request.POST = meeting.posted  # type: ignore[assignment]


@contextmanager
def _noting_whether_busy(request: HttpRequest) -> Iterator[None]:
    """Note it as a meeting when somebody else keeps a row locked for longer than is waited for: a load, perhaps."""
    try:
        with transaction.atomic():
            yield
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        meeting = Meeting(request.POST)
        meeting.is_busy = True
        setattr(request, FOUND, meeting)


def _refusing(form: type[Any], meeting: Meeting) -> type[Any]:
    """The form or formset, but it is not saved: somebody has to look first."""

    def clean(self: Any) -> Any:
        form.clean(self)
        if meeting.is_busy:
            raise ValidationError(_("Somebody else is writing it right now, so nothing was saved. Save again soon."))
        raise ValidationError(_("Somebody else saved meanwhile, so nothing was saved. What you typed is still here."))

    return type(form.__name__, (form,), {"clean": clean})


def _with_opened_list(answer: Any, request: HttpRequest) -> Any:
    """Put into a list with fields what it was opened with."""
    context = getattr(answer, "context_data", None) or {}
    formset = getattr(context.get("cl"), "formset", None)
    meeting: Meeting | None = getattr(request, FOUND, None)
    if meeting is not None:
        context |= {"opened": meeting.written(), "meeting": meeting if meeting.is_met else None}
    elif formset is not None:
        unsent = Meeting(None)
        unsent.add_rows(formset)
        context["opened"] = unsent.written()
    return answer


def _with_status(answer: Any, request: HttpRequest) -> Any:
    meeting: Meeting | None = getattr(request, FOUND, None)
    if meeting is not None and meeting.is_met and answer.status_code == 200:
        answer.status_code = 409
    return answer
