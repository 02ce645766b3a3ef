"""A permission of its own for whoever may approve delivery notes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("invoices", "0002_delivery_note_series")]
    operations = [
        migrations.AlterModelOptions(
            name="deliverynote",
            options={
                "ordering": ("-id",),
                "permissions": (("approve_deliverynote", "Can approve delivery note"),),
                "verbose_name": "delivery note",
                "verbose_name_plural": "delivery notes",
            },
        ),
    ]
