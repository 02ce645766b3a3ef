"""Sentences of Django that our catalogue words anew; named here so that `make messages` keeps them."""

from __future__ import annotations

from django.utils.translation import gettext_noop

REWORDED = (
    # Django's Japanese asks for "some characters" instead of naming the one to remove.
    gettext_noop("Null characters are not allowed."),
)
