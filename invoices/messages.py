"""Domain errors in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext

from invoices.domain.errors import DomainError


def worded(error: DomainError) -> str:
    """Return the sentence of `error`, translated. Texts it names as reasons are translated as well."""
    params = dict(error.params)
    if reason := params.get("reason"):
        params["reason"] = gettext(str(reason))
    return gettext(error.template) % params
