"""Tax categories and their dated rates, empty."""

import django.db.models.deletion
from django.db import migrations, models

CODE = r"^[^\u0001-\u001f\u007f-\u009f\u2028\u2029 \u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff]([^\u0001-\u001f\u007f-\u009f\u2028\u2029]{0,62}[^\u0001-\u001f\u007f-\u009f\u2028\u2029 \u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff])?$"
NOT_BLANK = r"[^\u0001-\u001f\u007f-\u009f\u2028\u2029 \u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff]"


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="TaxCategory",
            fields=[
                ("code", models.TextField(db_collation="C", primary_key=True, serialize=False, verbose_name="code")),
                ("name", models.TextField(verbose_name="name")),
                (
                    "kind",
                    models.TextField(
                        choices=[("standard", "Standard rate"), ("reduced", "Reduced rate"), ("exempt", "Exempt")],
                        verbose_name="kind",
                    ),
                ),
                ("sort_order", models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="sort order")),
            ],
            options={
                "verbose_name": "tax category",
                "verbose_name_plural": "tax categories",
                "db_table": "tax_categories",
                "ordering": ["sort_order", "code"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(code__regex=CODE),
                        name="tax_categories_code_valid",
                        violation_error_message="A code is 1 to 64 characters without spaces at its ends.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(name__regex=NOT_BLANK),
                        name="tax_categories_name_not_blank",
                        violation_error_message="The name is empty. Enter the name that clerks choose by.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(kind__in=["standard", "reduced", "exempt"]),
                        name="tax_categories_kind_known",
                        violation_error_message="The kind is standard, reduced or exempt. Choose one of them.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TaxRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("rate", models.DecimalField(decimal_places=2, max_digits=5, verbose_name="rate (%)")),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rates",
                        to="catalog.taxcategory",
                        verbose_name="tax category",
                    ),
                ),
            ],
            options={
                "verbose_name": "tax rate",
                "verbose_name_plural": "tax rates",
                "db_table": "tax_rates",
                "ordering": ["category", "-valid_from"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["category", "valid_from"],
                        name="tax_rates_one_per_day",
                        violation_error_message="This category already has a rate from that day. Change that rate or choose another day.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(rate__gte=0, rate__lt=100),
                        name="tax_rates_rate_in_range",
                        violation_error_message="A tax rate is at least 0 and less than 100 percent. Enter it as 10 or 8.",
                    ),
                ],
            },
        ),
    ]
