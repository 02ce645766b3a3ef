"""What stands on lines, once each. From now on the database adds what is new."""

import django.contrib.postgres.indexes
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import catalog.search
import invoices.models.items
import invoices.triggers

SCHEMA = settings.SCHEMA

# Two different items have the same key as good as never, and then one more note is found.
ITEM_KEY = rf"""
create function {SCHEMA}.item_key(code text, name text) returns bigint
language sql immutable strict parallel safe
return pg_catalog.hashtextextended(code operator(pg_catalog.||) e'\x1f' operator(pg_catalog.||) name, 0)
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0016_merged_products"), ("invoices", "0026_chain_is_kept")]
    operations = [
        migrations.RunSQL(ITEM_KEY, f"drop function {SCHEMA}.item_key(text, text)"),
        migrations.CreateModel(
            name="LineItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(blank=True, max_length=64)),
                ("name", models.CharField(max_length=200)),
                (
                    "key",
                    models.GeneratedField(
                        db_persist=True,
                        expression=invoices.models.items.ItemKey("code", "name"),
                        output_field=models.BigIntegerField(),
                        unique=True,
                    ),
                ),
                (
                    "folded",
                    models.GeneratedField(
                        db_persist=True,
                        expression=catalog.search.SearchFold(
                            django.db.models.functions.text.Concat(
                                "code", models.Value(" "), "name", output_field=models.TextField()
                            )
                        ),
                        output_field=models.TextField(db_collation="C"),
                    ),
                ),
            ],
            options={
                "db_table": "line_items",
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="lineitem",
            index=django.contrib.postgres.indexes.GinIndex(
                catalog.search.SearchGrams("folded"), fastupdate=True, name="line_items_grams"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deliverynoteline",
            trigger=pgtrigger.compiler.Trigger(
                name="new_lines_keep_items",
                sql=invoices.triggers.LastingTriggerSql(
                    func="\n    insert into line_items (code, name)\n    select distinct code, name from written as line\n    where not exists (select from line_items where key = item_key(line.code, line.name))\n    order by code, name\n    on conflict do nothing;\n    return null;\n",
                    hash="4912e0842aae1032f42414ebfc71b58477008ef8",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_new_lines_keep_items_e6b36",
                    referencing="REFERENCING NEW TABLE AS written ",
                    table="delivery_note_lines",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deliverynoteline",
            trigger=pgtrigger.compiler.Trigger(
                name="changed_lines_keep_items",
                sql=invoices.triggers.LastingTriggerSql(
                    func="\n    insert into line_items (code, name)\n    select distinct code, name from written as line\n    where not exists (select from line_items where key = item_key(line.code, line.name))\n    order by code, name\n    on conflict do nothing;\n    return null;\n",
                    hash="c79964fd493c03c4106772205e7e094e30a6b3e4",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_changed_lines_keep_items_a6c51",
                    referencing="REFERENCING NEW TABLE AS written ",
                    table="delivery_note_lines",
                    when="AFTER",
                ),
            ),
        ),
    ]
