"""Find notes that were not printed, and those of a day, without a lock on the table."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("invoices", "0014_awaits_printing")]
    operations = [
        AddIndexConcurrently(
            model_name="deliverynote",
            index=models.Index(
                condition=models.Q(("awaits_printing", True)), fields=["id"], name="delivery_notes_unprinted"
            ),
        ),
        AddIndexConcurrently(
            model_name="deliverynote",
            index=models.Index(fields=["delivered_on"], name="delivery_notes_delivery_date"),
        ),
        AddIndexConcurrently(
            model_name="customeritemcodechange",
            index=models.Index(fields=["-pgh_created_at", "-pgh_id"], name="customer_item_code_changes_at"),
        ),
        AddIndexConcurrently(
            model_name="customeritemcodechange",
            index=models.Index(fields=["pgh_by", "-pgh_created_at", "-pgh_id"], name="customer_item_code_changes_by"),
        ),
        AddIndexConcurrently(
            model_name="customeritemcodechange",
            index=models.Index(fields=["id", "-pgh_created_at", "-pgh_id"], name="customer_item_code_changes_of"),
        ),
    ]
