"""Indexes by which the lists of staff are read in order, made while others go on writing.

One that was interrupted leaves an index that is not valid; the next try takes it away first.
"""

from collections.abc import Iterable

from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

INDEXES = [
    models.Index(
        condition=models.Q(("unit_price__isnull", True)),
        fields=["sku"],
        include=["is_active"],
        name="products_without_price",
    ),
    models.Index(condition=models.Q(("jan", "")), fields=["sku"], include=["is_active"], name="products_without_jan"),
    models.Index(condition=models.Q(("is_active", False)), fields=["sku"], name="products_inactive"),
    models.Index(fields=["updated_at", "sku"], name="products_updated_at"),
]


def made(indexes: list[models.Index]) -> Iterable[Operation]:
    for index in indexes:
        yield migrations.RunSQL(
            f"drop index concurrently if exists {settings.SCHEMA}.{index.name}", migrations.RunSQL.noop
        )
        yield AddIndexConcurrently("product", index)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("catalog", "0016_merged_products")]

    operations = [*made(INDEXES)]
