"""Prices and percentages of customers, whose periods do not overlap."""

from decimal import Decimal

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.constraints
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import history.triggers

# What the triggers call. Going back, pgtrigger takes the triggers and leaves these.
TRIGGER_FUNCTIONS = [
    "pgtrigger_record_insert_24e8d",
    "pgtrigger_record_delete_95502",
    "pgtrigger_record_update_d9211",
    "pgtrigger_record_truncate_2d2c5",
    "pgtrigger_history_is_kept_3eaec",
    "pgtrigger_record_insert_0b181",
    "pgtrigger_record_delete_495ea",
    "pgtrigger_record_update_e4c85",
    "pgtrigger_record_truncate_d9fa6",
    "pgtrigger_history_is_kept_18b42",
]
DROP = ";".join(f"drop function if exists {settings.SCHEMA}.{name}()" for name in TRIGGER_FUNCTIONS)
# No reference to a view can be made; the table behind the view can be referred to.
REFERENCE = f"""
alter table {settings.SCHEMA}.customer_prices add constraint customer_prices_of_product
foreign key (product_id) references {settings.SCHEMA}.stored_products (sku) on update cascade
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0019_products_view"),
        ("invoices", "0009_change_history"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, DROP),
        migrations.CreateModel(
            name="CustomerPercentageChange",
            fields=[
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField()),
                (
                    "pgh_label",
                    models.TextField(choices=[("insert", "added"), ("update", "changed"), ("delete", "deleted")]),
                ),
                ("pgh_role", models.TextField()),
                ("pgh_program", models.TextField()),
                ("pgh_request", models.TextField()),
                ("pgh_load", models.BigIntegerField(null=True)),
                ("pgh_former", models.JSONField(null=True)),
                ("id", models.BigIntegerField()),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="valid until")),
                (
                    "percentage",
                    models.DecimalField(decimal_places=2, max_digits=5, verbose_name="percentage of the list price"),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="invoices.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "pgh_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "percentage",
                "db_table": "agreed_percentage_changes",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="CustomerPrice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="valid until")),
                ("unit_price", models.DecimalField(decimal_places=4, max_digits=14, verbose_name="unit price")),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="prices",
                        to="invoices.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="customer_prices",
                        to="catalog.product",
                        verbose_name="product",
                    ),
                ),
            ],
            options={
                "verbose_name": "customer price",
                "verbose_name_plural": "customer prices",
                "db_table": "customer_prices",
                "ordering": ("customer", "product", "-valid_from"),
            },
        ),
        migrations.CreateModel(
            name="CustomerPriceChange",
            fields=[
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField()),
                (
                    "pgh_label",
                    models.TextField(choices=[("insert", "added"), ("update", "changed"), ("delete", "deleted")]),
                ),
                ("pgh_role", models.TextField()),
                ("pgh_program", models.TextField()),
                ("pgh_request", models.TextField()),
                ("pgh_load", models.BigIntegerField(null=True)),
                ("pgh_former", models.JSONField(null=True)),
                ("id", models.BigIntegerField()),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="valid until")),
                ("unit_price", models.DecimalField(decimal_places=4, max_digits=14, verbose_name="unit price")),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="invoices.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "pgh_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="catalog.product",
                        verbose_name="product",
                    ),
                ),
            ],
            options={
                "verbose_name": "customer price",
                "db_table": "agreed_price_changes",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="CustomerPercentage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="valid until")),
                (
                    "percentage",
                    models.DecimalField(decimal_places=2, max_digits=5, verbose_name="percentage of the list price"),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="percentages",
                        to="invoices.customer",
                        verbose_name="customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "percentage",
                "verbose_name_plural": "percentages of the list price",
                "db_table": "customer_percentages",
                "ordering": ("customer", "-valid_from"),
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                        expressions=[
                            (
                                models.Func(
                                    models.F("customer"), models.F("customer"), models.Value("[]"), function="int8range"
                                ),
                                "=",
                            ),
                            (
                                models.Func(
                                    models.F("valid_from"),
                                    models.F("valid_until"),
                                    models.Value("[]"),
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="customer_percentages_no_overlap",
                        violation_error_message="The period overlaps with another one. Choose days that are free.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None), ("valid_until__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="customer_percentages_days_in_order",
                        violation_error_message="The last day is before the first one. Correct one of them.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("percentage__gt", 0), ("percentage__lt", 1000)),
                        name="customer_percentages_positive",
                        violation_error_message="A percentage is more than 0. Enter 85 for 85 percent of the list price.",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customerpercentage",
            trigger=pgtrigger.compiler.Trigger(
                name="record_insert",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO agreed_percentage_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "valid_from", "valid_until", "customer_id", "percentage") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'insert\', NULL, new_row."id", new_row."valid_from", new_row."valid_until", new_row."customer_id", new_row."percentage" FROM told, new_rows AS new_row; RETURN NULL;',
                    hash="d7625573c0590fd0f26cbc33a3cd255b94ce863e",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_record_insert_24e8d",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="customer_percentages",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customerpercentage",
            trigger=pgtrigger.compiler.Trigger(
                name="record_delete",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO agreed_percentage_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "valid_from", "valid_until", "customer_id", "percentage") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."id", old_row."valid_from", old_row."valid_until", old_row."customer_id", old_row."percentage" FROM told, old_rows AS old_row; RETURN NULL;',
                    hash="09e07a4fdada7ff4839ca7e9f71ba52e8878e50d",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_record_delete_95502",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="customer_percentages",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customerpercentage",
            trigger=pgtrigger.compiler.Trigger(
                name="record_update",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO agreed_percentage_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "valid_from", "valid_until", "customer_id", "percentage") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, CASE WHEN old_row."id" IS NULL THEN \'insert\' WHEN new_row."id" IS NULL THEN \'delete\' ELSE \'update\' END, CASE WHEN NOT (old_row."id" IS NULL OR new_row."id" IS NULL) THEN CASE WHEN old_row."id" IS DISTINCT FROM new_row."id" THEN jsonb_build_object(\'id\', old_row."id") ELSE \'{}\' END || CASE WHEN old_row."valid_from" IS DISTINCT FROM new_row."valid_from" THEN jsonb_build_object(\'valid_from\', old_row."valid_from") ELSE \'{}\' END || CASE WHEN old_row."valid_until" IS DISTINCT FROM new_row."valid_until" THEN jsonb_build_object(\'valid_until\', old_row."valid_until") ELSE \'{}\' END || CASE WHEN old_row."customer_id" IS DISTINCT FROM new_row."customer_id" THEN jsonb_build_object(\'customer_id\', old_row."customer_id") ELSE \'{}\' END || CASE WHEN old_row."percentage" IS DISTINCT FROM new_row."percentage" THEN jsonb_build_object(\'percentage\', old_row."percentage") ELSE \'{}\' END END, CASE WHEN new_row."id" IS NULL THEN old_row."id" ELSE new_row."id" END, CASE WHEN new_row."id" IS NULL THEN old_row."valid_from" ELSE new_row."valid_from" END, CASE WHEN new_row."id" IS NULL THEN old_row."valid_until" ELSE new_row."valid_until" END, CASE WHEN new_row."id" IS NULL THEN old_row."customer_id" ELSE new_row."customer_id" END, CASE WHEN new_row."id" IS NULL THEN old_row."percentage" ELSE new_row."percentage" END FROM told, old_rows AS old_row FULL JOIN new_rows AS new_row ON old_row."id" = new_row."id" WHERE old_row."id" IS DISTINCT FROM new_row."id" OR old_row."valid_from" IS DISTINCT FROM new_row."valid_from" OR old_row."valid_until" IS DISTINCT FROM new_row."valid_until" OR old_row."customer_id" IS DISTINCT FROM new_row."customer_id" OR old_row."percentage" IS DISTINCT FROM new_row."percentage"; RETURN NULL;',
                    hash="2fa07f277e437a42422427a9d44ba4b1b9ce332d",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_record_update_d9211",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="customer_percentages",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customerpercentage",
            trigger=pgtrigger.compiler.Trigger(
                name="record_truncate",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO agreed_percentage_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "valid_from", "valid_until", "customer_id", "percentage") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."id", old_row."valid_from", old_row."valid_until", old_row."customer_id", old_row."percentage" FROM told, customer_percentages AS old_row; RETURN NULL;',
                    hash="509c86d7b14aae1c61c77dcb14588cba13f777dd",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_record_truncate_2d2c5",
                    table="customer_percentages",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="customerpercentagechange",
            index=models.Index(fields=["-pgh_created_at", "-pgh_id"], name="agreed_percentage_changes_at"),
        ),
        migrations.AddIndex(
            model_name="customerpercentagechange",
            index=models.Index(fields=["pgh_by", "-pgh_created_at", "-pgh_id"], name="agreed_percentage_changes_by"),
        ),
        migrations.AddIndex(
            model_name="customerpercentagechange",
            index=models.Index(fields=["customer", "-pgh_created_at", "-pgh_id"], name="agreed_percentage_changes_of"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customerpercentagechange",
            trigger=pgtrigger.compiler.Trigger(
                name="history_is_kept",
                sql=history.triggers.LastingTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="4e0eba8bbc49cc45d80df4c1f4e29bfeb3fe42fc",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_history_is_kept_3eaec",
                    table="agreed_percentage_changes",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="customerprice",
            index=models.Index(fields=["customer", "product"], name="customer_prices_of"),
        ),
        migrations.AddConstraint(
            model_name="customerprice",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                expressions=[
                    (
                        models.Func(
                            models.F("customer"), models.F("customer"), models.Value("[]"), function="int8range"
                        ),
                        "=",
                    ),
                    (
                        models.Func(
                            models.Func(models.F("product"), models.Value(0), function="hashtextextended"),
                            models.Func(models.F("product"), models.Value(0), function="hashtextextended"),
                            models.Value("[]"),
                            function="int8range",
                        ),
                        "=",
                    ),
                    (
                        models.Func(
                            models.F("valid_from"),
                            models.F("valid_until"),
                            models.Value("[]"),
                            function="daterange",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="customer_prices_no_overlap",
                violation_error_message="The period overlaps with another one. Choose days that are free.",
            ),
        ),
        migrations.AddConstraint(
            model_name="customerprice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_until", None), ("valid_until__gte", models.F("valid_from")), _connector="OR"
                ),
                name="customer_prices_days_in_order",
                violation_error_message="The last day is before the first one. Correct one of them.",
            ),
        ),
        migrations.AddConstraint(
            model_name="customerprice",
            constraint=models.CheckConstraint(
                condition=models.Q(("unit_price__gte", 0), ("unit_price__lte", Decimal("9999999999.9999"))),
                name="customer_prices_unit_price_in_range",
                violation_error_message="The unit price is negative or not a number. Enter 0 or more.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customerprice",
            trigger=pgtrigger.compiler.Trigger(
                name="record_insert",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO agreed_price_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "valid_from", "valid_until", "customer_id", "product_id", "unit_price") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'insert\', NULL, new_row."id", new_row."valid_from", new_row."valid_until", new_row."customer_id", new_row."product_id", new_row."unit_price" FROM told, new_rows AS new_row; RETURN NULL;',
                    hash="8355a6106e602774281f3d11e7629cedb729759c",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_record_insert_0b181",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="customer_prices",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customerprice",
            trigger=pgtrigger.compiler.Trigger(
                name="record_delete",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO agreed_price_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "valid_from", "valid_until", "customer_id", "product_id", "unit_price") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."id", old_row."valid_from", old_row."valid_until", old_row."customer_id", old_row."product_id", old_row."unit_price" FROM told, old_rows AS old_row; RETURN NULL;',
                    hash="d6bb27619d17aa75e2529e67e2bfe0b65359c86d",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_record_delete_495ea",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="customer_prices",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customerprice",
            trigger=pgtrigger.compiler.Trigger(
                name="record_update",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO agreed_price_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "valid_from", "valid_until", "customer_id", "product_id", "unit_price") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, CASE WHEN old_row."id" IS NULL THEN \'insert\' WHEN new_row."id" IS NULL THEN \'delete\' ELSE \'update\' END, CASE WHEN NOT (old_row."id" IS NULL OR new_row."id" IS NULL) THEN CASE WHEN old_row."id" IS DISTINCT FROM new_row."id" THEN jsonb_build_object(\'id\', old_row."id") ELSE \'{}\' END || CASE WHEN old_row."valid_from" IS DISTINCT FROM new_row."valid_from" THEN jsonb_build_object(\'valid_from\', old_row."valid_from") ELSE \'{}\' END || CASE WHEN old_row."valid_until" IS DISTINCT FROM new_row."valid_until" THEN jsonb_build_object(\'valid_until\', old_row."valid_until") ELSE \'{}\' END || CASE WHEN old_row."customer_id" IS DISTINCT FROM new_row."customer_id" THEN jsonb_build_object(\'customer_id\', old_row."customer_id") ELSE \'{}\' END || CASE WHEN old_row."product_id" IS DISTINCT FROM new_row."product_id" THEN jsonb_build_object(\'product_id\', old_row."product_id") ELSE \'{}\' END || CASE WHEN old_row."unit_price" IS DISTINCT FROM new_row."unit_price" THEN jsonb_build_object(\'unit_price\', old_row."unit_price") ELSE \'{}\' END END, CASE WHEN new_row."id" IS NULL THEN old_row."id" ELSE new_row."id" END, CASE WHEN new_row."id" IS NULL THEN old_row."valid_from" ELSE new_row."valid_from" END, CASE WHEN new_row."id" IS NULL THEN old_row."valid_until" ELSE new_row."valid_until" END, CASE WHEN new_row."id" IS NULL THEN old_row."customer_id" ELSE new_row."customer_id" END, CASE WHEN new_row."id" IS NULL THEN old_row."product_id" ELSE new_row."product_id" END, CASE WHEN new_row."id" IS NULL THEN old_row."unit_price" ELSE new_row."unit_price" END FROM told, old_rows AS old_row FULL JOIN new_rows AS new_row ON old_row."id" = new_row."id" WHERE old_row."id" IS DISTINCT FROM new_row."id" OR old_row."valid_from" IS DISTINCT FROM new_row."valid_from" OR old_row."valid_until" IS DISTINCT FROM new_row."valid_until" OR old_row."customer_id" IS DISTINCT FROM new_row."customer_id" OR old_row."product_id" IS DISTINCT FROM new_row."product_id" OR old_row."unit_price" IS DISTINCT FROM new_row."unit_price"; RETURN NULL;',
                    hash="b29fe553fc1df7d0edb6b352b1fa1124c9f5dea7",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_record_update_e4c85",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="customer_prices",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customerprice",
            trigger=pgtrigger.compiler.Trigger(
                name="record_truncate",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO agreed_price_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "valid_from", "valid_until", "customer_id", "product_id", "unit_price") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."id", old_row."valid_from", old_row."valid_until", old_row."customer_id", old_row."product_id", old_row."unit_price" FROM told, customer_prices AS old_row; RETURN NULL;',
                    hash="ff47a3ee28653e4a81971fba40078038d12d4456",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_record_truncate_d9fa6",
                    table="customer_prices",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="customerpricechange",
            index=models.Index(fields=["-pgh_created_at", "-pgh_id"], name="agreed_price_changes_at"),
        ),
        migrations.AddIndex(
            model_name="customerpricechange",
            index=models.Index(fields=["pgh_by", "-pgh_created_at", "-pgh_id"], name="agreed_price_changes_by"),
        ),
        migrations.AddIndex(
            model_name="customerpricechange",
            index=models.Index(fields=["customer", "-pgh_created_at", "-pgh_id"], name="agreed_price_changes_customer"),
        ),
        migrations.AddIndex(
            model_name="customerpricechange",
            index=models.Index(fields=["product", "-pgh_created_at", "-pgh_id"], name="agreed_price_changes_product"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customerpricechange",
            trigger=pgtrigger.compiler.Trigger(
                name="history_is_kept",
                sql=history.triggers.LastingTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="d5b4530660fe1ee472ccd840176708859b3f70b1",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_history_is_kept_18b42",
                    table="agreed_price_changes",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(REFERENCE, migrations.RunSQL.noop),
    ]
