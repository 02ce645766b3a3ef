"""The two rows the predecessor wrote to prove that it could write are no goods: they stay, but cannot be chosen."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

PROBES = ("SKU-APP", "SKU-CLI")


def deactivate(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("catalog", "Product").objects.filter(sku__in=PROBES).update(is_active=False)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_products")]

    operations = [migrations.RunPython(deactivate, migrations.RunPython.noop)]
