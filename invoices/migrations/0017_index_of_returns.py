"""The index of returns by their original, made while notes are written on."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("invoices", "0016_returns")]
    operations = [
        AddIndexConcurrently(
            model_name="deliverynote",
            index=models.Index(
                condition=models.Q(("original__isnull", False)), fields=["original"], name="delivery_notes_returns"
            ),
        ),
    ]
