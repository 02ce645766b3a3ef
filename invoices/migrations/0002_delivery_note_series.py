"""The number series of delivery notes, with its default format and an April fiscal year."""

from typing import Any

from django.db import migrations


def create(apps: Any, schema_editor: Any) -> None:
    apps.get_model("invoices", "NumberSeries").objects.create(code="delivery_note")


def delete(apps: Any, schema_editor: Any) -> None:
    # Counters of numbers already given would be lost with it; then the protecting foreign key says no.
    apps.get_model("invoices", "NumberSeries").objects.filter(code="delivery_note").delete()


class Migration(migrations.Migration):
    dependencies = [("invoices", "0001_customers_issuers_notes")]
    operations = [migrations.RunPython(create, delete)]
