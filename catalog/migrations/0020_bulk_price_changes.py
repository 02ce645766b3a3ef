"""Bulk changes of prices, and what each of them changed."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0019_products_view"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PriceRevision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("chosen", "products chosen"),
                            ("previewed", "previewed"),
                            ("applied", "applied"),
                            ("undone", "undone"),
                        ],
                        default="chosen",
                        verbose_name="state",
                    ),
                ),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("percent", "by percent (−5 lowers)"),
                            ("amount", "by yen (−100 lowers)"),
                            ("set", "set to"),
                        ],
                        default="percent",
                        verbose_name="change",
                    ),
                ),
                ("value", models.DecimalField(decimal_places=4, max_digits=14, null=True, verbose_name="value")),
                (
                    "rounded_to",
                    models.DecimalField(decimal_places=4, default=1, max_digits=8, verbose_name="rounded to"),
                ),
                (
                    "rounding",
                    models.TextField(
                        choices=[("half_up", "round half up"), ("ceil", "round up"), ("floor", "round down")],
                        default="half_up",
                        verbose_name="rounding",
                    ),
                ),
                ("valid_from", models.DateField(null=True, verbose_name="valid from")),
                ("counts", models.JSONField(default=dict)),
                ("has_skipped_wrong", models.BooleanField(db_default=False, default=False)),
                (
                    "started_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="begun"),
                ),
                ("applied_at", models.DateTimeField(null=True, verbose_name="applied")),
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
                "verbose_name": "bulk price change",
                "verbose_name_plural": "bulk price changes",
                "db_table": "price_revisions",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="PriceRevisionRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "revision_id", "sku", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sku", models.TextField(db_collation="C", verbose_name="SKU")),
                ("former_price", models.DecimalField(decimal_places=4, max_digits=14, null=True)),
                ("new_price", models.DecimalField(decimal_places=4, max_digits=24, null=True)),
                ("had_price_of_day", models.BooleanField(db_default=False, default=False)),
                (
                    "verdict",
                    models.TextField(
                        choices=[
                            ("changed", "changed"),
                            ("unchanged", "unchanged"),
                            ("unpriced", "without price"),
                            ("negative", "would be negative"),
                            ("too_large", "would be too large"),
                        ],
                        db_default="unchanged",
                        default="unchanged",
                    ),
                ),
                ("seen_updated_at", models.DateTimeField(null=True)),
                (
                    "revision",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="catalog.pricerevision",
                    ),
                ),
            ],
            options={
                "db_table": "price_revision_rows",
            },
        ),
        migrations.AddConstraint(
            model_name="pricerevision",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["chosen", "previewed", "applied", "undone"])),
                name="price_revisions_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="pricerevision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("valid_from__isnull", False), ("value__isnull", False)),
                    ("state", "chosen"),
                    _connector="OR",
                ),
                name="price_revisions_terms_known",
            ),
        ),
    ]
