"""Refuse what no page of the admin asks for, and what Django's admin would hand to the database unexamined."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import TO_FIELD_VAR
from django.core.exceptions import BadRequest, ValidationError
from django.db.models import Model
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class AdminRequestMiddleware:
    """Answer 400 to an action on a row whose key cannot be one, such as `abc`, and to a field without a name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        # The admin marks its views with whose they are.
        if model_admin := getattr(view, "model_admin", None):
            chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
            if not all(_can_be_key(key, model_admin.model) for key in chosen):
                raise BadRequest("A chosen row cannot be one")
            if request.POST.get(TO_FIELD_VAR, request.GET.get(TO_FIELD_VAR)) == "":
                raise BadRequest("The field to choose by has no name")


def _can_be_key(key: str, model: type[Model]) -> bool:
    try:
        model._meta.pk.to_python(key)
    except ValidationError:
        return False
    return True
