"""What makes the search for notes fast. Built while others write."""

import django.contrib.postgres.indexes
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

import catalog.search
import invoices.models.items

SCHEMA = settings.SCHEMA


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("invoices", "0028_items_of_existing_lines")]
    operations = [
        AddIndexConcurrently(
            model_name="customer",
            index=django.contrib.postgres.indexes.GinIndex(
                catalog.search.SearchGrams(
                    catalog.search.SearchFold(
                        django.db.models.functions.text.Concat(
                            "code",
                            models.Value("\x1f"),
                            "name",
                            models.Value("\x1f"),
                            "kana",
                            output_field=models.TextField(),
                        )
                    )
                ),
                fastupdate=True,
                name="customers_grams",
            ),
        ),
        AddIndexConcurrently(
            model_name="deliverynote",
            index=models.Index(
                fields=["id"],
                include=("delivered_on", "issued_on", "total", "customer", "state", "number"),
                name="delivery_notes_searched",
            ),
        ),
        AddIndexConcurrently(
            model_name="deliverynote",
            index=models.Index(fields=["customer", "id"], name="delivery_notes_customer"),
        ),
        AddIndexConcurrently(
            model_name="deliverynote",
            index=models.Index(fields=["delivered_on", "id"], name="delivery_notes_delivered_on"),
        ),
        # The one before serves whoever asked for the day alone, too.
        RemoveIndexConcurrently("deliverynote", "delivery_notes_delivery_date"),
        AddIndexConcurrently(
            model_name="deliverynote",
            index=models.Index(fields=["issued_on", "id"], name="delivery_notes_issued_on"),
        ),
        AddIndexConcurrently(
            model_name="deliverynote",
            index=models.Index(fields=["total", "id"], name="delivery_notes_total"),
        ),
        AddIndexConcurrently(
            model_name="deliverynote",
            index=models.Index(fields=["state", "id"], name="delivery_notes_state"),
        ),
        AddIndexConcurrently(
            model_name="deliverynote",
            index=models.Index(
                django.db.models.functions.comparison.Collate(django.db.models.functions.text.Reverse("number"), "C"),
                name="delivery_notes_number_end",
            ),
        ),
        AddIndexConcurrently(
            model_name="deliverynoteline",
            index=models.Index(
                invoices.models.items.ItemKey("code", "name"),
                models.F("delivery_note"),
                name="delivery_note_lines_item",
            ),
        ),
        # What an index of an expression holds is not known before, and without that the wrong ones are chosen.
        migrations.RunSQL(
            f"analyze {SCHEMA}.customers, {SCHEMA}.delivery_notes, {SCHEMA}.delivery_note_lines, {SCHEMA}.line_items",
            migrations.RunSQL.noop,
        ),
    ]
