"""Folded SKU and name, computed by the database for whoever writes."""

from django.db import migrations, models

import catalog.search


class Migration(migrations.Migration):
    dependencies = [("catalog", "0005_search_functions")]

    operations = [
        migrations.AddField(
            model_name="product",
            name="sku_folded",
            field=models.GeneratedField(
                db_persist=True,
                expression=catalog.search.SkuFold("sku"),
                output_field=models.TextField(db_collation="C"),
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="name_folded",
            field=models.GeneratedField(
                db_persist=True,
                expression=catalog.search.SearchFold("name"),
                output_field=models.TextField(db_collation="C"),
            ),
        ),
    ]
