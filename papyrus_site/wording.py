"""Sentences of Django that our catalogue words anew; named here so that `make messages` keeps them."""

from __future__ import annotations

from django.utils.translation import gettext_noop

REWORDED = (
    # Django's Japanese asks for "some characters" instead of naming the one to remove.
    gettext_noop("Null characters are not allowed."),
    # Its Japanese has spaces around names, and says of a list without entries that it is out of order.
    gettext_noop("Add %s"),
    gettext_noop("Change %s"),
    gettext_noop("View %s"),
    gettext_noop("Add %(name)s"),
    gettext_noop("None available"),
    # One word for one thing: files are taken in and written out.
    gettext_noop("Import"),
)
