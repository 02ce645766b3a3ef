"""The rules a product keeps, checked by the database.

Adopted rows are never changed to fit: where one breaks a rule, the rule is left NOT VALID. It then holds for every
row written from now on, and the adopted row stays as it is until somebody mends it. `alter table … validate
constraint` finishes the matter.
"""

from django.apps.registry import Apps
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import IntegrityError, migrations, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SKU = r"^[^\u0001-\u001f\u007f-\u009f\u2028\u2029 \u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff]([^\u0001-\u001f\u007f-\u009f\u2028\u2029]{0,62}[^\u0001-\u001f\u007f-\u009f\u2028\u2029 \u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff])?$"
NOT_BLANK = r"[^\u0001-\u001f\u007f-\u009f\u2028\u2029 \u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff]"
RULES = (
    models.CheckConstraint(
        condition=models.Q(sku__regex=SKU),
        name="products_sku_valid",
        violation_error_message="A SKU is 1 to 64 characters without control characters and without spaces at its ends.",
    ),
    models.CheckConstraint(
        condition=models.Q(name__regex=NOT_BLANK),
        name="products_name_not_blank",
        violation_error_message="The product name is empty. Enter the name to print on delivery notes.",
    ),
    models.CheckConstraint(
        condition=models.Q(unit_price__gte=0),
        name="products_unit_price_not_negative",
        violation_error_message="The unit price is negative. Enter 0 or more, or leave it empty.",
    ),
    models.CheckConstraint(
        condition=models.Q(jan__regex=r"^([0-9]{8}|[0-9]{13})?$"),
        name="products_jan_digits",
        violation_error_message="A JAN is 8 or 13 digits. Enter all of them, or leave it empty.",
    ),
)


def validate_where_all_rows_comply(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for rule in RULES:
        try:
            with transaction.atomic(schema_editor.connection.alias):
                schema_editor.execute(f"alter table products validate constraint {rule.name}")
        except IntegrityError:
            print(f"\n    {rule.name} stays NOT VALID: adopted rows break it.", end="")


class Migration(migrations.Migration):
    dependencies = [("catalog", "0007_search_indexes")]

    operations = [
        *(AddConstraintNotValid(model_name="product", constraint=rule) for rule in RULES),
        migrations.RunPython(validate_where_all_rows_comply, migrations.RunPython.noop),
    ]
