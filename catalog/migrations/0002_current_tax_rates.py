"""The categories and rates in force since 2019-10-01 (消費税法 第29条, 所得税法等の一部を改正する法律 平成28年 附則第34条).

Runs again without harm. Going back leaves the rows to the migration that drops their tables.
"""

import datetime
from decimal import Decimal

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SINCE = datetime.date(2019, 10, 1)
CATEGORIES = (
    ("standard", "標準税率", Decimal(10)),
    ("reduced", "軽減税率", Decimal(8)),
    ("exempt", "非課税", Decimal(0)),
)


def add_categories_and_rates(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    categories = apps.get_model("catalog", "TaxCategory").objects
    rates = apps.get_model("catalog", "TaxRate").objects
    for order, (code, name, rate) in enumerate(CATEGORIES, start=1):
        category, _created = categories.get_or_create(
            code=code, defaults={"name": name, "kind": code, "sort_order": order}
        )
        rates.get_or_create(category=category, valid_from=SINCE, defaults={"rate": rate})


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_tax_categories")]

    operations = [migrations.RunPython(add_categories_and_rates, migrations.RunPython.noop)]
