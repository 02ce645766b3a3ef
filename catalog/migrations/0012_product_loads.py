"""Loads of products from files, their waiting rows, and what each load changed.

The waiting rows are unlogged: they can be read from the file again, and a load of a million writes half as much.
"""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0011_jan_check_digit"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ProductLoad",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("previewed", "previewed"),
                            ("applied", "loaded"),
                            ("undone", "undone"),
                            ("failed", "failed"),
                        ],
                        default="previewed",
                        verbose_name="state",
                    ),
                ),
                ("file_name", models.TextField(verbose_name="file name")),
                ("file_sha256", models.TextField(db_default="", default="", verbose_name="SHA-256 of the file")),
                ("file_kind", models.TextField(db_default="", default="", verbose_name="kind of file")),
                ("encoding", models.TextField(db_default="", default="", verbose_name="encoding")),
                ("columns", models.JSONField(default=list, verbose_name="columns")),
                ("ignored_headings", models.JSONField(default=list, verbose_name="ignored columns")),
                ("headings", models.JSONField(default=list)),
                ("row_count", models.PositiveIntegerField(db_default=0, default=0, verbose_name="rows")),
                ("new_count", models.PositiveIntegerField(db_default=0, default=0, verbose_name="new")),
                ("changed_count", models.PositiveIntegerField(db_default=0, default=0, verbose_name="changed")),
                ("unchanged_count", models.PositiveIntegerField(db_default=0, default=0, verbose_name="unchanged")),
                ("wrong_count", models.PositiveIntegerField(db_default=0, default=0, verbose_name="wrong")),
                (
                    "has_skipped_wrong",
                    models.BooleanField(db_default=False, default=False, verbose_name="wrong rows skipped"),
                ),
                ("failure", models.TextField(db_default="", default="", verbose_name="reason")),
                (
                    "started_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="read"),
                ),
                ("applied_at", models.DateTimeField(null=True, verbose_name="loaded")),
                ("undone_at", models.DateTimeField(null=True, verbose_name="undone")),
                (
                    "started_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="undone by",
                    ),
                ),
            ],
            options={
                "verbose_name": "product load",
                "verbose_name_plural": "product loads",
                "db_table": "product_loads",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="ProductLoadChange",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "load_id", "sku", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sku", models.TextField(db_collation="C", verbose_name="SKU")),
                ("is_addition", models.BooleanField()),
                ("name", models.TextField(null=True)),
                ("unit_price", models.DecimalField(decimal_places=4, max_digits=14, null=True)),
                ("unit", models.TextField(null=True)),
                ("tax_category", models.TextField(null=True)),
                ("jan", models.TextField(null=True)),
                ("note", models.TextField(null=True)),
                ("is_active", models.BooleanField(null=True)),
                (
                    "load",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="catalog.productload",
                    ),
                ),
            ],
            options={
                "db_table": "product_load_changes",
            },
        ),
        migrations.CreateModel(
            name="ProductLoadRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "load_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.IntegerField(verbose_name="row")),
                ("cells", models.TextField()),
                ("sku", models.TextField(db_collation="C", null=True)),
                ("name", models.TextField(null=True)),
                ("unit_price", models.DecimalField(decimal_places=4, max_digits=14, null=True)),
                ("unit", models.TextField(null=True)),
                ("tax_category", models.TextField(null=True)),
                ("jan", models.TextField(null=True)),
                ("note", models.TextField(null=True)),
                ("is_active", models.BooleanField(null=True)),
                ("faults", models.JSONField(null=True)),
                ("conflicts", models.JSONField(null=True)),
                ("verdict", models.TextField(db_default="new", default="new")),
                ("seen_updated_at", models.DateTimeField(null=True)),
                (
                    "load",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="catalog.productload",
                    ),
                ),
            ],
            options={
                "db_table": "product_load_rows",
            },
        ),
        migrations.AddConstraint(
            model_name="productload",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["previewed", "applied", "undone", "failed"])),
                name="product_loads_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="productload",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("applied_at__isnull", False),
                    models.Q(("state__in", ["applied", "undone"]), _negated=True),
                    _connector="OR",
                ),
                name="product_loads_applied_have_time",
            ),
        ),
        migrations.RunSQL(f"alter table {settings.SCHEMA}.product_load_rows set unlogged", migrations.RunSQL.noop),
    ]
