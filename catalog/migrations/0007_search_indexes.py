"""What makes the search for products fast."""

import django.contrib.postgres.indexes
from django.conf import settings
from django.db import migrations, models

import catalog.search


class Migration(migrations.Migration):
    dependencies = [("catalog", "0006_folded_columns")]

    operations = [
        # Django adds these two for LIKE on the keys themselves, which nobody asks; an adopted table lacks the first.
        migrations.RunSQL(
            f"drop index if exists {settings.SCHEMA}.products_sku_81b9e9fe_like,"
            f" {settings.SCHEMA}.products_tax_category_id_68d55536_like",
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["sku_folded"], name="products_sku_folded"),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(condition=~models.Q(jan=""), fields=["jan"], name="products_jan"),
        ),
        migrations.AddIndex(
            model_name="product",
            index=django.contrib.postgres.indexes.GinIndex(
                catalog.search.SearchGrams("name_folded"), fastupdate=False, name="products_name_grams"
            ),
        ),
    ]
