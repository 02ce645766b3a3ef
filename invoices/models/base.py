"""What several tables have in common."""

from __future__ import annotations

import pgtrigger
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from invoices.triggers import LastingTrigger

_NO_TRUNCATE = """
    if exists (select from delivery_notes where number is not null) then
        raise exception 'issued delivery notes cannot be deleted' using errcode = 'restrict_violation';
    end if;
    return null;
"""


def survives_truncate(rows: str) -> LastingTrigger:
    """Refuse TRUNCATE, which fires no row triggers, as long as a note is issued."""
    return LastingTrigger(
        name=f"{rows}_survive_truncate",
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        level=pgtrigger.Statement,
        func=_NO_TRUNCATE,
    )


valid_postal_code = RegexValidator(r"^[0-9]{3}-[0-9]{4}$", _("Write the postal code as 123-4567."))


class Timestamps(models.Model):
    """When a row was made and last changed."""

    created_at = models.DateTimeField(_("created at"), auto_now_add=True, db_default=Now())
    updated_at = models.DateTimeField(_("updated at"), auto_now=True, db_default=Now())

    class Meta:
        abstract = True
