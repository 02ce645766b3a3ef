"""The index of void notes by the time of voiding, made while notes are written on."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("invoices", "0022_text_of_the_mail")]
    operations = [
        AddIndexConcurrently(
            model_name="deliverynote",
            index=models.Index(
                condition=models.Q(("state", "void")), fields=["-voided_at", "-id"], name="delivery_notes_voided"
            ),
        ),
    ]
