"""What stands on lines, once each, so that a text is looked for among thousands of items and not millions of lines."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Value
from django.db.models.functions import Concat

from catalog.search import SearchFold, SearchGrams
from invoices.triggers import LastingTrigger


class ItemKey(models.Func):
    """A number that stands for item code and item name together. Made by a migration."""

    function = f"{settings.SCHEMA}.item_key"
    output_field = models.BigIntegerField()


class LineItem(models.Model):
    """Item code and item name as they stand on one line or many, or once did. The database keeps it."""

    code = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=200)
    key = models.GeneratedField(
        expression=ItemKey("code", "name"), output_field=models.BigIntegerField(), db_persist=True, unique=True
    )
    folded = models.GeneratedField(
        expression=SearchFold(Concat("code", Value(" "), "name", output_field=models.TextField())),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )

    class Meta:
        db_table = "line_items"
        default_permissions = ()
        indexes = (GinIndex(SearchGrams("folded"), name="line_items_grams", fastupdate=True),)

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


# In one order, so that two who bring the same new items wait for each other and not both of them.
_KEEP_ITEMS = """
    insert into line_items (code, name)
    select distinct code, name from written as line
    where not exists (select from line_items where key = item_key(line.code, line.name))
    order by code, name
    on conflict do nothing;
    return null;
"""


def keeps_items(name: str, operation: pgtrigger.core.Operation) -> LastingTrigger:
    """Add the items of lines that were written to the known ones."""
    return LastingTrigger(
        name=name,
        when=pgtrigger.After,
        operation=operation,
        level=pgtrigger.Statement,
        referencing=pgtrigger.Referencing(new="written"),  # type: ignore[no-untyped-call]
        func=_KEEP_ITEMS,
    )
